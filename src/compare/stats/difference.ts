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
    delta - Math.hypot(n.mean - n.low, b.high - b.mean),
    delta + Math.hypot(n.high - n.mean, b.mean - b.low),
  ];
}

/**
 * The change between two sides. Its p-value is the level at which the interval just touches 0, so that
 * the two never disagree.
 */
export function difference(base: IntervalAt, other: IntervalAt, df: number): Change {
  const interval = mover(base, other, tQuantile(CONFIDENCE_TAIL, df));
  const delta = other(0).mean - base(0).mean;
  return { delta, interval, p: tTwoSided(touching(base, other, delta), df), df };
}

/** The quantile at which the interval reaches 0; intervals only grow with it. */
function touching(base: IntervalAt, other: IntervalAt, delta: number): number {
  if (delta === 0) return 0;
  const beyond = (q: number) => {
    const [low, high] = mover(base, other, q);
    return delta > 0 ? low <= 0 : high >= 0;
  };
  let high = 1;
  while (high < 1e9 && !beyond(high)) high *= 2;
  let low = high / 2;
  if (high === 1) low = 0;
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (beyond(middle)) high = middle;
    else low = middle;
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
