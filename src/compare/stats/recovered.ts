import { tQuantile } from './distributions.js';
import { meanOf, varianceOf } from './moments.js';
import { estimateSide, weightOfSample } from './runs.js';
import type { Spread } from './spread.js';
import { satterthwaite, type VariancePart } from './totals.js';
import type { Interval, RowSide } from './types.js';

/** A profile's mean over runs, the variance of that mean, and the degrees of freedom behind it. */
export interface Estimate extends VariancePart {
  mean: number;
}

/** The three profiles of a fix. */
export interface Three<T> {
  native: T;
  before: T;
  after: T;
}

/** What share of an overhead a fix won back; 1 is all of it. */
export interface Share {
  /** (before - after) / (before - native); null where there is no overhead that could be told from noise. */
  share: number | null;
  /** 95 %; null where it has no ends. */
  interval: Interval | null;
}

const CONFIDENCE_TAIL = 0.975;
const NONE: Share = { share: null, interval: null };

/** A run's total is a counter reading: the spread between runs is all its noise (totals.ts). */
export function estimateOfTotals(runs: ArrayLike<number>): Estimate {
  return {
    mean: meanOf(runs),
    variance: varianceOf(runs) / Math.max(runs.length, 1),
    df: runs.length - 1,
    runs: runs.length,
  };
}

/** A row's: moderated as in runs.ts, never less than what sampling alone makes it. */
export function estimateOfRow(
  row: RowSide,
  total: number,
  spread: Spread,
  like: RowSide,
): Estimate {
  const weight = weightOfSample(row) ?? weightOfSample(like) ?? 0;
  const { moderated, sampled } = estimateSide(row, weight, total, spread);
  // no sample seen is no certainty: up to one of them may be missing
  const least = row.samples === 0 ? (weight / Math.max(row.runs.length, 1)) ** 2 : 0;
  const { mean } = moderated;
  const noise = Math.max(sampled.variance, least);
  const runs = row.runs.length;
  return moderated.variance >= noise
    ? { mean, variance: moderated.variance, df: moderated.df, runs }
    : { mean, variance: noise, df: Infinity, runs };
}

/**
 * Fieller's set (1954) for a ratio of differences that share two terms: all shares r for which
 * (1 - r) before - after + r native is 0 within noise. All three profiles are noisy, and `before` stands
 * in both differences; each r has the variance and Satterthwaite's degrees of freedom of its own sum.
 * So the set holds 0 exactly where before and after cannot be told apart by Welch's test, 1 where after and
 * native cannot, and has two ends exactly where before and native can. With two runs a side the degrees of freedom change
 * so much with r that the set may fall into pieces: the interval reaches from the first to the last of those around the
 * share, 0 and 1, and over what lies between.
 */
export function recoveredShare({ native, before, after }: Three<Estimate>): Share {
  const at = (r: number) => {
    const parts = [
      { ...before, variance: (1 - r) ** 2 * before.variance },
      after,
      { ...native, variance: r ** 2 * native.variance },
    ];
    return outside((1 - r) * before.mean - after.mean + r * native.mean, parts);
  };
  if ([native, before, after].some((side) => side.df < 1)) return NONE;
  const overhead = before.mean - native.mean;
  if (overhead <= 0 || before.variance + native.variance + after.variance === 0) return NONE;
  if (outside(overhead, [before, native]) <= 0) return NONE;
  const share = (before.mean - after.mean) / overhead;
  const inside = [share, ...[0, 1].filter((r) => at(r) <= 0)];
  return {
    share,
    interval: [
      Math.min(...inside.map((r) => end(at, r, -1))),
      Math.max(...inside.map((r) => end(at, r, 1))),
    ],
  };
}

/** How far a sum lies outside of its noise; in it where not positive. */
function outside(sum: number, parts: VariancePart[]): number {
  const variance = parts.reduce((all, part) => all + part.variance, 0);
  return Math.abs(sum) - tQuantile(CONFIDENCE_TAIL, satterthwaite(parts)) * Math.sqrt(variance);
}

/** Where the set ends on one side of the share: a step outside, then halving. */
function end(at: (r: number) => number, share: number, direction: 1 | -1): number {
  let out = 1e-3;
  while (at(share + direction * out) <= 0 && out < 1e9) out *= 2;
  let inside = 0;
  while (out - inside > 1e-9 * Math.max(1, out)) {
    const middle = (inside + out) / 2;
    if (at(share + direction * middle) <= 0) inside = middle;
    else out = middle;
  }
  return share + direction * out;
}
