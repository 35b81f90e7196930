import { describe, expect, it } from 'vitest';
import { testRows, type Testable } from '../../../src/compare/test-rows.js';
import {
  changeOfRuns,
  findSpread,
  VERDICTS,
  type RowPair,
} from '../../../src/compare/stats/index.js';

const TOTALS = { base: 1e6, new: 1e6 };
const around = (mean: number, spread: number): number[] =>
  [-1.5, -0.5, 0.5, 1.5].map((step) => mean * (1 + spread * step));
const side = (mean: number, spread: number) => ({ runs: around(mean, spread), samples: 40 * mean });

/** Functions that spread by a third between boots. */
const functions: RowPair[] = Array.from({ length: 20 }, (_, i) => {
  const mean = 1000 * (1 + i);
  const spread = 0.2 + 0.01 * ((7 * i) % 20);
  return { base: side(mean, spread), new: side(mean, spread) };
});
const TOTAL = { base: side(TOTALS.base, 1e-4), new: side(TOTALS.new, 1e-4) };

/** A row whose boots agree, and that is some 2 % more in new. */
const agreeing = (mean: number): RowPair => ({
  base: side(mean, 1e-4),
  new: side(1.02 * mean, 1e-4),
});

function columns(rows: readonly RowPair[], of: 'base' | 'new') {
  return {
    runs: 4,
    weight: Float64Array.from(rows.flatMap((row) => Array.from(row[of].runs))),
    samples: Float64Array.from(rows, (row) => row[of].samples),
  };
}

function findings(ledger: RowPair[], frames: RowPair[]) {
  const rows: Testable = {
    total: TOTAL,
    ledger,
    ops: [],
    sites: [],
    functions,
    frames: { base: columns(frames, 'base'), new: columns(frames, 'new') },
    within: () => undefined,
  };
  return testRows(rows);
}

describe('several runs against one', () => {
  it('are their mean, of frames too', () => {
    const row = (base: number[], other: number): RowPair => ({
      base: { runs: base, samples: base.reduce((a, b) => a + b, 0) },
      new: { runs: [other], samples: other },
    });
    // means are 400 against 400 and against 800, single runs are not
    const [same, twice] = [row([100, 400, 700], 400), row([700, 400, 100], 800)];
    const frames = [same, twice];
    const quiet = (count: number) => ({
      phi: new Float64Array(count).fill(1),
      df: new Float64Array(count).fill(Infinity),
    });
    const none = quiet(0);
    const found = testRows({
      total: row([1e4, 1e4, 1e4], 1e4),
      ledger: [],
      ops: [],
      sites: [],
      functions: frames,
      frames: {
        base: { ...columns(frames, 'base'), runs: 3 },
        new: { ...columns(frames, 'new'), runs: 1 },
      },
      within: () => ({
        ledger: none,
        ops: none,
        sites: none,
        functions: quiet(2),
        frames: quiet(2),
      }),
    });
    const words = ['within noise', 'more'];
    expect(found.functions.map(({ verdict }) => verdict)).toEqual(words);
    expect(Array.from(found.frames, (code) => VERDICTS[code])).toEqual(words);
  });
});

describe('over runs', () => {
  const spread = findSpread(functions, TOTALS);

  it('a function is moderated by the others, a bucket, being a sum of many, is not', () => {
    expect(spread.relative).toBeGreaterThan(0.1);
    const bucket = agreeing(300_000);
    const found = findings([bucket], []);
    const alone = changeOfRuns(bucket.base, bucket.new, TOTALS);
    expect(found.ledger[0]).toEqual({ interval: alone.interval, verdict: 'more' });
    const [first] = functions;
    expect(found.functions[0]?.interval).toEqual(
      first && changeOfRuns(first.base, first.new, TOTALS, spread).interval,
    );
    expect(changeOfRuns(bucket.base, bucket.new, TOTALS, spread).interval).not.toEqual(
      alone.interval,
    );
  });

  it('a frame is taken for a sum from a twentieth of the total on', () => {
    const verdict = (mean: number) => VERDICTS[findings([], [agreeing(mean)]).frames[0] ?? -1];
    expect(verdict(300_000)).toBe('more');
    expect(verdict(50_100)).toBe('more');
    expect(verdict(48_000)).toBe('within noise');
  });
});
