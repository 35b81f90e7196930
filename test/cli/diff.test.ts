import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { reportSchema } from '../../src/report/schema.js';
import { VERSION } from '../../src/version.js';
import { MAIN, pvflame } from '../support/cli.js';
import { diffFiles, tiny } from '../support/diff-files.js';
import { planted, printText, recording, SYSCALL, frame } from '../support/recordings.js';

const { dir, base, other, file, remove } = diffFiles();
const text = tiny;
afterAll(remove);

describe('output', () => {
  it('is text on standard output by default, at most 72 columns of ASCII', () => {
    const ran = pvflame([recording('6.1', 'native'), recording('6.1', 'paravirt-unpatched')]);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    const lines = ran.stdout.split('\n');
    expect(lines.filter((line) => line.length > 72)).toEqual([]);
    expect(ran.stdout).toMatch(/^[\x20-\x7e\n]*$/);
    expect(ran.stdout).toContain(
      'TOTAL    +346.0 ms of timer (+4.18 %) per run: 8.271 -> 8.617 s of timer',
    );
    expect(ran.stdout).toContain('no interval, verdict: too little data');
    expect(ran.stdout).toMatch(/call +>= +\+114\.2 +\+1\.38 /);
    expect(ran.stdout).toContain('>= +57.6  +0.70  0.16  more  lock.queued_spin_unlock');
    expect(ran.stdout).toContain('the wider side of the 95 % interval (sampling noise only)');
  });

  it('writes several files in one run, each by its ending, and says so', () => {
    const files = ['r.html', 'r.json', 'r.txt', 'r.folded'].map((name) => join(dir, name));
    const ran = pvflame([base, other, ...files.flatMap((f) => ['-o', f])]);
    expect(ran.status).toBe(0);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toContain('r.html');
    expect(ran.stderr).toContain('+30.00 %');
    const [html = '', json = '', txt = '', folded = ''] = files.map((f) => readFileSync(f, 'utf8'));
    expect(html).toMatch(/^<!doctype html>/i);
    expect(reportSchema.parse(JSON.parse(json)).total).toMatchObject({
      base: 10_000,
      new: 13_000,
      percent: 30,
    });
    expect(pvflame(['extract', files[0] ?? '']).stdout).toBe(json);
    expect(txt).toContain('TOTAL    +3,000 cycles (+30.00 %)');
    expect(folded).toBe(
      'mmapbench;execve;entry_SYSCALL_64_after_hwframe;do_syscall_64;vfs_read 10000 13000\n',
    );
    expect(readdirSync(dir).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('is the same bytes wherever the inputs lie', () => {
    const elsewhere = join(dir, 'elsewhere');
    mkdirSync(elsewhere, { recursive: true });
    for (const f of ['base.txt', 'new.txt'])
      writeFileSync(join(elsewhere, f), readFileSync(join(dir, f)));
    for (const format of ['html', 'json', 'text', 'markdown', 'folded']) {
      const there = pvflame([base, other, '-f', format]);
      const here = pvflame(['base.txt', 'new.txt', '-f', format], { cwd: elsewhere });
      expect(here.stdout).toBe(there.stdout);
    }
    expect(pvflame([base, other, '-f', 'json', '--with-paths']).stdout).toContain(base);
  });

  it('reads standard input, gzip and zstd by content', () => {
    const whole = readFileSync(other);
    const expected = JSON.parse(pvflame([base, other, '-f', 'json']).stdout) as { total: unknown };
    const gz = file('gz', execFileSync('gzip', ['-c'], { input: whole }));
    for (const ran of [
      pvflame([base, '-', '-f', 'json'], { input: whole }),
      pvflame([base, gz, '-f', 'json']),
      pvflame(['diff', base, '-', '--format', 'json'], { input: readFileSync(gz) }),
    ]) {
      expect(ran.status).toBe(0);
      expect((JSON.parse(ran.stdout) as { total: unknown }).total).toEqual(expected.total);
    }
  });

  it('takes repeated runs and folders of them after --base and --new; a side is the mean of its runs', () => {
    const folder = join(dir, 'runs');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'run1.perf-script.txt'), text(12));
    writeFileSync(join(folder, 'run2.perf-script.txt'), text(14));
    const ran = pvflame(['--base', base, base, '--new', folder, '-f', 'json']);
    const report = reportSchema.parse(JSON.parse(ran.stdout));
    expect(report.total).toMatchObject({ base: 10_000, new: 13_000 });
    expect(report.new.runs.map((run) => [run.path, run.samples])).toEqual([
      ['run1.perf-script.txt', 12],
      ['run2.perf-script.txt', 14],
    ]);
  });

  it('ends quietly when its reader has enough', () => {
    const ran = spawnSync('bash', [
      '-c',
      `set -o pipefail; "${process.execPath}" "${MAIN}" fold "${recording('6.1', 'native')}" | head -1`,
    ]);
    expect(ran.stderr.toString()).toBe('');
    expect(ran.status).toBe(0);
  });
});

describe('an op that is gone from later kernels', () => {
  // tlb_remove_table() was a paravirt op's to 6.14, and is an ordinary function of later kernels
  const of = (release: string): string =>
    file(
      `release-${release}`,
      `# ========\n# os release : ${release}\n# ========\n#\n` +
        printText({ header: '', samples: planted(20, [frame('tlb_remove_table', 4), ...SYSCALL]) }),
    );
  const ops = (...releases: string[]) => {
    const ran = pvflame([...releases.map(of), '-f', 'json']);
    expect(ran.status).toBe(0);
    const { ops: rows, ledger } = reportSchema.parse(JSON.parse(ran.stdout));
    const row = (bucket: string) => ledger.find((r) => r.bucket === bucket)?.delta;
    return [rows.map(({ op, base: b, new: n }) => [op, b, n]), row('call'), row('rest')];
  };

  it('is not theirs, but the same work cancels where one of two has the op', () => {
    const op = 'mmu.tlb_remove_table';
    expect(ops('6.1.0', '6.14.9')).toEqual([[[op, 20_000, 20_000]], 0, 0]);
    expect(ops('6.1.1', '7.3.4')).toEqual([[[op, 20_000, 20_000]], 0, 0]);
    expect(ops('6.16.0', '7.3.3')).toEqual([[], 0, 0]);
  });
});

describe('normalisation', () => {
  const diff = (...options: string[]) =>
    reportSchema.parse(JSON.parse(pvflame([base, other, '-f', 'json', ...options]).stdout));

  it('by work compares what a unit of work costs', () => {
    const report = diff('--normalize', 'work', '--base-work', '100', '--new-work', '130');
    expect(report.normalization.mode).toBe('work');
    expect(report.total.delta).toBeCloseTo(0, 6);
  });

  it('by total makes both sides equal, and warns', () => {
    const report = diff('--normalize', 'total');
    expect(report.normalization.factor).toBeCloseTo(10 / 13, 12);
    expect(report.total.delta).toBeCloseTo(0, 6);
    expect(report.warnings.map((w) => w.code)).toContain('normalization');
  });

  it('by user time takes user space as the yardstick', () => {
    const report = reportSchema.parse(
      JSON.parse(
        pvflame([
          recording('6.1', 'native'),
          recording('6.1', 'paravirt'),
          '--normalize',
          'user',
          '-f',
          'json',
        ]).stdout,
      ),
    );
    expect(report.ledger.find((row) => row.bucket === 'user')?.delta).toBeCloseTo(0, 3);
    expect(report.warnings.map((w) => w.code)).toContain('normalization');
  });
});

describe('what is skipped is said', () => {
  it('counts lines, with reason and place, in the report and on stderr', () => {
    const broken = file('broken.txt', `${text(3)}what is this line\n${text(2)}`);
    const report = reportSchema.parse(JSON.parse(pvflame([base, broken, '-f', 'json']).stdout));
    expect(report.new.runs[0]).toMatchObject({ samples: 5, skippedLines: 1 });
    expect(report.warnings.map((w) => w.code)).toContain('skipped-lines');
    expect(pvflame(['fold', broken]).stderr).toMatch(/broken\.txt:\d+: 1 line\(s\) skipped/);
  });

  it('a flat recording is accepted, one level deep, with a warning', () => {
    const line = `           bench   123 [000]    12.000000:      1000 cycles:  ffffffff81000010 vfs_read+0x10 ([kernel.kallsyms])\n`;
    const report = reportSchema.parse(
      JSON.parse(
        pvflame([file('f1', line.repeat(8)), file('f2', line.repeat(9)), '-f', 'json']).stdout,
      ),
    );
    expect(report.total.delta).toBe(1000);
    expect(report.warnings.map((w) => w.code)).toContain('flat');
    expect(Math.max(...report.graph.nodes.depth)).toBe(2);
  });
});

describe('help and version', () => {
  it('--help shows the options of diff and the other commands', () => {
    const ran = pvflame(['--help']);
    expect(ran.status).toBe(0);
    expect(ran.stdout).toContain('--normalize');
    expect(ran.stdout).toContain('fold');
    expect(ran.stdout).toContain('BASE NEW');
  });
  it('the version is the package’s', () => {
    const { version } = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
    ) as {
      version: string;
    };
    expect(VERSION).toBe(version);
    expect(pvflame(['--version']).stdout.trim()).toBe(version);
  });
  it('a bug in pvflame would exit with 70; nothing here does', () => {
    const unzipped = gunzipSync(readFileSync(recording('6.1', 'native'))).subarray(0, 100_003);
    const ran = pvflame(['fold', '-'], { input: unzipped });
    expect(ran.status).toBe(0);
    expect(ran.stderr).toMatch(/cut off at the end of the input/);
  });
});
