import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { diffReport } from '../../src/cli/diff.js';
import { parseDiffOptions } from '../../src/cli/diff-options.js';
import { seriesOfFiles } from '../../src/cli/series.js';
import { parseSeriesOptions } from '../../src/cli/series-options.js';
import { renderSeries } from '../../src/render/series/index.js';
import { seriesSchema } from '../../src/report/series-schema.js';
import {
  asCycles,
  frame,
  planted,
  printText,
  recording,
  SYSCALL,
  textOf,
  type Text,
} from '../support/recordings.js';

const dir = mkdtempSync(join(tmpdir(), 'pvflame-series-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const whole = asCycles(textOf(recording('6.1', 'native')));
const PERIOD = 500_751;

/** A step of three boots: of the same real samples, with what is planted. */
function step(label: string, more: Text['samples'] = [], boots = 3) {
  const paths = Array.from({ length: boots }, (_, r) => {
    const samples = whole.samples.filter((_s, i) => i % 6 === r).slice(3 * r);
    const header = whole.header.replace(
      /(captured on {4}: ).*/,
      `$1Sun Nov 22 1${label.length}:${10 + 5 * r}:00 2026`,
    );
    const file = join(dir, `${label.replaceAll('/', '_')}-${r}.txt`);
    writeFileSync(file, printText({ header, samples: [...samples, ...more] }));
    return file;
  });
  return { label, paths, vmlinux: undefined };
}

const op = (n: number, name = 'native_set_pte') =>
  planted(n, [frame(name, 3), frame('do_set_pte', 0xeb), ...SYSCALL], PERIOD);
const of = (steps: ReturnType<typeof step>[], options: Record<string, unknown> = {}) =>
  seriesOfFiles(steps, parseSeriesOptions(options));

describe('a series', () => {
  it('names the first step in which an op changed, and only that', async () => {
    const found = await of([
      step('v1'),
      step('v2.0'),
      step('v3.0.0', op(100)),
      step('v4.0.0.0', [...op(100), ...op(60, 'native_set_pmd')]),
      step('v5.0.0.0.0', op(60, 'native_set_pmd')),
    ]);
    expect(found.firsts.map(({ op: name, label, verdict }) => [name, label, verdict])).toEqual([
      ['mmu.set_pte', 'v3.0.0', 'more'],
      ['mmu.set_pmd', 'v4.0.0.0', 'more'],
    ]);
    expect(found.firsts[0]?.delta).toBeCloseTo(100 * PERIOD, 0);
    expect(found.firsts[0]?.interval[0]).toBeLessThan(100 * PERIOD);
    expect(found.firsts[0]?.interval[1]).toBeGreaterThan(100 * PERIOD);
    expect(found.steps.map(({ overhead }) => overhead?.delta ?? null)).toEqual([
      null,
      0,
      100 * PERIOD,
      160 * PERIOD,
      60 * PERIOD,
    ]);
    expect(found.steps[4]?.step?.delta).toBeCloseTo(-100 * PERIOD, 0);
    seriesSchema.parse(found);
  });

  it('has the numbers of diff, against any reference', async () => {
    const steps = [step('a', op(30)), step('bb'), step('ccc', op(90))];
    const found = await of(steps, { reference: 'bb' });
    for (const [i, pair] of [
      [0, [1, 0]],
      [2, [1, 2]],
    ] as const) {
      const diff = await diffReport(
        { base: steps[pair[0]]?.paths ?? [], new: steps[pair[1]]?.paths ?? [] },
        parseDiffOptions({}),
      );
      const { base, new: other, ...change } = diff.total;
      expect(found.steps[i]?.overhead).toEqual(change);
      expect(found.steps[i]?.total).toBe(other);
      expect(found.steps[1]?.total).toBe(base);
    }
    expect([found.reference, found.steps[1]?.overhead]).toEqual(['bb', null]);
    const between = await diffReport(
      { base: steps[0]?.paths ?? [], new: steps[1]?.paths ?? [] },
      parseDiffOptions({}),
    );
    expect(found.steps[1]?.step?.interval).toEqual(between.total.interval);
  });

  it('on a timer, names the first rise, whatever was seen to fall before', async () => {
    const timed = ({ paths, ...rest }: ReturnType<typeof step>) => {
      for (const path of paths)
        writeFileSync(path, readFileSync(path, 'utf8').replaceAll('cycles:', 'cpu-clock:'));
      return { paths, ...rest };
    };
    const found = await of(
      [step('t1', op(100)), step('t22'), step('t333', op(160))].map((one) => timed(one)),
    );
    expect(found.firsts.map(({ op: name, label }) => [name, label])).toEqual([
      ['mmu.set_pte', 't333'],
    ]);
  });

  it('of single boots finds no first change and says why', async () => {
    const found = await of([step('a', [], 1), step('bb', op(200), 1)]);
    expect(found.firsts).toEqual([]);
    expect(await renderSeries(found, 'text')).toContain('No step can be judged');
    expect(found.steps[1]?.overhead?.verdict).toBe('too little data');
  });

  it('keeps to 72 ASCII columns, whatever the labels are', async () => {
    const label = `v6.1-rc1-00012-g${'0123456789abcdef'.repeat(4)}-ü\u202e`;
    const found = await of([step('a'), { ...step('bb', op(90)), label }], {
      budget: '0.2%',
      title: 'x'.repeat(100),
    });
    const lines = (await renderSeries(found, 'text')).split('\n');
    expect(lines.filter((line) => line.length > 72 || /[^ -~]/.test(line))).toEqual([]);
    expect(found.steps[1]?.budget?.outcome).toBe('exceeded');
  });
});
