import { describe, expect, it } from 'vitest';
import { trigamma } from '../../../src/compare/stats/distributions.js';
import {
  changeOfRuns,
  dispersion,
  estimateOfRow,
  fewestSamples,
  findSpread,
  NO_SPREAD,
  type RowPair,
} from '../../../src/compare/stats/index.js';
import { estimateSide } from '../../../src/compare/stats/runs.js';
import { fitTrend } from '../../../src/compare/stats/trend.js';
import { countsOf } from './support/counts.js';
import { seeded } from './support/random.js';

const TOTAL = 1e12;

describe('a row that other rows moderate', () => {
  it('trusts them less by the cube of how much more it spreads', () => {
    const spread = { ...NO_SPREAD, dfDispersion: 16, dfRelative: 16, points: 100 };
    // independent samples of weight 1: the expected variance is the mean
    const of = (deviation: number) => {
      const runs = [100 - deviation, 100, 100 + deviation];
      return estimateSide({ runs, samples: 300 }, 1, TOTAL, spread).moderated;
    };
    expect(of(1).df).toBeCloseTo(16 + 2, 6);
    expect(of(10).df).toBeCloseTo(16 + 2, 6);
    expect(of(20).df).toBeCloseTo(16 / 4 ** 3 + 2, 6);
    expect(of(20).variance * 3).toBeCloseTo((0.25 * 100 + 2 * 400) / 2.25, 4);
  });

  it('is as skewed as its counts, however few runs there are', () => {
    const exact = { runs: [1e-9, 1e-9], samples: 1e9 };
    for (const runs of [
      [9, 13],
      [8, 12, 13],
      [9, 10, 11, 14, 11, 11],
    ]) {
      const samples = runs.reduce((sum, run) => sum + run, 0);
      const change = changeOfRuns(
        { ...exact, runs: runs.map(() => 1e-9) },
        { runs: runs.map((run) => 100 * run), samples },
        { base: TOTAL, new: TOTAL },
      );
      const [low, high] = change.interval ?? [NaN, NaN];
      // Wilson's interval (1927) lies off its middle by z^2 / 2 of a sample's weight in the mean
      const off = (1.959964 ** 2 / 2) * (100 / runs.length);
      expect((low + high) / 2 - change.delta, String(runs)).toBeCloseTo(off, 1);
    }
  });

  it('that no sample shows may weigh one', () => {
    const like = { runs: [100, 120, 110], samples: 33 };
    const none = { runs: [0, 0, 0], samples: 0 };
    const { mean, variance, df } = estimateOfRow(none, TOTAL, NO_SPREAD, like);
    expect([mean, df]).toEqual([0, Infinity]);
    expect(variance).toBeCloseTo((10 / 3) ** 2, 9);
  });
});

describe('the trend of the rows', () => {
  const line = Array.from({ length: 600 }, (_, i) => ({ x: i / 10, y: 2 + 0.05 * i }));
  const with20 = (times: number) => fitTrend([...line, { x: 20, y: 12 * times }]);

  it('leaves out a row that is 15 times above it, and no other', () => {
    expect(with20(1).constant).toBeCloseTo(2, 6);
    expect(with20(1).slope).toBeCloseTo(0.5, 6);
    for (const times of [16.5, 100]) {
      expect(with20(times).constant).toBeCloseTo(2, 6);
      expect(with20(times).slope).toBeCloseTo(0.5, 6);
    }
    const { constant, slope } = with20(14);
    expect(constant + 20 * slope).toBeGreaterThan(12.1);
  });
});

describe('what rows foretell of each other', () => {
  /** A row of three runs whose variance is so many times that of sampling alone. */
  const row = (mean: number, times: number): RowPair => {
    const deviation = Math.sqrt(mean * times);
    const side = { runs: [mean - deviation, mean, mean + deviation], samples: 3 * mean };
    return { base: side, new: side };
  };
  const totals = { base: TOTAL, new: TOTAL };
  const ROWS = 40;
  /** Variance ratios as three runs would make them, their logarithms spread out a little more. */
  const exponential = (more: number) => {
    const logs = Array.from({ length: ROWS }, (_, i) => Math.log(-Math.log(1 - (i + 0.5) / ROWS)));
    const middle = logs.reduce((sum, log) => sum + log, 0) / ROWS;
    const squares = logs.reduce((sum, log) => sum + (log - middle) ** 2, 0) / (ROWS - 0.5);
    const scale = Math.sqrt((trigamma(1) + more) / squares);
    return logs.map((log) => Math.exp(middle + scale * (log - middle)));
  };
  const pooled = 2 * 2 * ROWS;

  it('of sampling: rows differ only where chance does not make them', () => {
    const of = (more: number) =>
      findSpread(
        exponential(more).map((ratio) => row(1000, 3 * ratio)),
        totals,
      ).dfDispersion;
    expect(of(0.1)).toBe(pooled);
    expect(of(2)).toBeLessThan(10);
  });

  it('of the spread between boots: rows are alike only where chance does not make them', () => {
    const of = (more: number) =>
      findSpread(
        // from frames of all sizes, each of which spreads by some 3 %
        exponential(more).map((ratio, i) => {
          const mean = 1e6 * (1 + ((7 * i) % ROWS));
          return row(mean, 9e-4 * mean * ratio);
        }),
        totals,
      );
    expect(of(0).relative).toBeGreaterThan(0.02);
    expect(of(0).dfRelative).toBeLessThan(pooled / 2);
    expect(of(-1.5).dfRelative).toBe(pooled);
  });

  it('is not learned from a row that is nearly the total', () => {
    const points = (share: number) => {
      const nearly = row(share * 1e6, 1);
      const others = exponential(0).map((ratio) => row(1000, ratio));
      return findSpread([...others, nearly], { base: 1e6, new: 1e6 }).points;
    };
    expect(points(0.94)).toBe(2 * ROWS + 2);
    expect(points(0.96)).toBe(2 * ROWS);
  });
});

describe('dispersion', () => {
  it('is found from pairs of batches of 20 samples, and not of fewer', () => {
    // two rows a batch, 10 samples together
    const table = (size: number) => {
      const first = Array.from({ length: 12 }, (_, i) => 3 + (i % 3));
      return [first, first.map((count) => size - count)];
    };
    expect(dispersion(countsOf(table(10))).pairs).toBeGreaterThan(3);
    expect(dispersion(countsOf(table(9))).pairs).toBe(0);
  });

  it('of a row of its own takes five samples a batch', () => {
    const random = seeded(3);
    const BATCHES = 32;
    const noisy = (mean: number) =>
      Array.from({ length: BATCHES }, () => Math.round(mean * (0.5 + random())));
    const rows = Array.from({ length: 14 }, (_, i) => noisy(20 + 30 * i));
    const bursty = (mean: number) =>
      Array.from({ length: BATCHES }, (_, i) => (i % 2 === 0 ? 0 : 2 * mean));
    const of = (mean: number) => {
      const { pooled, rows: found } = dispersion(countsOf([bursty(mean), ...rows]));
      return [found.phi[0] ?? NaN, pooled] as const;
    };
    expect(fewestSamples(BATCHES)).toBe(160);
    // a pair less than batches
    const [few, all] = of(5);
    expect(few).toBe(all);
    const [own, pooled] = of(6);
    expect(own).not.toBe(pooled);
  });
});
