import { tQuantile, tTwoSided } from './distributions.js';
import { sideInterval, type SideEstimate } from './side-interval.js';
import type { Change, Interval } from './types.js';

const CONFIDENCE_TAIL = 0.975;

/** One side's interval at a quantile. */
type IntervalAt = (q: number) => { mean: number; low: number; high: number };

/**
 * Interval of a difference from the sides' own intervals: the distances to their nearer ends, added as
 * squares (Newcombe 1998, method 10; Zou and Donner 2008, "MOVER"). Keeps the skewness that counts near
 * zero have, and is the usual symmetric interval where they are large.
 */
function mover(base: IntervalAt, other: IntervalAt, q: number): Interval {
  const b = base(q);
  const n = other(q);
  const delta = n.mean - b.mean;
  return [
    delta - norm(n.mean - n.low, b.high - b.mean),
    delta + norm(n.high - n.mean, b.mean - b.low),
  ];
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
  base: IntervalAt,
  other: IntervalAt,
  df: number,
  wanted: Wanted = 'p',
): Change {
  const interval = mover(base, other, tQuantile(CONFIDENCE_TAIL, df));
  const delta = other(0).mean - base(0).mean;
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

/** The quantile at which the interval reaches 0 (regula falsi, Illinois variant: Dowell and Jarratt 1971). */
function touching(base: IntervalAt, other: IntervalAt, delta: number): number {
  if (delta === 0) return 0;
  const slack = (q: number) => {
    const [low, high] = mover(base, other, q);
    return delta > 0 ? low : -high;
  };
  let [low, atLow] = [0, Math.abs(delta)];
  let [high, atHigh] = [1, slack(1)];
  while (atHigh > 0 && high < 1e9) {
    [low, atLow] = [high, atHigh];
    high *= 4;
    atHigh = slack(high);
  }
  // Regula falsi, an end's value halved when it stays twice: otherwise one end would creep.
  let stayed = 0;
  for (let i = 0; i < 100 && high - low > PRECISION * high; i++) {
    const q = (low * atHigh - high * atLow) / (atHigh - atLow);
    const at = slack(q);
    const up = at > 0;
    if (at === 0 || (up ? q - low : high - q) < PRECISION * q) return q;
    if (up) {
      [low, atLow] = [q, at];
      if (stayed > 0) atHigh /= 2;
    } else {
      [high, atHigh] = [q, at];
      if (stayed < 0) atLow /= 2;
    }
    stayed = up ? 1 : -1;
  }
  return high;
}

export function scoreInterval(side: SideEstimate): IntervalAt {
  return (q) => ({ mean: side.mean, ...sideInterval(side, q) });
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
