import { dispersion, type Interval } from '../../../../src/compare/stats/index.js';
import { testRows, type Findings } from '../../../../src/compare/test-rows.js';
import { largerNoise } from '../../../../src/compare/within-runs.js';
import { countsOf } from './counts.js';
import type { Kernel } from './kernel.js';
import { seeded } from './random.js';
import { RUN_WEIGHT, rowPair, type SimulatedPair, simulatePair, type World } from './simulate.js';

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
    const found = testSimulated(kernel, pair);
    const note = (kind: Kind, interval: Interval | null | undefined, truth: number) => {
      if (interval === null || interval === undefined) return;
      const counts = covered[kind];
      counts[1]++;
      if (interval[0] <= truth && truth <= interval[1]) counts[0]++;
    };
    const truth = (rows: readonly number[]) => trueChange(kernel, pair, rows);
    note('total', found.total.interval, truth([...kernel.shares.base.keys()]));
    kernel.buckets.forEach((rows, i) => note('bucket', found.ledger[i]?.interval, truth(rows)));
    for (const kind of ['op', 'function'] as const) {
      const of = kind === 'op' ? kernel.ops : kernel.functions;
      of.slice(0, kernel.counted).forEach((rows, i) => {
        const expected = expectedSamples(kernel, rows, world, runs);
        if (expected < 10) return;
        note(expected < 20 ? `${kind}<20` : kind, found[`${kind}s`][i]?.interval, truth(rows));
      });
    }
    const [op, fun] = [found.ops, found.functions].map((rows) => discovered(rows).length > 0);
    if (op === true) any.op++;
    if (fun === true) any.function++;
    if (op === true || fun === true) any.either++;
  }
  return { covered, any, rounds };
}

const NO_FRAMES = { runs: 1, weight: new Float64Array(0), samples: new Float64Array(0) };

/** What the program says of a simulated comparison. */
export function testSimulated(kernel: Kernel, pair: SimulatedPair): Findings {
  const all = [...kernel.shares.base.keys()];
  const pairs = (of: readonly (readonly number[])[]) => of.map((rows) => rowPair(pair, rows));
  return testRows({
    total: {
      base: { ...rowPair(pair, all).base, runs: pair.base.map((run) => run.total) },
      new: { ...rowPair(pair, all).new, runs: pair.new.map((run) => run.total) },
    },
    ledger: pairs(kernel.buckets),
    ops: pairs(kernel.ops).map((row, i) => ({ ...row, op: String(i) })),
    sites: [],
    functions: pairs(kernel.functions),
    frames: { base: NO_FRAMES, new: NO_FRAMES },
    within: () => {
      const [base, other] = [at(pair.base, 0), at(pair.new, 0)].map((run) => {
        const counts = (of: readonly (readonly number[])[]) =>
          countsOf(
            of.map((rows) =>
              (run.batches[0] ?? []).map((_, b) =>
                rows.reduce((sum, r) => sum + (run.batches[r]?.[b] ?? 0), 0),
              ),
            ),
            run.batches,
          );
        const found = dispersion(counts([...kernel.functions, ...kernel.ops]));
        const none = found.of(counts([]));
        return {
          ledger: found.of(counts(kernel.buckets)),
          ops: found.of(counts(kernel.ops)),
          sites: none,
          functions: found.of(counts(kernel.functions)),
          frames: none,
        };
      });
      return base && other && largerNoise(base, other);
    },
  });
}

/** Places of the rows that were found to be more or less. */
export function discovered(rows: Findings['ops']): number[] {
  return rows.flatMap(({ verdict }, i) => (verdict === 'more' || verdict === 'less' ? [i] : []));
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
