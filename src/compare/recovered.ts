import type { Comparison } from './compare.js';
import {
  estimateOfRow,
  estimateOfTotals,
  findSpread,
  recoveredShare,
  spreadOfOps,
  type Interval,
  type Share,
  type Totals,
} from './stats/index.js';
import { mean, nothing, type Measured } from './tally.js';

/** What can be said of the share of an overhead that a fix won back. */
export type RecoveredVerdict =
  | 'all'
  | 'part'
  | 'none'
  | 'more than all'
  | 'worse'
  | 'cannot tell'
  | 'no overhead'
  | 'too little data';

/** In percent of the overhead that there was. */
export interface Recovered {
  percent: number | null;
  interval: Interval | null;
  verdict: RecoveredVerdict;
}

/** A fix's comparisons; `native` stands first in both of its own. */
export interface Pairs {
  nativeBefore: Comparison;
  nativeAfter: Comparison;
}

/**
 * The share of the total's overhead that was won back. Both comparisons with native count: their
 * totals are normalised alike. Under two boots a profile there is no interval, and so no verdict.
 */
export function recoveredOfTotal({ nativeBefore, nativeAfter }: Pairs): Recovered {
  const isRepeated = [nativeBefore, nativeAfter].every(({ findings }) => findings.basis === 'runs');
  const native = nativeBefore.total.base;
  const before = nativeBefore.total.new;
  const after = nativeAfter.total.new;
  if (!isRepeated || nativeBefore.findings.total.interval === null) {
    const overhead = mean(before) - mean(native);
    return {
      percent: overhead > 0 ? (100 * (mean(before) - mean(after))) / overhead : null,
      interval: null,
      verdict: 'too little data',
    };
  }
  return judged(
    recoveredShare({
      native: estimateOfTotals(native.runs),
      before: estimateOfTotals(before.runs),
      after: estimateOfTotals(after.runs),
    }),
  );
}

/** Follows from the interval alone, so that it says nothing that the interval does not. */
function judged({ share, interval }: Share): Recovered {
  if (share === null || interval === null)
    return { percent: null, interval: null, verdict: 'no overhead' };
  const [low, high] = interval;
  return {
    percent: 100 * share,
    interval: [100 * low, 100 * high],
    verdict: verdictOf(low, high),
  };
}

function verdictOf(low: number, high: number): RecoveredVerdict {
  if (high < 0) return 'worse';
  if (low > 1) return 'more than all';
  if (low <= 0) return high >= 1 ? 'cannot tell' : 'none';
  return high >= 1 ? 'all' : 'part';
}

/** What of a comparison says how rows spread. */
export interface Weighed {
  total: { base: Measured; new: Measured };
  functions: readonly { base: Measured; new: Measured }[];
  ops: readonly { base: Measured; new: Measured }[];
}

/** A row on each of the three profiles. */
export interface RowOfThree {
  native: Measured;
  before: Measured;
  after: Measured;
}

/**
 * The same of rows. Only to be asked of those whose overhead before is beyond doubt, and not on a timer,
 * where rows are lower bounds (docs/ledger.md). Variances are moderated over functions, as
 * the rows' own intervals are.
 */
export function recoveredOfRows(
  { nativeBefore, nativeAfter }: Record<keyof Pairs, Weighed>,
  kind: 'functions' | 'ops',
) {
  const totals = {
    native: mean(nativeBefore.total.base),
    before: mean(nativeBefore.total.new),
    after: mean(nativeAfter.total.new),
  };
  const spreadOf = ({ functions, ops }: Weighed, of: Totals) => {
    const spread = findSpread(functions, of);
    return kind === 'ops' ? spreadOfOps(spread, ops, of) : spread;
  };
  const spreads = {
    before: spreadOf(nativeBefore, { base: totals.native, new: totals.before }),
    after: spreadOf(nativeAfter, { base: totals.native, new: totals.after }),
  };
  return (row: RowOfThree): Recovered =>
    judged(
      recoveredShare({
        native: estimateOfRow(row.native, totals.native, spreads.before, row.before),
        before: estimateOfRow(row.before, totals.before, spreads.before, row.before),
        after: estimateOfRow(row.after, totals.after, spreads.after, row.before),
      }),
    );
}

/** A row that a comparison may not have: nothing was seen of it. */
export function orNothing(measured: Measured | undefined, like: Measured): Measured {
  return measured ?? nothing(like.runs.length);
}
