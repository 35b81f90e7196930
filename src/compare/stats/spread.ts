import { fitTrend, type TrendPoint } from './trend.js';
import { trigamma, trigammaInverse } from './distributions.js';
import { meanOf, sum, varianceOf } from './moments.js';
import type { RowPair, RowSide, Totals } from './types.js';

/**
 * How far rows of a comparison spread between runs of one side: variance = dispersion * sampling variance
 * + relative^2 * mean^2, the two-part form of Anders and Huber (2010). The degrees of freedom say how
 * well this foretells a single row: 0 not at all, Infinity rows do not differ in it.
 */
export interface Spread {
  dispersion: number;
  relative: number;
  dfDispersion: number;
  dfRelative: number;
  /** Row sides that it was found from; 0 where there were too few, and each row is on its own. */
  points: number;
}

/** Nothing is known but each row's own runs. */
export const NO_SPREAD: Spread = {
  dispersion: 1,
  relative: 0,
  dfDispersion: 0,
  dfRelative: 0,
  points: 0,
};

/** Under this many samples a run, the logarithm of a row's variance is too discrete to learn from. */
const MIN_SAMPLES_A_RUN = 10;
const MIN_POINTS = 10;

interface Point extends TrendPoint {
  df: number;
}

/** Learns the spread from rows of one kind, disjoint ones: functions, not their sums. */
export function findSpread(rows: Iterable<RowPair>, totals: Totals): Spread {
  const points: Point[] = [];
  for (const row of rows) {
    addPoint(points, row.base, totals.base);
    addPoint(points, row.new, totals.new);
  }
  if (points.length < MIN_POINTS) return NO_SPREAD;
  // In a fixed order, so that swapped sides give the same bits.
  points.sort((a, b) => a.x - b.x || a.y - b.y);
  const { constant, slope } = fitTrend(points);
  const fitted = (p: Point) => constant + slope * p.x;
  const sampled = points.filter((p) => slope * p.x <= constant);
  const spread = points.filter((p) => slope * p.x > constant);
  return {
    dispersion: constant,
    relative: Math.sqrt(slope),
    dfDispersion: priorDf(sampled.length < MIN_POINTS ? points : sampled, fitted, 1),
    dfRelative:
      spread.length < MIN_POINTS ? priorDf(points, fitted, 1) : priorDf(spread, fitted, -2),
    points: points.length,
  };
}

/**
 * The spread for ops, which may be noisier than the functions that it was learned from (their calls come in bursts): raised
 * to what the ops show together, and then no more certain than they are together. Never lowered, and left alone where
 * what they show is within a standard error of it.
 */
export function spreadOfOps(spread: Spread, ops: Iterable<RowPair>, totals: Totals): Spread {
  if (spread.points === 0) return spread;
  let [ratio, pooled] = [0, 0];
  const add = (side: RowSide, total: number) => {
    const n = side.runs.length;
    if (n < 2 || side.samples < MIN_SAMPLES_A_RUN * n || total <= 0) return;
    const mean = meanOf(side.runs);
    const sampling = ((mean * n) / side.samples) * mean * Math.max(0, 1 - mean / total);
    const { variance } = expectedVariance(spread, sampling, mean);
    if (variance <= 0) return;
    ratio += ((n - 1) * varianceOf(side.runs)) / variance;
    pooled += n - 1;
  };
  for (const row of ops) {
    add(row.base, totals.base);
    add(row.new, totals.new);
  }
  const excess = pooled === 0 ? 1 : ratio / pooled;
  if (excess <= 1 + Math.sqrt(2 / Math.max(pooled, 1))) return spread;
  return {
    ...spread,
    dispersion: spread.dispersion * excess,
    relative: spread.relative * Math.sqrt(excess),
    dfDispersion: Math.min(spread.dfDispersion, pooled),
    dfRelative: Math.min(spread.dfRelative, pooled),
  };
}

/** What the spread says about a row of this sampling variance and mean, and how firmly (Satterthwaite). */
export function expectedVariance(
  spread: Spread,
  sampling: number,
  mean: number,
): { variance: number; df: number } {
  const first = spread.dispersion * sampling;
  const second = (spread.relative * mean) ** 2;
  const variance = first + second;
  const part = (v: number, df: number) => (v === 0 ? 0 : v ** 2 / df);
  const below = part(first, spread.dfDispersion) + part(second, spread.dfRelative);
  if (variance === 0) return { variance, df: spread.dfDispersion };
  return { variance, df: variance ** 2 / below };
}

function addPoint(points: Point[], side: RowSide, total: number): void {
  const n = side.runs.length;
  if (n < 2 || side.samples < MIN_SAMPLES_A_RUN * n || total <= 0) return;
  const mean = meanOf(side.runs);
  const rest = 1 - mean / total;
  const sampling = ((mean * n) / side.samples) * mean * rest;
  const variance = varianceOf(side.runs);
  // A row that is nearly all of the total cannot vary given the total; equal runs have no logarithm.
  if (rest < 0.05 || sampling <= 0 || variance <= 0) return;
  points.push({ x: (mean * mean) / sampling, y: variance / sampling, df: n - 1 });
}

/**
 * Degrees of freedom of the rows' common variance: how much more the logarithms of (variance / expected)
 * vary than runs alone would make them (Smyth 2004, section 6.2), less `allowance` standard errors. Of
 * sampling one less, since a row whose runs agree by chance has a huge logarithm; of the spread between runs two
 * more, since rows that were taken for alike and are not would be found to have changed. Never more than the rows had together.
 */
function priorDf(
  points: readonly Point[],
  fitted: (p: Point) => number,
  allowance: number,
): number {
  const logs = points.map((p) => Math.log(p.y / fitted(p)));
  const middle = meanOf(logs);
  const squares = logs.map((log) => (log - middle) ** 2);
  const doubt = Math.sqrt(varianceOf(squares) / logs.length);
  const excess =
    varianceOf(logs) - meanOf(points.map((p) => trigamma(p.df / 2))) - allowance * doubt;
  const pooled = sum(points.map((p) => p.df));
  return excess <= 0 ? pooled : Math.min(pooled, 2 * trigammaInverse(excess));
}
