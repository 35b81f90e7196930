import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changeOfTotals,
  estimateOfTotals,
  recoveredShare,
} from '../../../src/compare/stats/index.js';

const around = (mean: number, spread: number, n = 4) =>
  Array.from({ length: n }, (_, i) => mean + spread * (i - (n - 1) / 2));
const share = (native: number[], before: number[], after: number[]) =>
  recoveredShare({
    native: estimateOfTotals(native),
    before: estimateOfTotals(before),
    after: estimateOfTotals(after),
  });

describe('the recovered share', () => {
  it('is the classical Fieller interval where the degrees of freedom are many', () => {
    // roots of (X - r Y)^2 = z^2 (Vx - 2 r Vxy + r^2 Vy), X = before - after, Y = before - native
    const [n, b, a, v] = [1000, 1100, 1040, 9];
    const of = (mean: number) => ({ mean, variance: v, df: 1e7, runs: 5 });
    const { share: r, interval } = recoveredShare({ native: of(n), before: of(b), after: of(a) });
    const z2 = 1.959963985 ** 2;
    const [X, Y, Vx, Vy, Vxy] = [b - a, b - n, 2 * v, 2 * v, v];
    const A = Y * Y - z2 * Vy;
    const B = X * Y - z2 * Vxy;
    const C = X * X - z2 * Vx;
    const half = Math.sqrt(B * B - A * C) / A;
    expect(r).toBeCloseTo(0.6, 12);
    expect(interval?.[0]).toBeCloseTo(B / A - half, 6);
    expect(interval?.[1]).toBeCloseTo(B / A + half, 6);
  });

  it('holds 0 where before and after are alike, 1 where after and native are, by the test of diff', () => {
    const total = fc.double({ min: 900, max: 1200, noNaN: true });
    const spread = fc.double({ min: 0.1, max: 30, noNaN: true });
    const side = fc.tuple(total, spread, fc.integer({ min: 2, max: 6 }));
    const holds = (interval: readonly [number, number] | null, value: number) =>
      interval !== null && interval[0] <= value && value <= interval[1];
    fc.assert(
      fc.property(side, side, side, (n, b, a) => {
        const [native, before, after] = [around(...n), around(...b), around(...a)];
        const overhead = changeOfTotals(native, before).interval;
        const { interval } = share(native, before, after);
        // two ends exactly where the overhead is beyond noise
        expect(interval !== null).toBe((overhead?.[0] ?? 0) > 0);
        if (interval === null) return;
        // the other way round a gap in the set may be reached over, where one side has two runs
        const few = Math.min(native.length, before.length, after.length) < 3;
        const claims = [
          [holds(interval, 0), holds(changeOfTotals(before, after).interval, 0)],
          [holds(interval, 1), holds(changeOfTotals(native, after).interval, 0)],
        ] as const;
        for (const [shared, tested] of claims) {
          if (tested || !few) expect(shared).toBe(tested);
        }
      }),
      // what fails here takes minutes to shrink
      { numRuns: 300, endOnFailure: true },
    );
  });

  it('reaches over a gap: what cannot be told apart is not told apart by its share', () => {
    const [native, before] = [around(1000, 29.2, 3), around(1100.57, 36.5, 2)];
    const after = around(950.87, 1.87, 2);
    expect(changeOfTotals(before, after).interval?.[1]).toBeGreaterThan(0);
    const { share: r, interval } = share(native, before, after);
    expect(r).toBeCloseTo(1.488, 2);
    expect(interval?.[0]).toBeLessThanOrEqual(0);
  });

  it('is not given without an overhead, nor of single runs', () => {
    expect(share(around(1000, 5), around(1001, 5), around(900, 5)).share).toBeNull();
    expect(share(around(1000, 5), around(900, 5), around(850, 5)).share).toBeNull();
    expect(share([1000], around(1100, 5), around(1050, 5)).share).toBeNull();
  });

  it('does not change with the unit', () => {
    const [n, b, a] = [around(1000, 5), around(1100, 9), around(1050, 7)];
    const scaled = (runs: number[]) => runs.map((value) => value * 1e9);
    const [one, other] = [share(n, b, a), share(scaled(n), scaled(b), scaled(a))];
    expect(other.share).toBeCloseTo(one.share ?? 0, 9);
    expect(other.interval?.[0]).toBeCloseTo(one.interval?.[0] ?? 0, 6);
  });
});
