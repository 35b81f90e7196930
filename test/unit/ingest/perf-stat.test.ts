import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anchorOf, readStatFiles } from '../../../src/cli/stat-files.js';
import { UserError } from '../../../src/errors.js';
import { parsePerfStat } from '../../../src/ingest/perf-stat.js';
import { isSameCounter } from '../../../src/profile/index.js';

const fixture = (name: string) => join(import.meta.dirname, '../../../fixtures/perf-stat', name);

/** The anchor of the only run, from a file. */
function anchor(path: string, event: string) {
  const [file] = readStatFiles('--base-stat', [path], 1, false);
  if (file === undefined) throw new Error('no file');
  return anchorOf(file, event);
}

describe('perf stat output', () => {
  // as recorded by perf 6.1.192 on this machine
  it.each([
    ['plain.txt', 'cpu-clock', /msec cpu-clock/],
    ['plain.txt', 'page-faults', /page-faults/],
    ['process.txt', 'context-switches', /context-switches/],
    ['repeated.txt', 'task-clock', /task-clock/],
    ['repeated.txt', 'page-faults', /page-faults/],
    ['no-big-num.txt', 'cpu-clock', /cpu-clock/],
    ['comma.csv', 'cpu-clock', /cpu-clock/],
    ['semicolon.csv', 'page-faults', /page-faults/],
    ['words.csv', 'task-clock', /task-clock/],
    ['tab.csv', 'context-switches', /context-switches/],
    ['repeated.csv', 'page-faults', /page-faults/],
    ['plain.json', 'cpu-clock', /"cpu-clock"/],
    ['repeated.json', 'page-faults', /"page-faults"/],
  ])('%s: %s', (name, event, named) => {
    const [line = ''] = readFileSync(fixture(name), 'utf8')
      .split('\n')
      .filter((l) => named.test(l));
    const digits = /(\d+(?:\.\d+)?)/.exec(line)?.[1] ?? '';
    const scale = event.endsWith('-clock') ? 1e6 : 1;
    const zero = Number(digits) === 0;
    if (zero)
      expect(() => anchor(fixture(name), event)).toThrow(/counted 0; this run has no anchor/);
    else
      expect(anchor(fixture(name), event)).toMatchObject({
        count: Number(digits) * scale,
        repeated: name.startsWith('repeated'),
      });
  });

  // written after tools/perf/util/stat-display.c: no such counters or locales here
  it.each([
    ['written-multiplexed.txt', 'cycles:ppp', 8_274_135_002, 83.31],
    ['written-multiplexed.txt', 'instructions', 12_004_115_870, 66.71],
    ['written-german.txt', 'cycles:u', 8_274_135_002, null],
    ['written-german.txt', 'task-clock', 2_573_110_000, null],
    ['written-french.txt', 'cycles', 8_274_135_002, null],
    ['written-french.txt', 'task-clock', 2_573_110_000, null],
    ['written-latin1.txt', 'cycles:P', 8_274_135_002, null],
    ['written-latin1.txt', 'task-clock', 2_573_110_000, null],
    ['written-hybrid.txt', 'cpu_core/cycles/P', 8_274_135_002, 61.2],
    ['written-linux-4.txt', 'task-clock', 2_573_114_201, null],
    ['written-linux-4.txt', 'cpu-cycles:pp', 8_274_135_002, null],
    ['written-german.json', 'cycles', 8_274_135_002, 83.31],
    ['written-german.csv', 'cpu-clock', 504_450_000, 100],
    ['written-german.csv', 'cycles', 8_274_135_002, 83.31],
  ])('%s: %s is %d', (name, event, count, running) => {
    const found = anchor(fixture(name), event);
    expect(found.count).toBeCloseTo(count, 3);
    expect(found.running).toBe(running);
  });

  it.each([
    ['plain.txt', 'cycles', /plain\.txt:10: cycles is <not supported>; this run has no anchor$/],
    ['comma.csv', 'cycles', /comma\.csv:7: cycles is <not supported>/],
    ['plain.json', 'cycles:P', /plain\.json:7: cycles is <not supported>/],
    ['written-multiplexed.txt', 'branches', /:7: branches is <not counted>/],
    [
      'plain.txt',
      'instructions:P',
      /no count of instructions:P, only of cpu-clock, .*run perf stat -e instructions too/,
    ],
    ['written-german.txt', 'cycles', /no count of cycles, only of cycles:u, task-clock/],
    ['written-hybrid.txt', 'cycles', /no count of cycles, only of cpu_core\/cycles\//],
    [
      'written-multiplexed.txt',
      'power/energy-pkg/',
      /:8: counts power\/energy-pkg\/, but not as one total/,
    ],
    ...[
      'interval.txt',
      'interval.csv',
      'interval.json',
      'per-core.txt',
      'per-core.csv',
      'per-core.json',
      'per-cpu.txt',
      'per-cpu.csv',
    ].map(
      (name) =>
        [
          name,
          'cpu-clock',
          /:\d+: counts cpu-clock, but not as one total; .*no -I, -A, --per-core/,
        ] as const,
    ),
    ['written-cgroups.txt', 'cycles', /:4: counts cycles, but not as one total/],
    ['written-cgroups.csv', 'cycles', /:1: counts cycles, but not as one total/],
  ] as [string, string, RegExp][])('%s has no total of %s', (name, event, message) => {
    expect(() => anchor(fixture(name), event)).toThrow(message);
    expect(() => anchor(fixture(name), event)).toThrow(UserError);
  });

  it('two outputs in one file, or a total beside parts, are no total', () => {
    const dir = mkdtempSync(join(tmpdir(), 'pvflame-stat-'));
    const path = join(dir, 'stat.txt');
    try {
      writeFileSync(path, '   1,000   cycles\n   1,100   cycles\n');
      expect(() => anchor(path, 'cycles')).toThrow(/stat\.txt:2: cycles is counted more than once/);
      writeFileSync(path, '   1,000   cycles\nCPU0   400   cycles\n');
      expect(() => anchor(path, 'cycles')).toThrow(/stat\.txt:2: cycles is counted more than once/);
      writeFileSync(path, 'cycles 4, what else\n');
      expect(() => anchor(path, 'cycles')).toThrow(/:1: counts cycles, but not as one total/);
      writeFileSync(path, '\n\n');
      expect(() => anchor(path, 'cycles')).toThrow(
        /no counter in it; give the output of perf stat/,
      );
      expect(() => anchor('/dev/zero', 'cycles')).toThrow(/too many; name the output of perf stat/);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it('thousands are told from decimals by the length of the last group', () => {
    const value = (text: string) => parsePerfStat(`  ${text}   msec task-clock\n`).rows[0]?.value;
    expect(value('1,234')).toBe(1234);
    expect(value('1.234')).toBe(1234);
    expect(value('1,234.56')).toBe(1234.56);
    expect(value('1.234,56')).toBe(1234.56);
    expect(value("1'234.56")).toBe(1234.56);
    expect(value('1 234 567,89')).toBe(1234567.89);
    expect(value('12,34,567.89')).toBe(1234567.89);
    expect(value('1708.761321')).toBe(1708.761321);
  });
});

describe('isSameCounter', () => {
  it.each([
    ['cycles', 'cycles:P', true],
    ['cycles', 'cpu-cycles:ppp', true],
    ['cycles:u', 'cycles:uP', true],
    ['cycles:u', 'cycles', false],
    ['cycles:k', 'cycles:u', false],
    ['cpu_core/cycles/', 'cpu_core/cycles/P', true],
    ['cpu_core/cycles/', 'cpu_atom/cycles/', false],
    ['sched:sched_switch', 'sched:sched_wakeup', false],
    ['sched:sched_switch', 'sched:sched_switch', true],
    ['cpu-clock', 'cpu-clock:u', false],
  ])('%s and %s: %s', (a, b, same) => expect(isSameCounter(a, b)).toBe(same));
});

describe('hostile perf stat files', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'pvflame-stat-'));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it('any bytes give a count or one line', () => {
    const seeds = [
      'plain.txt',
      'comma.csv',
      'plain.json',
      'repeated.txt',
      'written-latin1.txt',
    ].map((name) => readFileSync(fixture(name)));
    const mutated = fc
      .tuple(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 8 }),
      )
      .map(([seed, edits]) => {
        const bytes = new Uint8Array(seed);
        for (const [at, value] of edits) if (at < bytes.length) bytes[at] = value;
        return bytes;
      });
    const path = join(dir, 'any');
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated), (bytes) => {
        writeFileSync(path, bytes);
        try {
          expect(anchor(path, 'cpu-clock').count).toBeGreaterThan(0);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          expect(error.message.replaceAll(/[\x00-\x1f]/g, '\n')).not.toContain('\n');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('long lines take no long time', () => {
    const start = process.cpuUsage().user;
    for (const text of [
      '1,'.repeat(400_000),
      '1 '.repeat(400_000),
      '( +- '.repeat(150_000),
      `1${' '.repeat(900_000)}x`,
    ]) {
      writeFileSync(join(dir, 'long'), text);
      expect(() => anchor(join(dir, 'long'), 'cycles')).toThrow(UserError);
    }
    expect(process.cpuUsage().user - start).toBeLessThan(3e6);
  });
});
