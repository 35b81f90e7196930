import {
  benjaminiHochberg,
  changeOfRuns,
  changeOfTotals,
  findSpread,
  hierarchicalQ,
  MIN_SAMPLES,
  verdictOf,
  type Change,
  type Interval,
  type RowPair,
  type Totals,
  type TreeTest,
  type Verdict,
} from './stats/index.js';
import { mean } from './tally.js';

/** What a row's change was found to be. */
export interface Tested {
  /** 95 %, in the event's unit; null where nothing can be said. */
  interval: Interval | null;
  verdict: Verdict;
}

/** Of the total; a larger frame is a sum of functions rather than one of them. */
const LARGE = 0.05;

const UNTESTED: Tested = { interval: null, verdict: 'too little data' };

export interface Testable {
  total: RowPair;
  ledger: readonly RowPair[];
  ops: readonly (RowPair & { op: string })[];
  sites: readonly (RowPair & { op: string })[];
  functions: readonly RowPair[];
  /** Weight of each frame of the graph with all below it; null where it is not kept by run. */
  frames: readonly RowPair[];
  /** Boots behind the runs, of the side that has fewer. */
  boots: number;
}

export interface Findings {
  /** Runs on both sides: two or more, or nothing is tested. */
  tested: boolean;
  total: Tested;
  ledger: Tested[];
  ops: Tested[];
  sites: Tested[];
  functions: Tested[];
  frames: Tested[];
}

/**
 * Tests all rows of a comparison with two or more runs a side, by the spread between runs
 * (docs/statistics.md). False discoveries are held at 5 %: ops and functions are groups of one tree, a
 * site is tested only under an op that changed; buckets and the graph's frames are families of their own.
 */
export function testRows(rows: Testable): Findings {
  const runs = [rows.total.base.runs.length, rows.total.new.runs.length];
  // several recordings of one boot do not show how boots differ
  if (rows.boots < 2 || runs.some((n) => n < 2)) return nothingTested(rows);
  const totals: Totals = { base: meanOfSide(rows.total.base), new: meanOfSide(rows.total.new) };
  const spread = findSpread(rows.functions, totals);
  const change = (row: RowPair) => changeOfRuns(row.base, row.new, totals, spread);
  // sums of many functions do not spread as one does
  const sumChange = (row: RowPair) => changeOfRuns(row.base, row.new, totals);
  const isLarge = (row: RowPair) =>
    meanOfSide(row.base) > LARGE * totals.base || meanOfSide(row.new) > LARGE * totals.new;
  const total = changeOfTotals(rows.total.base.runs, rows.total.new.runs);
  const found = {
    ledger: rows.ledger.map(sumChange),
    ops: rows.ops.map(change),
    sites: rows.sites.map(change),
    functions: rows.functions.map(change),
    frames: rows.frames.map((row) => (isLarge(row) ? sumChange(row) : change(row))),
  };
  const q = familyQ(rows, found);
  const judge = (list: readonly RowPair[], changes: readonly Change[], qs: readonly number[]) =>
    list.map((row, i) => judged(row, changes[i], qs[i] ?? 1));
  return {
    tested: true,
    total: judged(rows.total, total, total.p),
    ledger: judge(rows.ledger, found.ledger, flatQ(rows.ledger, found.ledger)),
    ops: judge(rows.ops, found.ops, q.ops),
    sites: judge(rows.sites, found.sites, q.sites),
    functions: judge(rows.functions, found.functions, q.functions),
    frames: judge(rows.frames, found.frames, flatQ(rows.frames, found.frames)),
  };
}

/** Rows with too few samples for a verdict are no tests, and cost the others nothing. */
const isTested = (row: RowPair) => row.base.samples + row.new.samples >= MIN_SAMPLES;

/** One family of tests. */
function flatQ(rows: readonly RowPair[], changes: readonly Change[]): number[] {
  const tested = rows.flatMap((row, i) => (isTested(row) ? [i] : []));
  const adjusted = benjaminiHochberg(tested.map((i) => changes[i]?.p ?? 1));
  const q = rows.map(() => 1);
  tested.forEach((row, i) => {
    q[row] = adjusted[i] ?? 1;
  });
  return q;
}

/** Ops and functions as two groups, sites under their op; each family only under a rejected parent. */
function familyQ(rows: Testable, found: Record<'ops' | 'sites' | 'functions', Change[]>) {
  const tests: TreeTest[] = [
    { parent: -1, p: null },
    { parent: -1, p: null },
  ];
  const add = (
    list: readonly RowPair[],
    changes: readonly Change[],
    parentOf: (i: number) => number | undefined,
  ) =>
    list.map((row, i) => {
      const parent = parentOf(i);
      if (!isTested(row) || parent === undefined) return -1;
      return tests.push({ parent, p: changes[i]?.p ?? 1 }) - 1;
    });
  const ops = add(rows.ops, found.ops, () => 0);
  const functions = add(rows.functions, found.functions, () => 1);
  const testOf = new Map(rows.ops.map((row, i) => [row.op, ops[i] ?? -1]));
  const sites = add(rows.sites, found.sites, (i) => {
    const parent = testOf.get(rows.sites[i]?.op ?? '') ?? -1;
    return parent < 0 ? undefined : parent;
  });
  const q = hierarchicalQ(tests);
  const pick = (places: readonly number[]) => places.map((at) => (at < 0 ? 1 : (q[at] ?? 1)));
  return { ops: pick(ops), sites: pick(sites), functions: pick(functions) };
}

function judged(row: RowPair, change: Change | undefined, q: number): Tested {
  if (change === undefined) return UNTESTED;
  const { delta, interval } = change;
  const samples = row.base.samples + row.new.samples;
  return { interval, verdict: verdictOf({ delta, interval, q, samples }) };
}

function nothingTested(rows: Testable): Findings {
  const none = (list: readonly unknown[]) => list.map(() => UNTESTED);
  return {
    tested: false,
    total: UNTESTED,
    ledger: none(rows.ledger),
    ops: none(rows.ops),
    sites: none(rows.sites),
    functions: none(rows.functions),
    frames: none(rows.frames),
  };
}

function meanOfSide(side: RowPair['base']): number {
  return mean({ runs: Float64Array.from(side.runs), samples: side.samples });
}
