import type { Comparison } from './compare.js';
import {
  ALPHA,
  benjaminiHochberg,
  changeOfRuns,
  findSpread,
  MIN_SAMPLES,
  spreadOfOps,
  type Interval,
} from './stats/index.js';
import { mean } from './tally.js';

/** An op's change in one step of a series, beyond noise among all ops and steps. */
export interface OpStep {
  op: string;
  /** Index of the comparison in which it changed. */
  step: number;
  delta: number;
  interval: Interval;
  /** p-value, adjusted over all ops of all steps. */
  q: number;
}

/**
 * The first step in which each op changed. Every op in every step is one test of a single family: the more steps
 * a series has, the more would change by chance (Benjamini and Hochberg 1995, at 5 %). Steps without repeated boots
 * on both sides are no tests.
 */
export function firstChanges(steps: readonly Comparison[]): OpStep[] {
  const tests = steps.flatMap((comparison, step) => {
    if (comparison.findings.basis !== 'runs') return [];
    const totals = { base: mean(comparison.total.base), new: mean(comparison.total.new) };
    const spread = spreadOfOps(findSpread(comparison.functions, totals), comparison.ops, totals);
    return comparison.ops
      .filter((row) => row.base.samples + row.new.samples >= MIN_SAMPLES)
      .map((row) => ({ op: row.op, step, ...changeOfRuns(row.base, row.new, totals, spread) }));
  });
  const q = benjaminiHochberg(tests.map(({ p }) => p));
  const first = new Map<string, OpStep>();
  tests.forEach(({ op, step, delta, interval }, i) => {
    const adjusted = q[i] ?? 1;
    if (adjusted > ALPHA || interval === null || (interval[0] <= 0 && interval[1] >= 0)) return;
    // a timer's rows are lower bounds, of which nothing can be said to have become less
    if (delta < 0 && steps[step]?.timer === true) return;
    if (!first.has(op)) first.set(op, { op, step, delta, interval, q: adjusted });
  });
  return [...first.values()].sort(
    (a, b) => a.step - b.step || Math.abs(b.delta) - Math.abs(a.delta) || (a.op < b.op ? -1 : 1),
  );
}
