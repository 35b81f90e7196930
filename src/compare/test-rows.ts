import type { RowSums } from './columns.js';
import { changeAt, changesFrom, changesOf, setChange, type Changes } from './changes.js';
import { changesWithin } from './changes-within.js';
import { isTestedFrame, testFrames, type FramePair } from './test-frames.js';
import {
  benjaminiHochberg,
  changeOfRuns,
  changeOfTotals,
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
const LISTS = ['ledger', 'ops', 'sites', 'functions'] as const;
type ListKind = (typeof LISTS)[number];
const KINDS = [...LISTS, 'frames'] as const;
export type RowKind = (typeof KINDS)[number];
export type RowNoise = Record<RowKind, RowDispersions>;

/** All kinds' changes. */
type AllChanges = Record<RowKind, Changes>;

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
    const { delta, interval, p } = changeOfTotals(rows.total.base.runs, rows.total.new.runs);
    return judgeAll(rows, overRuns(rows), 'runs', judged(rows.total, { delta, interval }, p));
  }
  const noise = rows.within();
  if (noise === undefined) return nothingTested(rows);
  return judgeAll(rows, withinRuns(rows, noise), 'sampling', UNTESTED);
}

function overRuns(rows: Testable): AllChanges {
  const totals = { base: mean(rows.total.base), new: mean(rows.total.new) };
  const spread = findSpread(rows.functions, totals);
  const isLarge = (row: RowPair) =>
    mean(row.base) > LARGE * totals.base || mean(row.new) > LARGE * totals.new;
  const ofOps = spreadOfOps(spread, rows.ops, totals);
  const change = (row: RowPair | undefined, of: Spread | undefined) =>
    row === undefined ? NO_CHANGE : changeOfRuns(row.base, row.new, totals, of, 'decision');
  const changes = (list: readonly RowPair[], of: Spread | undefined) =>
    changesOf(list.length, (at) => change(list[at], of));
  const { frames } = rows;
  return {
    // sums of many functions do not spread as one does
    ledger: changes(rows.ledger, undefined),
    ops: changes(rows.ops, ofOps),
    sites: changes(rows.sites, ofOps),
    functions: changes(rows.functions, spread),
    frames: changesOf(frames.base.samples.length, (at) => {
      if (!isTestedFrame(frames, at)) return NO_CHANGE;
      const row = { base: rowAt(frames.base, at), new: rowAt(frames.new, at) };
      return change(row, isLarge(row) ? undefined : spread);
    }),
  };
}

/** What one run a side says of all rows: in columns, the kinds one behind the other. */
function withinRuns(rows: Testable, noise: RowNoise): AllChanges {
  const { total, ledger, yardstick, frames } = rows;
  const phiOfScale = yardstick && noise.ledger.phi[ledger.indexOf(yardstick)];
  const scaled = (name: 'base' | 'new') => {
    const { samples } = total[name];
    const scale = yardstick ? scaleVariance(yardstick[name].samples, samples, phiOfScale) : 0;
    return { value: mean(total[name]), samples, scale };
  };
  const columns = (name: 'base' | 'new', kind: RowKind) => {
    if (kind === 'frames') return { value: means(frames[name]), samples: frames[name].samples };
    return {
      value: Float64Array.from(rows[kind], (row) => mean(row[name])),
      samples: Float64Array.from(rows[kind], (row) => row[name].samples),
    };
  };
  const all = (name: 'base' | 'new') => {
    const parts = KINDS.map((kind) => columns(name, kind));
    return {
      value: joined(parts.map(({ value }) => value)),
      samples: joined(parts.map(({ samples }) => samples)),
    };
  };
  const found = changesWithin(
    { base: all('base'), new: all('new') },
    { base: scaled('base'), new: scaled('new') },
    {
      phi: joined(KINDS.map((kind) => noise[kind].phi)),
      df: joined(KINDS.map((kind) => noise[kind].df)),
    },
  );
  let end = 0;
  const parts = KINDS.map((kind): [RowKind, Changes] => {
    const from = end;
    end += kind === 'frames' ? frames.base.samples.length : rows[kind].length;
    return [kind, changesFrom(found, from, end)];
  });
  return Object.fromEntries(parts) as AllChanges;
}

function joined(columns: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(columns.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const column of columns) {
    all.set(column, at);
    at += column.length;
  }
  return all;
}

function means(sums: RowSums): Float64Array {
  return sums.runs === 1 ? sums.weight : sums.samples.map((_, at) => meanAt(sums, at));
}

function judgeAll(
  rows: Testable,
  found: AllChanges,
  basis: Findings['basis'],
  total: Tested,
): Findings {
  // what was made equal has no change of its own
  const { yardstick } = rows;
  if (yardstick !== undefined && isOne([yardstick.base, yardstick.new]))
    setChange(found.ledger, rows.ledger.indexOf(yardstick), NO_CHANGE);
  const q = familyQ(rows, found);
  const judge = (kind: ListKind, qs: readonly number[]) =>
    rows[kind].map((row, i) => judged(row, changeAt(found[kind], i), qs[i] ?? 1));
  return {
    basis,
    total,
    ledger: judge('ledger', flatQ(rows.ledger, found.ledger)),
    ops: judge('ops', q.ops),
    sites: judge('sites', q.sites),
    functions: judge('functions', q.functions),
    frames: testFrames(rows.frames, found.frames),
  };
}

function isOne(sides: readonly RowPair['base'][]): boolean {
  const all = sides.flatMap(({ runs }) => Array.from(runs));
  return all.every((own) => own === all[0]);
}

/** Rows with too few samples for a verdict are no tests, and cost the others nothing. */
const isTested = (row: RowPair) => row.base.samples + row.new.samples >= MIN_SAMPLES;

/** One family of tests. */
function flatQ(rows: readonly RowPair[], { p }: Changes): number[] {
  const tested = rows.flatMap((row, i) => (isTested(row) ? [i] : []));
  const adjusted = benjaminiHochberg(tested.map((i) => p[i] ?? 1));
  const q = rows.map(() => 1);
  tested.forEach((row, i) => {
    q[row] = adjusted[i] ?? 1;
  });
  return q;
}

/** Ops and functions as two groups, sites under their op; each family only under a rejected parent. */
function familyQ(rows: Testable, found: AllChanges) {
  const tests: TreeTest[] = [
    { parent: -1, p: null },
    { parent: -1, p: null },
  ];
  const add = (
    list: readonly RowPair[],
    { p }: Changes,
    parentOf: (i: number) => number | undefined,
  ) =>
    list.map((row, i) => {
      const parent = parentOf(i);
      if (!isTested(row) || parent === undefined) return -1;
      return tests.push({ parent, p: p[i] ?? 1 }) - 1;
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

function judged(
  row: RowPair,
  { delta, interval }: Pick<Change, 'delta' | 'interval'>,
  q: number,
): Tested {
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
