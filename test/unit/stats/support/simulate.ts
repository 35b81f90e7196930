import type { RowPair, RowSide } from '../../../../src/compare/stats/index.js';
import { clustered, type Random, spreadFactor } from './random.js';

/** What one side's runs are drawn from. */
export interface World {
  /** Samples a run, on average. */
  samples: number;
  /** Coefficient of variation of each row between runs; 0: runs differ by sampling only. */
  rowSpread: number;
  /** The same for what all rows share (clock, placement). */
  runSpread: number;
  /** Rows differ in their spread by this much (sigma of its logarithm). */
  unlike: number;
  /** Mean length of stretches of samples in one row; 1: independent. */
  cluster: number;
  /** Phases that a run's work goes through, each with its own mix of rows; 1: steady. */
  phases: number;
}

export const QUIET: Omit<World, 'samples'> = {
  rowSpread: 0,
  runSpread: 0,
  unlike: 0,
  cluster: 1,
  phases: 1,
};

/** Shares of the total by row; what a row is called is the caller's business. */
export interface Shares {
  base: Float64Array;
  new: Float64Array;
  /** Rows with the same number vary together between runs. */
  group: Int32Array;
}

/** Weight of a run with the shares' sum at 1. */
export const RUN_WEIGHT = 1e9;

export interface SimulatedRun {
  /** True weights, before sampling. */
  truth: Float64Array;
  values: Float64Array;
  counts: Float64Array;
  total: number;
  samples: number;
  /** Counts by row and batch in time. */
  batches: number[][];
}

const BATCHES = 32;

/** One run: true weights spread between runs, samples drawn from them, scaled to the counter's total. */
export function simulateRun(
  random: Random,
  shares: Float64Array,
  group: Int32Array,
  world: World,
  spreads: Float64Array,
  mix: readonly Float64Array[] = [],
): SimulatedRun {
  const common = spreadFactor(random, world.runSpread);
  const factors = spreads.map((spread) => spreadFactor(random, spread));
  const truth = shares.map(
    (share, row) => share * RUN_WEIGHT * common * (factors[group[row] ?? row] ?? 1),
  );
  const total = truth.reduce((a, b) => a + b, 0);
  const expected = (row: number) => ((truth[row] ?? 0) / RUN_WEIGHT) * world.samples;
  const batches: number[][] = mix.length === 0 ? [] : [...truth.keys()].map(() => []);
  const counts = truth.map((_, row) => {
    if (mix.length === 0) return clustered(random, expected(row), world.cluster);
    let count = 0;
    for (let b = 0; b < BATCHES; b++) {
      const now = mix[Math.floor((b * mix.length) / BATCHES)]?.[row] ?? 1;
      const drawn = clustered(random, (expected(row) / BATCHES) * now, world.cluster);
      batches[row]?.push(drawn);
      count += drawn;
    }
    return count;
  });
  const samples = counts.reduce((a, b) => a + b, 0);
  const values = counts.map((count) => (count * total) / Math.max(1, samples));
  return { truth, values, counts, total, samples, batches };
}

/** Each row's own spread between runs. */
export function rowSpreads(random: Random, rows: number, world: World): Float64Array {
  return Float64Array.from(
    { length: rows },
    () => world.rowSpread * spreadFactor(random, Math.sqrt(Math.exp(world.unlike ** 2) - 1)),
  );
}

/** By phase, what each row's rate is multiplied by; 1 on average over the run. */
function phaseMix(random: Random, rows: number, phases: number): Float64Array[] {
  const mix = Array.from({ length: phases }, () =>
    Float64Array.from({ length: rows }, () => (phases === 1 ? 1 : spreadFactor(random, 1))),
  );
  for (let row = 0; row < rows; row++) {
    let [sum, batches] = [0, 0];
    for (; batches < BATCHES; batches++)
      sum += mix[Math.floor((batches * phases) / BATCHES)]?.[row] ?? 0;
    for (const phase of mix) phase[row] = ((phase[row] ?? 0) * batches) / sum;
  }
  return mix;
}

export interface SimulatedPair {
  base: SimulatedRun[];
  new: SimulatedRun[];
}

export function simulatePair(
  random: Random,
  shares: Shares,
  world: World,
  runs: number,
): SimulatedPair {
  const { group } = shares;
  const spreads = rowSpreads(random, shares.base.length, world);
  // Batches are only looked at with one run a side.
  const mix = runs === 1 ? phaseMix(random, shares.base.length, world.phases) : [];
  const side = (of: Float64Array) =>
    Array.from({ length: runs }, () => simulateRun(random, of, group, world, spreads, mix));
  return { base: side(shares.base), new: side(shares.new) };
}

/** A row, or a sum of rows, over the runs of a side. */
export function rowSide(runs: readonly SimulatedRun[], rows: readonly number[]): RowSide {
  const pick = (column: Float64Array) => rows.reduce((sum, row) => sum + (column[row] ?? 0), 0);
  return {
    runs: Float64Array.from(runs, (run) => pick(run.values)),
    samples: runs.reduce((sum, run) => sum + pick(run.counts), 0),
  };
}

export function rowPair(pair: SimulatedPair, rows: readonly number[]): RowPair {
  return { base: rowSide(pair.base, rows), new: rowSide(pair.new, rows) };
}
