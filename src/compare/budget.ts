import { globMatches } from './glob.js';
import { budgetOutcome, changeOfRuns, type BudgetOutcome, type Interval } from './stats/index.js';
import { delta, mean, type Measured } from './tally.js';
import type { Tested } from './test-rows.js';

export type BudgetTarget = 'total' | 'bucket' | 'op' | 'function' | 'site';

/** One line of a budget: how much more, in percent of the base total, its rows may cost. */
export interface BudgetEntry {
  target: BudgetTarget;
  /** Globs, any of which a row's name has to match; none for the total. */
  match: string[];
  /** Whether the limit is for each matching row or for all of them together. */
  of: 'each' | 'sum';
  limit: number;
}

/** A row that an entry may match. */
export interface BudgetRow {
  name: string;
  base: Measured;
  new: Measured;
  tested: Tested;
  bound: 'lower' | 'at-most' | null;
}

/** Why it cannot be told whether a budget holds. */
export type BudgetReason = 'noise' | 'no-interval' | 'timer' | 'at-most' | 'no-match' | 'not-known';

export interface BudgetVerdict {
  outcome: BudgetOutcome;
  reason: BudgetReason | null;
}

export interface BudgetFinding extends BudgetEntry, BudgetVerdict {
  /** How many rows the patterns matched. */
  rows: number;
  /** Change and interval of the total, of the sum, or of the only row; null where there are several. */
  percent: number | null;
  percentInterval: Interval | null;
  /** Of `each`: the rows that are not within the limit, exceeded ones first. */
  beyond: ({
    name: string;
    percent: number | null;
    percentInterval: Interval | null;
  } & BudgetVerdict)[];
}

export interface Budgeted {
  total: BudgetRow;
  /** A bucket that is not known is there with null. */
  buckets: ReadonlyMap<string, BudgetRow | null>;
  ops: readonly BudgetRow[];
  functions: readonly BudgetRow[];
  sites: readonly BudgetRow[];
  timer: boolean;
  /** Whether intervals are from repeated boots on both sides: sampling alone decides no budget. */
  repeated: boolean;
}

/**
 * Judges a budget. Exceeded takes an interval that lies above the limit, and of a row among many also the
 * verdict `more`, which the false discovery rate holds; within takes one that ends at or under it.
 * On timer events nothing below the total is decided: such rows are lower bounds, and what they miss shows
 * in others. Of an `at-most` row only "within" can be said. A pattern that matches nothing is never a pass.
 */
export function judgeBudget(entries: readonly BudgetEntry[], rows: Budgeted): BudgetFinding[] {
  return entries.map((entry) => judgeEntry(entry, rows));
}

function judgeEntry(entry: BudgetEntry, all: Budgeted): BudgetFinding {
  const { matching, known } = rowsOf(entry, all);
  const only = matching.length === 1 ? matching[0] : undefined;
  const undecided = (reason: BudgetReason): BudgetFinding => ({
    ...entry,
    outcome: 'cannot tell',
    reason,
    rows: matching.length,
    percent: only === undefined ? null : measuredOf(only, all).percent,
    percentInterval: null,
    beyond: [],
  });
  if (!known) return undecided('not-known');
  if (matching.length === 0) return undecided('no-match');
  if (all.timer && entry.target !== 'total') return undecided('timer');
  if (!all.repeated) return undecided('no-interval');
  if (entry.of === 'sum') {
    const sum = sumOf(matching, all);
    const measured = measuredOf(sum, all);
    return { ...entry, rows: matching.length, ...measured, ...judge(sum, entry, all), beyond: [] };
  }
  const judged = matching.map((row) => ({
    name: row.name,
    ...measuredOf(row, all),
    ...judge(row, entry, all),
  }));
  const beyond = judged
    .filter((row) => row.outcome !== 'within')
    .sort(
      (a, b) =>
        ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome) ||
        (b.percent ?? 0) - (a.percent ?? 0) ||
        (a.name < b.name ? -1 : 1),
    );
  const single = judged.length === 1 ? judged[0] : undefined;
  return {
    ...entry,
    rows: matching.length,
    outcome: beyond[0]?.outcome ?? 'within',
    reason: beyond[0]?.reason ?? null,
    percent: single?.percent ?? null,
    percentInterval: single?.percentInterval ?? null,
    beyond: entry.target === 'total' ? [] : beyond,
  };
}

const ORDER: readonly BudgetOutcome[] = ['exceeded', 'cannot tell', 'within'];

function rowsOf(entry: BudgetEntry, all: Budgeted): { matching: BudgetRow[]; known: boolean } {
  const matches = (name: string) => entry.match.some((pattern) => globMatches(pattern, name));
  switch (entry.target) {
    case 'total':
      return { matching: [all.total], known: true };
    case 'bucket': {
      const named = [...all.buckets].filter(([name]) => matches(name)).map(([, row]) => row);
      const matching = named.filter((row) => row !== null);
      // one bucket missing from a sum makes it another sum; a glob over each takes those that there are
      const known = entry.of === 'sum' ? matching.length === named.length : matching.length > 0;
      return { matching, known: known || named.length === 0 };
    }
    case 'op':
      return { matching: all.ops.filter((row) => matches(row.name)), known: true };
    case 'function':
      return { matching: all.functions.filter((row) => matches(row.name)), known: true };
    case 'site':
      return {
        // a pattern without an op means every op of the function
        matching: all.sites.filter(
          (row) => matches(row.name) || matches(row.name.slice(0, row.name.lastIndexOf(':'))),
        ),
        known: true,
      };
  }
}

function judge(row: BudgetRow, entry: BudgetEntry, all: Budgeted): BudgetVerdict {
  const cannot = (reason: BudgetReason): BudgetVerdict => ({ outcome: 'cannot tell', reason });
  const { percentInterval } = measuredOf(row, all);
  if (percentInterval === null) return cannot('no-interval');
  const outcome = budgetOutcome(percentInterval, entry.limit);
  if (outcome === 'within') return { outcome, reason: null };
  if (row.bound === 'at-most') return cannot('at-most');
  if (outcome === 'cannot tell' || row.tested.verdict !== 'more') return cannot('noise');
  return { outcome, reason: null };
}

function measuredOf(row: BudgetRow, all: Budgeted) {
  const base = mean(all.total.base);
  const percent = (weight: number) => (100 * weight) / base;
  const interval = row.tested.interval ?? unseenInterval(row, all);
  return {
    percent: base > 0 ? percent(delta(row)) : null,
    percentInterval:
      interval === null || base <= 0
        ? null
        : ([percent(interval[0]), percent(interval[1])] satisfies Interval),
  };
}

/**
 * Of a row without a sample on either side: it still may have had some. The score interval of a Poisson mean of
 * 0 (stats/side-interval.ts), with the total's weight of a sample.
 */
function unseenInterval(row: BudgetRow, all: Budgeted): Interval | null {
  if (!all.repeated || row.base.samples + row.new.samples > 0) return null;
  const most = ({ runs, samples }: Measured) => {
    const sum = Array.from(runs).reduce((a, b) => a + b, 0);
    return samples === 0 ? null : (SQUARED_975 * sum) / samples / runs.length;
  };
  const [base, other] = [most(all.total.base), most(all.total.new)];
  return base === null || other === null ? null : [-base, other];
}

/** Squared quantile of the normal distribution: what 0 samples reach up to. */
const SQUARED_975 = 1.959964 ** 2;

/** All rows as one: its runs are the sums of the rows' runs, so that its spread is the sum's own. */
function sumOf(rows: readonly BudgetRow[], all: Budgeted): BudgetRow {
  const side = (pick: (row: BudgetRow) => Measured): Measured => {
    const runs = new Float64Array(pick(all.total).runs.length);
    let samples = 0;
    for (const row of rows) {
      const own = pick(row);
      for (let run = 0; run < runs.length; run++)
        runs[run] = (runs[run] ?? 0) + (own.runs[run] ?? 0);
      samples += own.samples;
    }
    return { runs, samples };
  };
  const [base, other] = [side((row) => row.base), side((row) => row.new)];
  const totals = { base: mean(all.total.base), new: mean(all.total.new) };
  const change = changeOfRuns(base, other, totals);
  return {
    name: 'sum',
    base,
    new: other,
    // one test, decided by its interval alone
    tested: { interval: change.interval, verdict: 'more' },
    bound: rows.some((row) => row.bound === 'at-most') ? 'at-most' : null,
  };
}
