import { difference, ScoreCurve } from './difference.js';
import { meanOf, varianceOf } from './moments.js';
import type { Change } from './types.js';

/**
 * Change of a total: Welch's t interval over runs (Welch 1938) with Satterthwaite's degrees of freedom
 * (1946). A total is a counter reading and has no sampling noise of its own, so that the spread between
 * runs is all there is. Under two runs a side, or where no run differs from another of its side, there
 * is no interval: runs that agree to the last unit are the same file, or were made to agree.
 */
export function changeOfTotals(base: ArrayLike<number>, other: ArrayLike<number>): Change {
  const delta = meanOf(other) - meanOf(base);
  const sides = [base, other].map((runs) => ({
    mean: meanOf(runs),
    variance: varianceOf(runs) / runs.length,
    step: 0,
    df: runs.length - 1,
  }));
  const [b, n] = sides;
  if (b === undefined || n === undefined || b.df < 1 || n.df < 1 || b.variance + n.variance === 0)
    return { delta, interval: null, p: 1, df: 0 };
  return difference(new ScoreCurve(b), new ScoreCurve(n), satterthwaite(sides));
}

/** Degrees of freedom of a sum of independent variance estimates (Satterthwaite 1946). */
export function satterthwaite(parts: readonly { variance: number; df: number }[]): number {
  let all = 0;
  let below = 0;
  for (const { variance, df } of parts) {
    all += variance;
    if (variance > 0) below += variance ** 2 / df;
  }
  return below === 0 ? Infinity : all ** 2 / below;
}
