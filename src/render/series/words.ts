import type { Series, SeriesStep } from '../../report/series-schema.js';
import { signedShort } from '../shared/numbers.js';
import { displayName } from '../shared/visible.js';
import { boundSign } from '../text/table.js';

/** Ops that get a column or a colour of their own; the others are in the document only. */
export const MOST_OPS = 5;

/** The ops with the largest extra in any step, largest first. */
export function largestOps(series: Series, most = MOST_OPS): string[] {
  const largest = new Map<string, number>();
  for (const { ops } of series.steps)
    for (const { op, extra } of ops)
      largest.set(op, Math.max(largest.get(op) ?? 0, Math.abs(extra)));
  return [...largest]
    .filter(([, extra]) => extra > 0)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([op]) => op);
}

/** An op in a step; undefined where it was not seen. */
export function opRow(step: SeriesStep, op: string): SeriesStep['ops'][number] | undefined {
  return step.ops.find((row) => row.op === op);
}

/** An op's extra against the reference, in percent of its total; null where it was not seen. */
export function opPercent(step: SeriesStep, op: string): number | null {
  return opRow(step, op)?.percent ?? null;
}

/** What the signs before ops are; "" where there are none. */
export function boundWords({ timer, steps }: Series): string {
  if (timer) return '≥, of a fall ≤: a timer, lower bounds';
  const isAtMost = steps.some(({ ops }) => ops.some(({ bound }) => bound === 'at-most'));
  return isAtMost ? '≤: at most so much' : '';
}

/** Whether a step keeps the budget; "" without one. */
export function budgetWord({ budget }: SeriesStep): string {
  return budget === null ? '' : budget.outcome;
}

/** "mmu.set_pte: more at v5.15, +0.08 % (+0.05 to +0.11) against v5.10". `sign` writes its bound. */
export function firstWords(first: Series['firsts'][number], sign = boundSign): string {
  const { verdict, size } = firstParts(first, sign);
  return `${first.op}: ${verdict} at ${displayName(first.label)}, ${size} against ${displayName(first.before)}`;
}

/** The same apart: its verdict, and how much with the interval. */
export function firstParts(
  first: Series['firsts'][number],
  sign: typeof boundSign,
): { verdict: string; size: string } {
  const percent = first.percent === null ? '' : signedShort(first.percent);
  const interval =
    first.percentInterval === null
      ? ''
      : ` (${signedShort(first.percentInterval[0])} to ${signedShort(first.percentInterval[1])})`;
  return {
    verdict: first.verdict,
    size: `${sign(first.bound, first.delta)}${percent} %${interval}`,
  };
}

/** What no first change means. */
export function noFirstsWords(series: Series): string {
  const repeated = series.steps.some(({ step }) => step !== null && step.interval !== null);
  return repeated
    ? 'No op changed beyond noise in any step.'
    : 'No step can be judged: that takes two or more boots of each kernel.';
}

/** A warning behind the steps that it is about. */
export function warningWords({ steps, message }: Series['warnings'][number]): string {
  return steps === 'all' ? message : `${steps}: ${message}`;
}
