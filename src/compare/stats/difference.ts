import { tQuantile, tTwoSided } from './distributions.js';
import { endsAt, type SideEstimate } from './side-interval.js';
import type { Change, Interval } from './types.js';

/** Intervals are of 95 %. */
export const CONFIDENCE_TAIL = 0.975;

/** A side's interval at the quantile that it was last asked for. One object a side: a graph has thousands of rows. */
export interface SideCurve {
  readonly mean: number;
  low: number;
  high: number;
  /** Sets the ends to those at a quantile. */
  at(q: number): void;
}

/**
 * Ends of a difference's interval from the sides' own ones: the distances to their nearer ends, added as
 * squares (Newcombe 1998, method 10; Zou and Donner 2008, "MOVER"). Keeps the skewness that counts near
 * zero have, and is the usual symmetric interval where they are large.
 */
function lowEnd(base: SideCurve, other: SideCurve): number {
  return other.mean - base.mean - norm(other.mean - other.low, base.high - base.mean);
}

function highEnd(base: SideCurve, other: SideCurve): number {
  return other.mean - base.mean + norm(other.high - other.mean, base.mean - base.low);
}

/**
 * What is wanted of a p-value: the number; or only what decisions at 5 % in a family of tests hang on,
 * where all that are over 5 % count as 1 (none of them is rejected, whatever the others are). Finding
 * where an interval touches 0 takes ten times as long as the interval.
 */
export type Wanted = 'p' | 'decision';

/**
 * The change between two sides. Its p-value is the level at which the interval just touches 0, so that
 * the two never disagree.
 */
export function difference(
  base: SideCurve,
  other: SideCurve,
  df: number,
  wanted: Wanted = 'p',
): Change {
  const q = tQuantile(CONFIDENCE_TAIL, df);
  base.at(q);
  other.at(q);
  const interval: Interval = [lowEnd(base, other), highEnd(base, other)];
  const delta = other.mean - base.mean;
  const p =
    wanted === 'decision' && isWellAround0(interval)
      ? 1
      : tTwoSided(touching(base, other, delta), df);
  return { delta, interval, p, df };
}

/** By more than rounding could be about. */
function isWellAround0([low, high]: Interval): boolean {
  const margin = 1e-6 * (high - low);
  return low < -margin && high > margin;
}

/** Not Math.hypot: its care about overflow takes most of the time of a large graph. */
function norm(a: number, b: number): number {
  return Math.sqrt(a * a + b * b);
}

const PRECISION = 1e-10;

/** How far the interval at a quantile stays from 0; negative where it reaches over. */
function slack(base: SideCurve, other: SideCurve, delta: number, q: number): number {
  base.at(q);
  other.at(q);
  return delta > 0 ? lowEnd(base, other) : -highEnd(base, other);
}

/** The quantile at which the interval reaches 0 (regula falsi, Illinois variant: Dowell and Jarratt 1971). */
function touching(base: SideCurve, other: SideCurve, delta: number): number {
  if (delta === 0) return 0;
  let low = 0;
  let atLow = Math.abs(delta);
  let high = 1;
  let atHigh = slack(base, other, delta, 1);
  while (atHigh > 0 && high < 1e9) {
    low = high;
    atLow = atHigh;
    high *= 4;
    atHigh = slack(base, other, delta, high);
  }
  // Regula falsi, an end's value halved when it stays twice: otherwise one end would creep.
  let stayed = 0;
  for (let i = 0; i < 100 && high - low > PRECISION * high; i++) {
    const q = (low * atHigh - high * atLow) / (atHigh - atLow);
    const at = slack(base, other, delta, q);
    const up = at > 0;
    if (at === 0 || (up ? q - low : high - q) < PRECISION * q) return q;
    if (up) {
      low = q;
      atLow = at;
      if (stayed > 0) atHigh /= 2;
    } else {
      high = q;
      atHigh = at;
      if (stayed < 0) atLow /= 2;
    }
    stayed = up ? 1 : -1;
  }
  return high;
}

/** A side's score interval (side-interval.ts). */
export class ScoreCurve implements SideCurve {
  readonly mean: number;
  low = 0;
  high = 0;

  constructor(private readonly side: SideEstimate) {
    this.mean = side.mean;
  }

  at(q: number): void {
    endsAt(this.side, q, this);
  }
}

/** The less certain of two answers about the same difference: the ends that lie further out. */
export function lessCertain(a: Change, b: Change): Change {
  if (a.interval === null || b.interval === null) return a.interval === null ? a : b;
  const interval: Interval = [
    Math.min(a.interval[0], b.interval[0]),
    Math.max(a.interval[1], b.interval[1]),
  ];
  return { delta: a.delta, interval, p: Math.max(a.p, b.p), df: Math.min(a.df, b.df) };
}
