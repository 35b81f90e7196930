import {
  changeOfRuns,
  changeOfTotals,
  changeWithinRuns,
  type Change,
  dispersion,
  findSpread,
  hierarchicalQ,
  type Spread,
  verdictOf,
} from '../../../../src/compare/stats/index.js';
import type { Kernel } from './kernel.js';
import { seeded } from './random.js';
import {
  RUN_WEIGHT,
  rowPair,
  type SimulatedPair,
  type SimulatedRun,
  simulatePair,
  type World,
} from './simulate.js';

export const KINDS = ['total', 'bucket', 'op', 'op<20', 'function', 'function<20'] as const;
export type Kind = (typeof KINDS)[number];

export interface Outcome {
  /** Intervals that hold the truth, and all, by kind. */
  covered: Record<Kind, [number, number]>;
  /** Simulations with any discovery among ops, functions, and either under one hierarchy. */
  any: { op: number; function: number; either: number };
  rounds: number;
}

/** Simulates comparisons and counts what the intervals cover and the verdicts find. */
export function simulateComparisons(
  kernel: Kernel,
  world: World,
  runs: number,
  rounds: number,
  seed: number,
): Outcome {
  const random = seeded(seed);
  const covered = Object.fromEntries(KINDS.map((kind) => [kind, [0, 0]])) as Outcome['covered'];
  const any = { op: 0, function: 0, either: 0 };
  for (let round = 0; round < rounds; round++) {
    const pair = simulatePair(random, kernel.shares, world, runs);
    const changes = runs === 1 ? withinRuns(kernel, pair) : overRuns(kernel, pair);
    const note = (kind: Kind, change: Change, truth: number) => {
      if (change.interval === null) return;
      const counts = covered[kind];
      counts[1]++;
      if (change.interval[0] <= truth && truth <= change.interval[1]) counts[0]++;
    };
    const truth = (rows: readonly number[]) => trueChange(kernel, pair, rows);
    note('total', changes.total, truth([...kernel.shares.base.keys()]));
    kernel.buckets.forEach((rows, i) => note('bucket', at(changes.buckets, i), truth(rows)));
    for (const kind of ['op', 'function'] as const) {
      const of = kind === 'op' ? kernel.ops : kernel.functions;
      of.forEach((rows, i) => {
        const expected = expectedSamples(kernel, rows, world, runs);
        if (expected < 10) return;
        note(expected < 20 ? `${kind}<20` : kind, at(changes[`${kind}s`], i).change, truth(rows));
      });
    }
    const found = discoveries(changes.ops, changes.functions);
    if (found.ops > 0) any.op++;
    if (found.functions > 0) any.function++;
    if (found.ops + found.functions > 0) any.either++;
  }
  return { covered, any, rounds };
}

export interface RowChange {
  change: Change;
  samples: number;
}

export interface Changes {
  total: Change;
  buckets: Change[];
  ops: RowChange[];
  functions: RowChange[];
}

/** The calls that compare makes with two or more runs a side. */
export function overRuns(kernel: Kernel, pair: SimulatedPair): Changes {
  const readings = (runs: readonly SimulatedRun[]) => runs.map((run) => run.total);
  const mean = (runs: readonly SimulatedRun[]) =>
    readings(runs).reduce((a, b) => a + b, 0) / runs.length;
  const totals = { base: mean(pair.base), new: mean(pair.new) };
  const change = (rows: readonly number[], spread?: Spread): RowChange => {
    const row = rowPair(pair, rows);
    return {
      change: changeOfRuns(row.base, row.new, totals, spread),
      samples: row.base.samples + row.new.samples,
    };
  };
  const spread = findSpread(
    kernel.functions.map((rows) => rowPair(pair, rows)),
    totals,
  );
  return {
    total: changeOfTotals(readings(pair.base), readings(pair.new)),
    buckets: kernel.buckets.map((rows) => change(rows).change),
    ops: kernel.ops.map((rows) => change(rows, spread)),
    functions: kernel.functions.map((rows) => change(rows, spread)),
  };
}

/** The calls that compare makes with one run a side. */
export function withinRuns(kernel: Kernel, pair: SimulatedPair): Changes {
  const sides = { base: at(pair.base, 0), new: at(pair.new, 0) };
  const found = [sides.base, sides.new].map((run) => dispersion(run.batches).pooled);
  const phi = Math.max(...found);
  const row = (run: SimulatedRun, rows: readonly number[]) => ({
    value: rows.reduce((sum, r) => sum + (run.values[r] ?? 0), 0),
    samples: rows.reduce((sum, r) => sum + (run.counts[r] ?? 0), 0),
    total: { value: run.total, samples: run.samples },
  });
  const change = (rows: readonly number[]): RowChange => {
    const [b, n] = [row(sides.base, rows), row(sides.new, rows)];
    return { change: changeWithinRuns(b, n, phi), samples: b.samples + n.samples };
  };
  return {
    total: { delta: sides.new.total - sides.base.total, interval: null, p: 1, df: 0 },
    buckets: kernel.buckets.map((rows) => change(rows).change),
    ops: kernel.ops.map(change),
    functions: kernel.functions.map(change),
  };
}

/** Ops and functions under one hierarchy: two groups, tested only where either shows anything. */
export function discoveries(
  ops: readonly RowChange[],
  functions: readonly RowChange[],
): { ops: number; functions: number; opsFound: number[] } {
  const all = [ops, functions];
  // Rows with too little data are not tested: they could not get a verdict, and cost power.
  const tested = all.flatMap((rows, parent) =>
    rows.flatMap((row, index) => (row.samples >= 10 ? [{ row, parent, index }] : [])),
  );
  const tests = [
    { parent: -1, p: null },
    { parent: -1, p: null },
    ...tested.map(({ row, parent }) => ({ parent, p: row.change.p })),
  ];
  const q = hierarchicalQ(tests).slice(2);
  const found = tested.filter(({ row }, i) => {
    const verdict = verdictOf({ ...row.change, samples: row.samples, q: q[i] ?? 1 });
    return verdict === 'more' || verdict === 'less';
  });
  const opsFound = found.filter(({ parent }) => parent === 0).map(({ index }) => index);
  return { ops: opsFound.length, functions: found.length - opsFound.length, opsFound };
}

/** With repeated runs the kernels' own change; with one run a side the change of these two runs. */
function trueChange(kernel: Kernel, pair: SimulatedPair, rows: readonly number[]): number {
  const single = pair.base.length === 1;
  let sum = 0;
  for (const row of rows) {
    sum += single
      ? (pair.new[0]?.truth[row] ?? 0) - (pair.base[0]?.truth[row] ?? 0)
      : ((kernel.shares.new[row] ?? 0) - (kernel.shares.base[row] ?? 0)) * RUN_WEIGHT;
  }
  return sum;
}

function expectedSamples(kernel: Kernel, rows: readonly number[], world: World, runs: number) {
  return rows.reduce(
    (sum, row) =>
      sum + ((kernel.shares.base[row] ?? 0) + (kernel.shares.new[row] ?? 0)) * world.samples * runs,
    0,
  );
}

function at<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new RangeError(`no element ${index}`);
  return value;
}
