import { describe, expect, it } from 'vitest';
import {
  changeOfRuns,
  changeOfTotals,
  changeWithinRuns,
  findSpread,
  NO_SPREAD,
  type RowPair,
} from '../../../src/compare/stats/index.js';
import { seeded } from './support/random.js';
import { rowPair, simulatePair } from './support/simulate.js';
import { KERNELS, WORLDS } from './support/worlds.js';

const side = (runs: number[], samples: number) => ({ runs, samples });
const TOTALS = { base: 1e6, new: 1e6 };

describe('changeOfTotals', () => {
  it('does not take certainty from a side with many runs for one with two', () => {
    const many = [100, 101, 99, 100.5, 99.5, 100, 101, 99, 100, 100];
    // both runs agree by chance: Satterthwaite alone would give 9 degrees of freedom
    const change = changeOfTotals([102, 102.1], many);
    expect(change.df).toBeLessThanOrEqual(2);
    expect(changeOfTotals([102, 101, 102.1], many.slice(0, 5)).df).toBeGreaterThan(4);
  });

  it('is Welch’s test', () => {
    // scipy.stats.ttest_ind(new, base, equal_var=False)
    const change = changeOfTotals([10, 12, 11], [13, 15, 14.5, 12]);
    expect(change.delta).toBeCloseTo(2.625, 12);
    expect(change.p).toBeCloseTo(0.03298153, 7);
    expect(change.df).toBeCloseTo(4.99653379, 6);
    expect(change.interval?.[0]).toBeCloseTo(0.31486535, 6);
    expect(change.interval?.[1]).toBeCloseTo(4.93513465, 6);
  });

  it('has no interval where the spread between runs is unknown', () => {
    const unknown: [number[], number[]][] = [
      [[10], [12, 13]],
      [[10], [12]],
      [[], []],
      [
        [10, 10, 10],
        [12, 12, 12],
      ],
    ];
    for (const [base, other] of unknown)
      expect(changeOfTotals(base, other)).toMatchObject({ interval: null, p: 1, df: 0 });
  });
});

describe('changeOfRuns', () => {
  it('never claims less than sampling noise for runs that agree', () => {
    const change = changeOfRuns(side([10, 10, 10], 30), side([12, 12, 12], 36), TOTALS);
    const [low, high] = change.interval ?? [0, 0];
    // Two Poisson means of 30 and 36 counts: sd of the difference is sqrt(66) / 3.
    expect(high - low).toBeGreaterThan(2 * 1.95 * (Math.sqrt(66) / 3));
    expect(change.p).toBeGreaterThan(0.3);
  });

  it('knows that a side without samples may have had some', () => {
    const spread = { ...NO_SPREAD, dfDispersion: 100, dfRelative: 100, points: 100 };
    const none = side([0, 0], 0);
    const { interval } = changeOfRuns(none, side([6, 5], 11), TOTALS, spread);
    const alone = changeOfRuns(side([1e-9, 0], 1e9), side([6, 5], 11), TOTALS, spread);
    expect(interval?.[0]).toBeGreaterThan(0);
    expect(interval?.[0]).toBeLessThan((alone.interval?.[0] ?? 0) - 0.3);
    // Without rows to learn from, two runs that say little say little.
    expect(changeOfRuns(none, side([6, 5], 11), TOTALS).p).toBeGreaterThan(0.05);
  });

  it('mirrors when the sides are swapped', () => {
    const a = side([101, 122, 95], 31);
    const b = side([140, 180, 122], 44);
    const one = changeOfRuns(a, b, TOTALS);
    const two = changeOfRuns(b, a, TOTALS);
    expect(two.delta).toBe(-one.delta);
    expect(two.interval).toEqual(one.interval?.map((end) => -end).reverse());
    expect(two.p).toBe(one.p);
  });

  it('has a p-value under 5 % exactly where the interval is without 0', () => {
    const random = seeded(4);
    for (let i = 0; i < 500; i++) {
      const runs = (mean: number) => [0, 0, 0].map(() => Math.round(mean * (0.5 + random())));
      const sides = [runs(5 + i / 10), runs(8 + i / 10)].map((counts) =>
        side(
          counts,
          counts.reduce((x, y) => x + y, 0),
        ),
      );
      const [b, n] = sides;
      if (b === undefined || n === undefined) throw new Error('no sides');
      const { p, interval } = changeOfRuns(b, n, TOTALS);
      const [low, high] = interval ?? [0, 0];
      expect(p < 0.05).toBe(low > 0 || high < 0);
    }
  });

  it('says nothing without samples, or with one run on a side', () => {
    expect(changeOfRuns(side([0, 0], 0), side([0, 0], 0), TOTALS).interval).toBeNull();
    expect(changeOfRuns(side([3], 3), side([9, 9], 18), TOTALS).interval).toBeNull();
    const all = side([1e6, 1e6], 100);
    expect(changeOfRuns(all, all, TOTALS).interval).toBeNull();
  });
});

describe('findSpread', () => {
  const pairs = (name: keyof typeof WORLDS): RowPair[] => {
    const world = { ...WORLDS[name], samples: 200_000 };
    const pair = simulatePair(seeded(8), KERNELS.same.shares, world, 5);
    return KERNELS.same.functions.map((rows) => rowPair(pair, rows));
  };
  const totals = { base: 1e9, new: 1e9 };

  it('finds correlation within and spread between runs', () => {
    const spread = findSpread(pairs('run spread, correlated'), totals);
    expect(spread.dispersion).toBeGreaterThan(2.5);
    expect(spread.dispersion).toBeLessThan(3.6);
    expect(spread.relative).toBeGreaterThan(0.025);
    expect(spread.relative).toBeLessThan(0.04);
  });

  it('finds none where runs differ by sampling only', () => {
    const spread = findSpread(pairs('sampling only'), totals);
    expect(spread.dispersion).toBeLessThan(1.2);
    expect(spread.relative).toBeLessThan(0.01);
  });

  it('trusts rows that are unlike each other less', () => {
    const like = findSpread(pairs('run spread, correlated'), totals);
    const unlike = findSpread(pairs('unlike rows'), totals);
    expect(unlike.dfRelative).toBeLessThan(like.dfRelative / 3);
  });

  it('is the same for swapped sides, and nothing for few rows', () => {
    const rows = pairs('unlike rows');
    const swapped = rows.map((row) => ({ base: row.new, new: row.base }));
    expect(findSpread(swapped, totals)).toEqual(findSpread(rows, totals));
    expect(findSpread(rows.slice(0, 3), totals)).toEqual(NO_SPREAD);
  });
});

describe('changeWithinRuns', () => {
  const row = (value: number, samples: number) => ({
    value,
    samples,
    total: { value: 1000, samples: 1000 },
  });

  it('is Newcombe’s interval', () => {
    // Newcombe 1998, table II, example (a): 56/70 against 48/80 by method 10.
    const of = (value: number, n: number) => ({
      value: value / n,
      samples: value,
      total: { value: 1, samples: n },
    });
    const { interval } = changeWithinRuns(of(48, 80), of(56, 70));
    expect(interval?.[0]).toBeCloseTo(0.0524, 4);
    expect(interval?.[1]).toBeCloseTo(0.3339, 4);
  });

  it('widens with dispersion, and never narrows', () => {
    const width = (phi: number) => {
      const [low, high] = changeWithinRuns(row(50, 50), row(80, 80), phi).interval ?? [0, 0];
      return high - low;
    };
    expect(width(4) / width(1)).toBeGreaterThan(1.9);
    expect(width(4) / width(1)).toBeLessThan(2.1);
    expect(width(0.5)).toBe(width(1));
  });

  it('says nothing about empty rows and runs', () => {
    expect(changeWithinRuns(row(0, 0), row(0, 0)).interval).toBeNull();
    const empty = { value: 0, samples: 0, total: { value: 0, samples: 0 } };
    expect(changeWithinRuns(empty, row(5, 5)).interval).toBeNull();
  });

  it('has no change in a row that is all of both runs', () => {
    const { delta, interval, p } = changeWithinRuns(row(1000, 1000), row(1000, 1000));
    expect([delta, p]).toEqual([0, 1]);
    expect(interval?.[0]).toBeLessThan(0);
  });
});
