import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MAIN, pvflame } from '../support/cli.js';
import { diffFiles, tiny } from '../support/diff-files.js';
import { planted, printText, recording, SYSCALL } from '../support/recordings.js';

const { dir, base, other, file, remove } = diffFiles();
const text = tiny;
afterAll(remove);

describe('bad input: one line on stderr, what and where and what to do', () => {
  const bad = (args: string[], status: number, message: RegExp, env: NodeJS.ProcessEnv = {}) => {
    const ran = pvflame(args, { env });
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(ran).toMatchObject({ status, stdout: '' });
  };

  it('missing file', () =>
    bad([base, join(dir, 'nowhere.txt')], 3, /nowhere\.txt: no such file; check the path/));
  it('empty file', () => bad([file('empty', ''), other], 3, /empty: .*empty/));
  it('a directory', () => bad([base, dir], 3, /is a directory/));
  it('perf.data without perf', () =>
    bad(
      [file('perf.data', Buffer.concat([Buffer.from('PERFILE2'), Buffer.alloc(200)])), other],
      3,
      /perf\.data: .*perf script/,
      {
        PATH: '/nonexistent',
      },
    ));
  it('a folded file', () =>
    bad([file('f.folded', 'a;b;c 12\na;b;d 3\n'), other], 3, /f\.folded: .*folded/));
  it('HTML', () =>
    bad(
      [file('x.html', '<!doctype html><html><body>hello</body></html>'), other],
      3,
      /x\.html: .*HTML/,
    ));
  it('something else', () => bad([file('words', 'hello\nworld\n'), other], 3, /words/));
  it('kernel symbols all [unknown]', () => {
    const samples = planted(5, [
      '\tffffffff81000010 [unknown] ([kernel.kallsyms])',
      SYSCALL.at(-1) ?? '',
    ]);
    bad(
      [file('unknown.txt', printText({ header: '', samples })), other],
      3,
      /unknown\.txt: all kernel symbols are \[unknown\]; .*kptr_restrict/,
    );
  });
  it('two different events', () =>
    bad(
      [base, file('instructions.txt', text(4, 'instructions'))],
      3,
      /holds instructions, but .* holds cycles; different events are not compared/,
    ));
  it('an event that is not there', () =>
    bad(
      [base, other, '--event', 'branches'],
      3,
      /no samples of event 'branches'; it holds cycles/,
    ));
  it('an output that cannot be written', () => {
    bad(
      [base, other, '-o', join(dir, 'no/such/folder/r.html')],
      4,
      /r\.html: its folder does not exist/,
    );
    bad([base, other, '-o', dir], 4, /is a directory/);
    bad([base, other, '-o', '/proc/pvflame.html'], 4, /\/proc\/pvflame\.html: /);
  });
  it.skipIf(!existsSync('/dev/full'))('a disk that is full; no other output is left', () => {
    const whole = join(dir, 'whole.json');
    bad([base, other, '-o', whole, '-o', '/dev/full'], 4, /\/dev\/full: the disk is full/);
    expect(existsSync(whole)).toBe(false);
  });
  it('an output that is an input', () => bad([base, other, '-o', base], 2, /is an input/));
  it('an output that any option names', () => {
    const kept = file('kept', 'as it was');
    for (const args of [
      [base, other, '--base-vmlinux', kept, '--new-vmlinux', kept],
      [base, other, '--new-sites', kept, '--base-sites', kept],
      [base, other, '--base-kallsyms', kept],
      [base, other, '--budget-file', kept],
      ['validate', '--before', base, '--after', other, '--after-vmlinux', kept],
      ['series', `a=${base}`, `b=${other}`, '--vmlinux', `a=${kept}`],
      ['fold', base, '--kallsyms', kept],
      ['check', base, other, '--kallsyms', kept],
      ['sites', kept],
      ['sites', base, '--kallsyms', kept],
    ])
      bad([...args, '-o', kept], 2, /kept: is an input; name another output/);
    expect(readFileSync(kept, 'utf8')).toBe('as it was');
  });
  it('an output that standard input is read from', () => {
    const kept = file('stdin.txt', text(4));
    const ran = spawnSync(
      'bash',
      ['-c', `"${process.execPath}" "${MAIN}" - "${other}" -o "${kept}" < "${kept}"`],
      { encoding: 'utf8' },
    );
    expect([ran.status, ran.stderr]).toEqual([2, expect.stringMatching(/is an input/)]);
    expect(readFileSync(kept, 'utf8')).toBe(text(4));
  });
  it('one output under two names, and endings that are no formats', () => {
    const o = join(dir, 'o.json');
    symlinkSync(file('target.json', ''), join(dir, 'link.json'));
    bad(
      [base, other, '-o', join(dir, 'target.json'), '-o', join(dir, 'link.json')],
      2,
      /is given twice/,
    );
    bad([base, other, '-o', o, '-o', join(dir, '.', 'x', '..', 'o.json')], 2, /is given twice/);
    const odd = join(dir, 'x.constructor');
    expect(pvflame([base, other, '-q', '-o', odd])).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(odd, 'utf8')).toContain('TOTAL');
  });
  it('paths that the system refuses', () => {
    const loop = join(dir, 'loop');
    symlinkSync(loop, loop);
    bad([base, loop], 3, /loop: cannot be read \(ELOOP\)/);
    bad(['--base', base, '--new', loop], 3, /loop: cannot be read \(ELOOP\)/);
    bad([base, join(dir, 'n'.repeat(5000))], 3, /cannot be read \(ENAMETOOLONG\)/);
    bad([base, other, '--base-vmlinux', loop, '--new-vmlinux', loop], 3, /ELOOP/);
    bad(['sites', loop], 3, /ELOOP/);
    bad(['sites', base, '--kallsyms', loop], 3, /loop|perf script/);
  });
  it('not a run that a filter leaves nothing of', () => {
    const none = file('idle.txt', text(4).replaceAll('mmapbench', 'other'));
    const ran = pvflame([
      '--base',
      base,
      none,
      '--new',
      other,
      '--comm',
      'mmapbench',
      '-f',
      'json',
    ]);
    expect(ran.status).toBe(0);
    const report = JSON.parse(ran.stdout) as { base: { runs: { samples: number }[] } };
    expect(report.base.runs[1]?.samples).toBe(0);
  });
  it('a side of two events, or of two kernels', () => {
    const run = (name: string, event: string) => file(name, text(4, event));
    bad(
      ['--base', base, run('i1', 'instructions'), '--new', other],
      3,
      /i1: holds instructions, but cycles is counted/,
    );
    const [one, two] = [recording('6.1', 'native'), recording('6.12', 'native')];
    bad(['--base', one, two, '--new', one], 3, /recorded on Linux 6\.12\.117, .*of one kernel/);
    const patched = recording('6.1', 'paravirt');
    bad(['--base', one, '--new', one, patched], 3, /functions lie elsewhere .*of one kernel/);
  });
  it('an option of a command, with that command’s help', () =>
    bad(['series', '--nothing'], 2, /see pvflame series --help/));
  it('one input, none, or three', () => {
    bad([base], 2, /one input is not enough/);
    bad([], 2, /no inputs/);
    bad([base, other, base], 2, /more than two inputs/);
  });
  it('an unknown option or value', () => {
    bad([base, other, '--bogus'], 2, /unknown option '--bogus'/);
    bad([base, other, '-f', 'pdf'], 2, /pdf/);
    bad([base, other, '--normalize', 'work'], 2, /needs --base-work and --new-work/);
    bad(
      [base, other, '--normalize', 'work', '--base-work', '0', '--new-work', '1'],
      2,
      /--base-work/,
    );
  });
  it('a mistyped command is told so', () => {
    bad(['fodl', base], 2, /'fodl': no such file or command; did you mean 'fold'/);
    bad(['frobnicate', base, other], 2, /'frobnicate': no such file or command/);
  });
  it('standard input twice', () => bad(['-', '-'], 2, /read only once/));

  it('leaves nothing half-written behind', () => {
    expect(existsSync(join(dir, 'no'))).toBe(false);
    expect(readdirSync(dir).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
