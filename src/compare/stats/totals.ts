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
    runs: runs.length,
  }));
  const [b, n] = sides;
  if (b === undefined || n === undefined || b.df < 1 || n.df < 1 || b.variance + n.variance === 0)
    return { delta, interval: null, p: 1, df: 0 };
  return difference(new ScoreCurve(b), new ScoreCurve(n), satterthwaite(sides));
}

/** An estimate of variance: its degrees of freedom, and the runs behind it. */
export interface VariancePart {
  variance: number;
  df: number;
  runs: number;
}

/**
 * Degrees of freedom of a sum of independent variance estimates (Satterthwaite 1946). Where one has twice the runs of
 * another, never more than if all had as few: two runs that agree by chance would else borrow the other side's
 * certainty (two runs against ten covered 90 %).
 */
export function satterthwaite(all: readonly VariancePart[]): number {
  const parts = all.filter(({ variance }) => variance > 0);
  if (parts.length === 0) return Infinity;
  const sum = parts.reduce((total, { variance }) => total + variance, 0);
  const df = sum ** 2 / parts.reduce((below, part) => below + part.variance ** 2 / part.df, 0);
  const runs = parts.map((part) => part.runs);
  const fewest = Math.min(...runs);
  if (Math.max(...runs) < 2 * fewest) return df;
  const least = Math.min(...parts.map((part) => (part.runs === fewest ? part.df : Infinity)));
  return Math.min(df, parts.length * least);
}
