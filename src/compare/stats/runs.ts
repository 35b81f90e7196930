import { tQuantile } from './distributions.js';
import { difference, lessCertain, ScoreCurve, type Wanted } from './difference.js';
import { meanOf, varianceOf } from './moments.js';
import type { SideEstimate } from './side-interval.js';
import { expectedVariance, NO_SPREAD, type Spread } from './spread.js';
import { satterthwaite, type VariancePart } from './totals.js';
import type { Change, RowSide, Totals } from './types.js';

/**
 * Change of a row with two or more runs a side: Welch's t on the runs' sums, with two corrections for what
 * a handful of runs cannot tell. The variance between runs is averaged with what rows like it show
 * (`spread`; Smyth 2004), and is never less than sampling alone makes it; and a side's interval is skewed
 * where its counts are small (side-interval.ts). docs/statistics.md argues both.
 */
export function changeOfRuns(
  base: RowSide,
  other: RowSide,
  totals: Totals,
  spread: Spread = NO_SPREAD,
  wanted: Wanted = 'p',
): Change {
  const delta = meanOf(other.runs) - meanOf(base.runs);
  const unusable = base.runs.length < 2 || other.runs.length < 2;
  if (unusable || base.samples + other.samples === 0) return { delta, interval: null, p: 1, df: 0 };
  // A side that saw nothing borrows the other's weight of a sample: without one it would claim certainty.
  const sampleWeight = {
    base: weightOfSample(base) ?? weightOfSample(other) ?? 0,
    new: weightOfSample(other) ?? weightOfSample(base) ?? 0,
  };
  const b = estimateSide(base, sampleWeight.base, totals.base, spread);
  const n = estimateSide(other, sampleWeight.new, totals.new, spread);
  // A row that is all of the total, and equal in all runs.
  const variance = b.moderated.variance + n.moderated.variance;
  if (variance + b.sampled.variance + n.sampled.variance === 0)
    return { delta, interval: null, p: 1, df: 0 };
  const df = satterthwaite([b.moderated, n.moderated]);
  // Skewness is sampling's, which is known: it does not widen with t as the spread between runs does.
  const known = (tQuantile(0.975, Infinity) / tQuantile(0.975, df)) ** 2;
  const skewed = ({ mean, variance, step }: SideEstimate) =>
    new ScoreCurve({ mean, variance, step: step * known });
  const between = difference(skewed(b.moderated), skewed(n.moderated), df, wanted);
  const isOver = (side: typeof b) => side.moderated.variance >= side.sampled.variance;
  if (isOver(b) && isOver(n)) return between;
  const sampled = difference(
    new ScoreCurve(b.sampled),
    new ScoreCurve(n.sampled),
    Infinity,
    wanted,
  );
  return lessCertain(between, sampled);
}

/** Mean weight of one sample, undefined without samples. */
export function weightOfSample(side: RowSide): number | undefined {
  if (side.samples === 0) return undefined;
  return (meanOf(side.runs) * side.runs.length) / side.samples;
}

/** A side's mean with its moderated variance, and with what sampling alone would give it. */
export function estimateSide(
  side: RowSide,
  sampleWeight: number,
  total: number,
  spread: Spread,
): { moderated: SideEstimate & VariancePart; sampled: SideEstimate } {
  const n = side.runs.length;
  const mean = meanOf(side.runs);
  const rest = total > 0 ? Math.max(0, 1 - mean / total) : 1;
  const sampling = sampleWeight * mean * rest;
  const expected = expectedVariance(spread, sampling, mean);
  const own = varianceOf(side.runs);
  // A row that spreads more than rows like it is trusted over them: it may well be unlike.
  const agreement = own > expected.variance ? (expected.variance / own) ** 3 : 1;
  const prior = agreement * expected.df;
  const df = prior + n - 1;
  const variance =
    prior === Infinity ? expected.variance : (prior * expected.variance + (n - 1) * own) / df;
  const step = (sampleWeight * rest) / n;
  return {
    moderated: { mean, variance: variance / n, step: spread.dispersion * step, df, runs: n },
    sampled: { mean, variance: sampling / n, step },
  };
}
