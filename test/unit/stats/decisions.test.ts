import { describe, expect, it } from 'vitest';
import {
  ALPHA,
  benjaminiHochberg,
  budgetOutcome,
  changeOfRuns,
  changeWithinRuns,
  hierarchicalQ,
  minimumDetectableEffect,
  NO_SPREAD,
  runSpread,
  runsNeeded,
  samplesNeeded,
  simes,
  verdictOf,
} from '../../../src/compare/stats/index.js';
import { seeded } from './support/random.js';

describe('verdictOf', () => {
  const row = { delta: 5, interval: [1, 9] as [number, number], q: 0.01, samples: 100 };
  it.each([
    [row, 'more'],
    [{ ...row, delta: -5, interval: [-9, -1] as [number, number] }, 'less'],
    [{ ...row, q: 0.06 }, 'within noise'],
    [{ ...row, q: NaN }, 'within noise'],
    [{ ...row, interval: [-1, 9] as [number, number] }, 'within noise'],
    [{ ...row, interval: [0, 9] as [number, number] }, 'within noise'],
    [{ ...row, interval: null }, 'too little data'],
    [{ ...row, samples: 9 }, 'too little data'],
    [{ ...row, samples: 10, q: 0.05 }, 'more'],
  ])('%o is %s', (of, verdict) => expect(verdictOf(of)).toBe(verdict));
});

describe('budgetOutcome', () => {
  it.each([
    [[0.21, 0.5], 'exceeded'],
    [[0.2, 0.5], 'cannot tell'],
    [[-0.1, 0.2], 'within'],
    [[-0.1, 0.21], 'cannot tell'],
    [null, 'cannot tell'],
  ] as [[number, number] | null, string][])('%o at 0.2 %% is %s', (interval, outcome) =>
    expect(budgetOutcome(interval, 0.2)).toBe(outcome),
  );
});

describe('benjaminiHochberg', () => {
  it('adjusts as R’s p.adjust does, in the order given', () => {
    const q = benjaminiHochberg([0.03, 0.001, 0.5, 0.04, 0.008]);
    [0.05, 0.005, 0.5, 0.05, 0.02].forEach((value, i) => expect(q[i]).toBeCloseTo(value, 12));
  });
  it('takes ties and nothing', () => {
    expect(benjaminiHochberg([0.2, 0.2])).toEqual([0.2, 0.2]);
    expect(benjaminiHochberg([])).toEqual([]);
    expect(simes([])).toBe(1);
    expect(simes([0.04, 0.03])).toBeCloseTo(0.04, 12);
  });
});

describe('what decisions hang on', () => {
  it('is left as it is where p-values over the level are not told apart', () => {
    const random = seeded(11);
    for (let round = 0; round < 200; round++) {
      const p = Array.from({ length: 60 }, () => random() ** 4);
      const rejected = (q: readonly number[]) => q.map((value) => value <= ALPHA);
      const exact = rejected(benjaminiHochberg(p));
      expect(rejected(benjaminiHochberg(p.map((x) => (x > ALPHA ? 1 : x))))).toEqual(exact);
      const open = p.flatMap((x, i) => (x <= ALPHA ? [i] : []));
      const few = rejected(
        benjaminiHochberg(
          open.map((i) => p[i] ?? 1),
          p.length,
        ),
      );
      expect(exact.filter(Boolean).length).toBe(few.filter(Boolean).length);
      expect(few).toEqual(open.map((i) => exact[i]));
    }
  });

  it('is all that a change says when no more is wanted', () => {
    const random = seeded(12);
    const totals = { base: 1e5, new: 1.1e5 };
    const count = () => Math.floor(random() * 60);
    for (let i = 0; i < 500; i++) {
      const rows = [count(), count()] as const;
      const of = (samples: number, value: number) => ({
        value: samples * 10,
        samples,
        total: { value, samples: value / 10 },
      });
      const row = [of(rows[0], totals.base), of(rows[1], totals.new), 1.3, 20 + i] as const;
      const runs = rows.map((n) => ({ runs: [n * 10, n * 10 + 7, n * 11], samples: 3 * n }));
      const [base, other] = [
        runs[0] ?? { runs: [], samples: 0 },
        runs[1] ?? { runs: [], samples: 0 },
      ];
      for (const [exact, decided] of [
        [changeWithinRuns(...row), changeWithinRuns(...row, 'decision')],
        [
          changeOfRuns(base, other, totals, NO_SPREAD),
          changeOfRuns(base, other, totals, NO_SPREAD, 'decision'),
        ],
      ] as const) {
        expect({ ...decided, p: 0 }).toEqual({ ...exact, p: 0 });
        expect(decided.p).toBe(decided.p === 1 && exact.p > ALPHA ? 1 : exact.p);
      }
    }
  });
});

describe('hierarchicalQ', () => {
  it('tests children only below a rejected parent', () => {
    const q = hierarchicalQ([
      { parent: -1, p: 0.4 },
      { parent: -1, p: 0.001 },
      { parent: 0, p: 1e-9 },
      { parent: 1, p: 0.004 },
      { parent: 3, p: 0.02 },
    ]);
    expect(q[0]).toBeCloseTo(0.4, 12);
    expect(q[1]).toBeCloseTo(0.002, 12);
    expect(q[2]).toBe(1);
    // One of two parents was rejected: its family pays twice, and so does every family below.
    expect(q[3]).toBeCloseTo(0.008, 12);
    expect(q[4]).toBeCloseTo(0.04, 12);
  });

  it('rejects a mere group by its children', () => {
    const q = hierarchicalQ([
      { parent: -1, p: null },
      { parent: -1, p: null },
      { parent: 0, p: 0.01 },
      { parent: 0, p: 0.9 },
      { parent: 1, p: 0.7 },
    ]);
    expect(q[0]).toBeCloseTo(0.04, 12);
    expect(q[2]).toBeCloseTo(0.04, 12);
    expect(q[4]).toBe(1);
  });

  it('takes an empty tree and an empty group', () => {
    expect(hierarchicalQ([])).toEqual([]);
    expect(hierarchicalQ([{ parent: -1, p: null }])).toEqual([1]);
  });
});

describe('power', () => {
  it('asks more of fewer runs', () => {
    const effects = [2, 3, 5, 10].map((runs) => minimumDetectableEffect(1, runs) ?? 0);
    expect(effects).toEqual([...effects].sort((a, b) => b - a));
    // Welch's test of 20,000 simulated pairs finds 80 % of these
    [10.4, 3.51, 2.08, 1.33].forEach((sd, i) => expect((effects[i] ?? 0) / sd).toBeCloseTo(1, 2));
    expect(minimumDetectableEffect(1, 1)).toBeNull();
  });

  it('finds the first number of runs that shows a budget', () => {
    const runs = runsNeeded(0.5, 0.4) ?? 0;
    expect(minimumDetectableEffect(0.4, runs)).toBeLessThanOrEqual(0.5);
    expect(minimumDetectableEffect(0.4, runs - 1)).toBeGreaterThan(0.5);
    expect(runsNeeded(0.001, 1)).toBeNull();
    expect(runsNeeded(1, 0)).toBe(2);
  });

  it('knows how many samples a row needs', () => {
    // Morrison’s rule of thumb: 1 % against 1.2 % takes 42.6 thousand a side.
    const samples = samplesNeeded({ base: 0.01, new: 0.012 });
    expect(samples).toBeGreaterThan(42_000);
    expect(samples).toBeLessThan(43_500);
    expect(samplesNeeded({ base: 0.01, new: 0.012 }, 3) / samples).toBeCloseTo(3, 3);
  });

  it('measures the spread between runs in percent', () => {
    expect(runSpread([99, 100, 101])).toEqual({ mean: 100, percent: 1, df: 2 });
    expect(runSpread([5]).percent).toBeNull();
  });
});
