import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { pvflame } from '../support/cli.js';
import { recording } from '../support/recordings.js';
import { zstd } from '../support/zstd.js';

const golden = join(import.meta.dirname, '../golden/fold');
const dir = mkdtempSync(join(tmpdir(), 'pvflame-fold-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** The peers of docs/fold.md, where they are installed; bench/fold-parity.mjs finds them likewise. */
const peers = [
  { name: 'inferno', command: process.env['INFERNO'] ?? 'inferno-collapse-perf' },
  { name: 'perl', command: process.env['STACKCOLLAPSE'] ?? 'stackcollapse-perf.pl' },
].filter(({ command }) => spawnSync(command, ['/dev/null']).error === undefined);

/** Which peers print the same for a recording; docs/fold.md argues the rest. */
const agreeing: Record<string, readonly string[]> = {
  both: ['inferno', 'perl'],
  crlf: ['inferno'],
  edges: [],
  flat: ['inferno'],
};

/** NAME.OPTION+OPTION.folded is what `pvflame fold OPTION OPTION NAME.txt` prints. */
const cases = readdirSync(golden)
  .filter((file) => file.endsWith('.folded'))
  .map((file) => {
    const [name = '', options = ''] = file.slice(0, -'.folded'.length).split('.');
    return { file, name, options: options.split('+').filter((option) => option !== '') };
  });

const lines = (text: string): string[] => text.split('\n').slice(0, -1);
const bytewise = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

function file(name: string, content: string | Uint8Array): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

describe('golden folds', () => {
  it.each(cases)('$file', ({ file: name, name: input, options }) => {
    const ran = pvflame(['fold', '-q', ...options, join(golden, `${input}.txt`)]);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.stdout).toBe(readFileSync(join(golden, name), 'utf8'));
  });

  const comparable = cases.filter(({ options }) => !options.includes('--kernel-only'));
  it.each(comparable)(
    '$file against the installed peers',
    ({ file: name, name: input, options }) => {
      const wanted = lines(readFileSync(join(golden, name), 'utf8'));
      for (const peer of peers.filter((p) => agreeing[input]?.includes(p.name))) {
        const theirs = options.join(' ').replace('--event ', '--event-filter=').split(' ');
        const given = [...theirs.filter((option) => option !== ''), join(golden, `${input}.txt`)];
        const ran = spawnSync(peer.command, given, { encoding: 'utf8' });
        expect(lines(ran.stdout).sort(bytewise)).toEqual(wanted);
      }
    },
  );
});

describe('what is not as it seems', () => {
  const sample = (event: string, comm = 'a') =>
    `${comm} 1 [000] 1.000000: 10 ${event}\n\tffffffff81000000 f+0x1 ([kernel.kallsyms])\n\n`;
  const named = (...events: string[]) =>
    events.map((event) => `# event : name = ${event}, , id = { 1 }, type = 1\n`).join('');

  it('a comm with a semicolon is one name, with and without WebAssembly', () => {
    const input = file('semicolon.txt', sample('cycles:', 'x;y z').repeat(3));
    for (const PVFLAME_WASM of ['on', 'off'])
      expect(pvflame(['fold', input], { env: { PVFLAME_WASM } }).stdout).toBe('x:y_z;f 30\n');
  });

  it('several events that the text does not tell apart: said, and not compared', () => {
    const input = file('mixed.txt', named('cycles', 'faults') + sample(''));
    const other = file('mixed2.txt', named('cycles', 'faults') + sample('') + sample(''));
    const ran = pvflame(['fold', input]);
    expect(ran).toMatchObject({ status: 0, stdout: 'a;f 10\n' });
    expect(ran.stderr).toContain('several events were recorded and are added up');
    const refused = pvflame([input, other]);
    expect(refused.status).toBe(3);
    expect(refused.stderr).toContain('(cycles, faults)');
    expect(refused.stderr).toContain('add event to the fields');
    expect(pvflame(['fold', file('one.txt', named('cycles') + sample(''))]).stderr).toBe('');
  });

  it('an event of another scope is not the one asked for', () => {
    const ran = pvflame([
      'fold',
      file('plain.txt', sample('cpu-clock:')),
      '--event',
      'cpu-clock:u',
    ]);
    expect(ran.status).toBe(3);
    expect(ran.stderr).toContain("no samples of event 'cpu-clock:u'; it holds cpu-clock");
  });

  it('an event without a name is called so, and may be asked for', () => {
    const inputs = [file('nameless.txt', sample('')), file('cycles.txt', sample('cycles:', 'b'))];
    const ran = pvflame(['fold', ...inputs]);
    expect(ran.stdout).toBe('a;f 10\n');
    expect(ran.stderr).toContain('counted is (unnamed), choose');
    expect(pvflame(['fold', '-q', ...inputs, '--event', '(unnamed)']).stdout).toBe('a;f 10\n');
  });

  it('an input that is given twice', () => {
    const input = file('twice.txt', sample('cycles:'));
    const ran = pvflame(['fold', input, join(dir, '.', 'twice.txt')]);
    expect(ran.stdout).toBe('a;f 20\n');
    expect(ran.stderr).toContain('twice.txt: is given more than once');
  });

  it('a list of kernel symbols that is none, and values that are not understood', () => {
    const input = file('plain2.txt', sample('cycles:'));
    const bad = (args: string[], status: number, said: string) => {
      const ran = pvflame(args);
      expect(ran).toMatchObject({ status, stdout: '' });
      expect(ran.stderr).toContain(said);
    };
    const garbage = file('garbage', 'not symbols\n');
    bad(['fold', input, '--kallsyms', garbage], 3, 'garbage: is no list of kernel symbols');
    const symbols = file('symbols', '0000000000000000 A fixed_percpu_data\n');
    expect(pvflame(['fold', input, '--kallsyms', symbols]).status).toBe(0);
    bad(
      ['fold', input, '--input-format', 'xx'],
      2,
      "--input-format: takes perf-script or perf-data, not 'xx'",
    );
    bad([input, input, '--seed', 'abc'], 2, "--seed: takes a number, not 'abc'");
    bad(['extract', join(dir, 'none.html')], 3, 'none.html: no such file');
  });
});

describe('fold', () => {
  const both = join(golden, 'both.txt');

  it('adds up its inputs, whatever they are packed in, and reads stdin', () => {
    const text = readFileSync(both);
    const three = ['fold', '-q', both, file('b.gz', gzipSync(text)), file('b.zst', zstd(text))];
    const alone = lines(pvflame(['fold', '-q', both]).stdout);
    const summed = lines(pvflame([...three, '-'], { input: text }).stdout);
    expect(summed).toEqual(
      alone.map((line) => line.replace(/\d+$/, (weight) => String(4 * Number(weight)))),
    );
  });

  it('gives the same lines in the same order for inputs in any order', () => {
    const a = recording('6.1', 'native');
    const b = recording('6.1', 'paravirt');
    const forth = pvflame(['fold', '-q', a, b]);
    expect(forth.status).toBe(0);
    expect(pvflame(['fold', '-q', b, a]).stdout).toBe(forth.stdout);
    expect(lines(forth.stdout)).toEqual([...lines(forth.stdout)].sort(bytewise));
  });

  it('keeps the samples of one comm, named as recorded', () => {
    expect(pvflame(['fold', '-q', '--comm', 'Web Content', both]).stdout).toBe(
      'Web_Content;[unknown];[unknown];[app] 500\n',
    );
  });

  it('says which event it counted where there are several, and what it skipped', () => {
    const ran = pvflame(['fold', join(golden, 'both.txt')]);
    expect(ran.stderr).toContain('counted is cpu-clock');
    const weird = file(
      'weird.txt',
      'sh 1 1.000001: 5 cycles: \n\t4010 f (x)\n\nsh 1 1.000002: 5 cycles: \n\tWEIRD\n',
    );
    expect(pvflame(['fold', weird]).stderr).toMatch(/weird\.txt:\d+: 1 line\(s\) skipped/);
  });

  it('weighs samples without a printed period 1 each', () => {
    const text = 'sh 1 1.000001: cycles: \n\t4010 f (x)\n\n'.repeat(3);
    expect(pvflame(['fold', '-q', file('plain.txt', text)]).stdout).toBe('sh;f 3\n');
  });

  it('refuses what is no recording with status 3 and one line', () => {
    const ran = pvflame(['fold', file('stacks.folded', 'a;b 1\n')]);
    expect(ran).toMatchObject({ status: 3, stdout: '' });
    expect(ran.stderr).toMatch(/^pvflame: [^\n]*looks like folded stacks[^\n]*\n$/);
  });
});
