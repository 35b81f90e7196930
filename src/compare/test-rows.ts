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

export const UNTESTED: Tested = { interval: null, verdict: 'too little data' };

export interface Testable {
  total: RowPair;
  ledger: readonly RowPair[];
  ops: readonly (RowPair & { op: string })[];
  sites: readonly (RowPair & { op: string })[];
  functions: readonly RowPair[];
  /** Weight of each frame of the graph with all below it; null where it is not kept by run. */
  frames: readonly RowPair[];
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
 * (docs/statistics.md). False discoveries are held at 5 %: ops and functions are families of their own,
 * a site is tested only under an op that changed; buckets are few and stand for themselves.
 */
export function testRows(rows: Testable): Findings {
  const runs = [rows.total.base.runs.length, rows.total.new.runs.length];
  if (runs.some((n) => n < 2)) return nothingTested(rows);
  const totals: Totals = { base: meanOfSide(rows.total.base), new: meanOfSide(rows.total.new) };
  const spread = findSpread(rows.functions, totals);
  const change = (row: RowPair) => changeOfRuns(row.base, row.new, totals, spread);
  const total = changeOfTotals(rows.total.base.runs, rows.total.new.runs);
  const found = {
    ledger: rows.ledger.map(change),
    ops: rows.ops.map(change),
    sites: rows.sites.map(change),
    functions: rows.functions.map(change),
    frames: rows.frames.map(change),
  };
  const q = familyQ(rows, found);
  const judge = (list: readonly RowPair[], changes: readonly Change[], qs: readonly number[]) =>
    list.map((row, i) => judged(row, changes[i], qs[i] ?? 1));
  return {
    tested: true,
    total: judged(rows.total, total, total.p),
    ledger: judge(
      rows.ledger,
      found.ledger,
      found.ledger.map((c) => c.p),
    ),
    ops: judge(rows.ops, found.ops, q.ops),
    sites: judge(rows.sites, found.sites, q.sites),
    functions: judge(rows.functions, found.functions, q.functions),
    frames: judge(rows.frames, found.frames, frameQ(rows.frames, found.frames)),
  };
}

/** Frames that are too few samples for a verdict are no tests, and make the others no less certain. */
function frameQ(frames: readonly RowPair[], changes: readonly Change[]): number[] {
  const tested = frames.flatMap((row, i) =>
    row.base.samples + row.new.samples >= MIN_SAMPLES ? [i] : [],
  );
  const adjusted = benjaminiHochberg(tested.map((i) => changes[i]?.p ?? 1));
  const q = frames.map(() => 1);
  tested.forEach((frame, i) => {
    q[frame] = adjusted[i] ?? 1;
  });
  return q;
}

function familyQ(rows: Testable, found: Record<'ops' | 'sites' | 'functions', Change[]>) {
  const tests: TreeTest[] = [
    { parent: -1, p: null },
    { parent: -1, p: null },
  ];
  const firstOp = tests.length;
  const place = new Map(rows.ops.map((row, i) => [row.op, firstOp + i]));
  for (const { p } of found.ops) tests.push({ parent: 0, p });
  const firstSite = tests.length;
  rows.sites.forEach((row, i) =>
    tests.push({ parent: place.get(row.op) ?? 0, p: found.sites[i]?.p ?? 1 }),
  );
  const firstFunction = tests.length;
  for (const { p } of found.functions) tests.push({ parent: 1, p });
  const q = hierarchicalQ(tests);
  return {
    ops: q.slice(firstOp, firstSite),
    sites: q.slice(firstSite, firstFunction),
    functions: q.slice(firstFunction),
  };
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
