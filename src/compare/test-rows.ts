import { testFrames, type FramePair } from './test-frames.js';
import {
  benjaminiHochberg,
  changeOfRuns,
  changeOfTotals,
  changeWithinRuns,
  findSpread,
  hierarchicalQ,
  MIN_SAMPLES,
  scaleVariance,
  spreadOfOps,
  verdictOf,
  VERDICTS,
  type Change,
  type Interval,
  type RowDispersions,
  type RowPair,
  type RunRow,
  type Spread,
  type TreeTest,
  type Verdict,
} from './stats/index.js';
import { mean, meanAt, rowAt } from './tally.js';

/** What a row's change was found to be. */
export interface Tested {
  /** 95 %, in the event's unit; null where nothing can be said. */
  interval: Interval | null;
  verdict: Verdict;
}

/** Of the total; a larger frame is a sum of functions rather than one of them. */
const LARGE = 0.05;

/** Share of the samples from which on a row is as good as the total. */
const NEARLY_ALL = 0.95;

const NO_CHANGE: Change = { delta: 0, interval: null, p: 1, df: 0 };

const UNTESTED: Tested = { interval: null, verdict: 'too little data' };

export interface Testable {
  total: RowPair;
  ledger: readonly RowPair[];
  ops: readonly (RowPair & { op: string })[];
  sites: readonly (RowPair & { op: string })[];
  functions: readonly RowPair[];
  /** Frames of the graph with enough samples, each with all below it. */
  frames: FramePair;
  /** The bucket that both sides were scaled to, or nearly. */
  yardstick?: RowPair | undefined;
  /** How much noisier than independent samples each row is within the runs; undefined where not known. */
  within: () => RowNoise | undefined;
}

/** Kinds of rows that are tested; frames are many, and columns. */
type ListKind = 'ledger' | 'ops' | 'sites' | 'functions';
export type RowKind = ListKind | 'frames';
export type RowNoise = Record<RowKind, RowDispersions>;

/** How changes are found; decisions are all that is asked of their p-values. */
interface Method {
  row(row: RowPair, kind: ListKind, at: number): Change;
  frame(at: number): Change;
}

export interface Findings {
  /** What intervals are made of: the spread between runs, or sampling noise alone. */
  basis: 'runs' | 'sampling';
  total: Tested;
  ledger: Tested[];
  ops: Tested[];
  sites: Tested[];
  functions: Tested[];
  /** Verdicts of the frames that were given, as indexes in `VERDICTS`. */
  frames: Uint8Array;
}

/**
 * Tests all rows of a comparison (docs/statistics.md): with two or more boots a side (`runs` are one a boot, see
 * `repeatByBoot`) by the spread between them; else the rows, but not the total, by sampling noise given the total. False discoveries are held
 * at 5 %: ops and functions are groups of one tree, a site is tested only under an op that changed;
 * buckets and the graph's frames are families of their own.
 */
export function testRows(rows: Testable): Findings {
  const runs = Math.min(rows.total.base.runs.length, rows.total.new.runs.length);
  if (runs >= 2) {
    const total = changeOfTotals(rows.total.base.runs, rows.total.new.runs);
    return judgeAll(rows, overRuns(rows), 'runs', judged(rows.total, total, total.p));
  }
  const noise = rows.within();
  if (noise === undefined) return nothingTested(rows);
  return judgeAll(rows, withinRuns(rows, noise), 'sampling', UNTESTED);
}

function overRuns(rows: Testable): Method {
  const totals = { base: mean(rows.total.base), new: mean(rows.total.new) };
  const spread = findSpread(rows.functions, totals);
  const isLarge = (row: RowPair) =>
    mean(row.base) > LARGE * totals.base || mean(row.new) > LARGE * totals.new;
  const ofOps = spreadOfOps(spread, rows.ops, totals);
  const change = (row: RowPair, of: Spread | undefined) =>
    changeOfRuns(row.base, row.new, totals, of, 'decision');
  // sums of many functions do not spread as one does
  const spreads = { ledger: undefined, ops: ofOps, sites: ofOps, functions: spread };
  const { frames } = rows;
  return {
    row: (row, kind) => change(row, spreads[kind]),
    frame: (at) => {
      const row = { base: rowAt(frames.base, at), new: rowAt(frames.new, at) };
      return change(row, isLarge(row) ? undefined : spread);
    },
  };
}

/** What one run a side says of a row; `at` is its place among its kind. */
function withinRuns({ total, frames, ledger, yardstick }: Testable, noise: RowNoise): Method {
  const phiOfScale = yardstick && noise.ledger.phi[ledger.indexOf(yardstick)];
  const scaled = (name: 'base' | 'new') => {
    const all = sampled(total[name]);
    const scale = yardstick ? scaleVariance(yardstick[name].samples, all.samples, phiOfScale) : 0;
    return { ...all, scale };
  };
  const totals = { base: scaled('base'), new: scaled('new') };
  const { phi, df } = noise.frames;
  return {
    row: ({ base, new: other }, kind, at) =>
      changeWithin(
        { value: mean(base), samples: base.samples, total: totals.base },
        { value: mean(other), samples: other.samples, total: totals.new },
        noise[kind].phi[at],
        noise[kind].df[at],
      ),
    frame: (at) =>
      changeWithin(
        {
          value: meanAt(frames.base, at),
          samples: frames.base.samples[at] ?? 0,
          total: totals.base,
        },
        { value: meanAt(frames.new, at), samples: frames.new.samples[at] ?? 0, total: totals.new },
        phi[at],
        df[at],
      ),
  };
}

const sampled = (side: RowPair['base']) => ({ value: mean(side), samples: side.samples });

/**
 * A row that is the total but for a rest is not tested: given the total it hardly varies, so that its change is
 * the total's, of which one run a side says nothing.
 */
function changeWithin(base: RunRow, other: RunRow, phi?: number, df?: number): Change {
  const isNearlyTotal =
    base.samples > NEARLY_ALL * base.total.samples &&
    other.samples > NEARLY_ALL * other.total.samples;
  if (isNearlyTotal) return { delta: other.value - base.value, interval: null, p: 1, df: 0 };
  return changeWithinRuns(base, other, phi, df, 'decision');
}

function judgeAll(
  rows: Testable,
  method: Method,
  basis: Findings['basis'],
  total: Tested,
): Findings {
  // what was made equal has no change of its own
  const isEqual = (row: RowPair) => row === rows.yardstick && isOne([row.base, row.new]);
  const changes = (kind: ListKind) =>
    rows[kind].map((row, i) => (isEqual(row) ? NO_CHANGE : method.row(row, kind, i)));
  const found = {
    ledger: changes('ledger'),
    ops: changes('ops'),
    sites: changes('sites'),
    functions: changes('functions'),
  };
  const q = familyQ(rows, found);
  const judge = (kind: ListKind, qs: readonly number[]) =>
    rows[kind].map((row, i) => judged(row, found[kind][i], qs[i] ?? 1));
  return {
    basis,
    total,
    ledger: judge('ledger', flatQ(rows.ledger, found.ledger)),
    ops: judge('ops', q.ops),
    sites: judge('sites', q.sites),
    functions: judge('functions', q.functions),
    frames: testFrames(rows.frames, (at) => method.frame(at)),
  };
}

function isOne(sides: readonly RowPair['base'][]): boolean {
  const all = sides.flatMap(({ runs }) => Array.from(runs));
  return all.every((own) => own === all[0]);
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
function familyQ(rows: Testable, found: Record<ListKind, Change[]>) {
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
    basis: 'sampling',
    total: UNTESTED,
    ledger: none(rows.ledger),
    ops: none(rows.ops),
    sites: none(rows.sites),
    functions: none(rows.functions),
    frames: new Uint8Array(rows.frames.base.samples.length).fill(
      VERDICTS.indexOf('too little data'),
    ),
  };
}
