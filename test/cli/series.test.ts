import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { seriesSchema } from '../../src/report/series-schema.js';
import { pvflame } from '../support/cli.js';
import { recording } from '../support/recordings.js';

const dir = mkdtempSync(join(tmpdir(), 'pvflame-series-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const [native, second, third, unpatched, patched] = [
  'native',
  'native-2',
  'native-3',
  'paravirt-unpatched',
  'paravirt',
].map((name) => recording('6.1', name)) as [string, string, string, string, string];
const steps = [`native=${native},${second}`, `off=${unpatched}`, `on=${patched}`];

describe('pvflame series', () => {
  it('writes every format, the same bytes each time', () => {
    const run = (name: string) => {
      const files = ['html', 'json', 'txt', 'md'].map((end) => join(dir, `${name}.${end}`));
      const ran = pvflame(['series', ...steps, ...files.flatMap((file) => ['-o', file])]);
      expect([ran.status, ran.stdout]).toEqual([0, '']);
      return files.map((file) => readFileSync(file, 'utf8'));
    };
    const [one, other] = [run('a'), run('b')];
    expect(one).toEqual(other);
    const document = seriesSchema.parse(JSON.parse(one[1] ?? ''));
    expect(document.steps.map(({ label, runs }) => [label, runs.length])).toEqual([
      ['native', 2],
      ['off', 1],
      ['on', 1],
    ]);
    expect(one[2]).toMatch(/^SERIES of 3 kernels, overhead against native/);
    expect(one[3]).toContain('### Overhead against `native`');
  });

  it('takes folders, labels given again, and files with commas in their names', () => {
    const folder = join(dir, 'runs');
    mkdirSync(folder);
    cpSync(native, join(folder, '1.perf-script.txt.gz'));
    const comma = join(dir, 'a,b.txt.gz');
    cpSync(second, comma);
    const ran = pvflame([
      ...['series', `n=${folder}`, `p=${patched}`, `n=${comma}`, `n=${third}`, '-f', 'json'],
    ]);
    const document = seriesSchema.parse(JSON.parse(ran.stdout));
    expect(document.steps.map(({ label, runs }) => [label, runs.length])).toEqual([
      ['n', 3],
      ['p', 1],
    ]);
    expect(document.provenance.argv).toContain('p=paravirt.perf-script.txt.gz');
  });

  it('has the exit statuses of a budget', () => {
    const status = (...more: string[]) => pvflame(['series', '-q', ...steps, ...more]).status;
    expect(status('--budget', '0.2')).toBe(0);
    expect(status('--budget', '0.2', '--budget-strict')).toBe(5);
  });

  it.each([
    [[], 2, /missing required argument/],
    [[`a=${native}`], 2, /one step is no series/],
    [[native, `b=${patched}`], 2, /is not of the form LABEL=RUNS/],
    [[`=${native}`, `b=${patched}`], 2, /is not of the form LABEL=RUNS/],
    [[`a=${native},`, `b=${patched}`], 2, /an input without a name/],
    [[`a=${native}`, `b=${native}`], 2, /is given twice/],
    [['a=/no/such', `b=${patched}`], 3, /\/no\/such: /],
    [
      [`a=${native}`, `b=${patched}`, '--reference', 'c'],
      2,
      /no step is called 'c'; they are a, b/,
    ],
    [[`a=${native}`, `b=${patched}`, '--vmlinux', 'c=x'], 2, /no step is called 'c'/],
    [
      [`a=${native}`, `b=${patched}`, '--vmlinux', 'a=x'],
      2,
      /--vmlinux a=FILE needs --vmlinux b=FILE/,
    ],
    [[`a=${native}`, `b=${patched}`, '--budget-strict'], 2, /goes with --budget/],
    [[`a=${native}`, `b=${patched}`, '--event', 'cycles'], 3, /cycles/],
    [[`a=${native}`, `b=${patched}`, '-o', native], 2, /is an input/],
  ])('refuses %j', (args, status, message) => {
    const ran = pvflame(['series', ...args]);
    expect([ran.status, ran.stdout]).toEqual([status, '']);
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
