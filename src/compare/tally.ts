import type { RowSums, SideWeights } from './columns.js';
import { meanOf } from './stats/index.js';
import type { WasmTrees } from './wasm-trees.js';

/** Weight of one row on one side: each run's own normalised sum, and the samples behind all of them. */
export interface Measured {
  runs: ArrayLike<number>;
  samples: number;
}

/** A row that no sample fell into. */
export function nothing(runs: number): Measured {
  return { runs: new Array<number>(runs).fill(0), samples: 0 };
}

/** Mean over the side's runs, in the event's unit. */
export function mean({ runs }: { readonly runs: ArrayLike<number> }): number {
  return meanOf(runs);
}

/** The difference of the two means, new - base. */
export function delta(row: { base: Measured; new: Measured }): number {
  return mean(row.new) - mean(row.base);
}

function emptySums(rows: number, runs: number): RowSums {
  return { runs, weight: new Float64Array(rows * runs), samples: new Float64Array(rows) };
}

/** Adds a stack's weight in one run to a row. */
function addTo(
  { runs, weight, samples }: RowSums,
  row: number,
  run: number,
  more: number,
  moreSamples: number,
): void {
  const at = row * runs + run;
  weight[at] = (weight[at] ?? 0) + more;
  samples[row] = (samples[row] ?? 0) + moreSamples;
}

/**
 * Sums a side's weights by row, from the row that each stack node belongs to (-1: none); `quick`: the same through
 * WebAssembly.
 */
export function sumRows(
  weights: SideWeights,
  runs: number,
  rowOf: Int32Array,
  rows: number,
  quick?: WasmTrees,
): RowSums {
  if (quick !== undefined) return quick.sumRows(weights, runs, rowOf, rows);
  const { size, node, run, weight, samples } = weights;
  const sums = emptySums(rows, runs);
  for (let i = 0; i < size; i++) {
    const row = rowOf[node[i] ?? 0] ?? -1;
    if (row >= 0) addTo(sums, row, run[i] ?? 0, weight[i] ?? 0, samples[i] ?? 0);
  }
  return sums;
}

/** One of many rows. */
export function rowAt({ runs, weight, samples }: RowSums, row: number): Measured {
  const own = new Array<number>(runs);
  for (let run = 0; run < runs; run++) own[run] = weight[row * runs + run] ?? 0;
  return { runs: own, samples: samples[row] ?? 0 };
}

/** Mean of one of many rows. */
export function meanAt({ runs, weight }: RowSums, row: number): number {
  if (runs === 1) return weight[row] ?? 0;
  let sum = 0;
  for (let run = 0; run < runs; run++) sum += weight[row * runs + run] ?? 0;
  return sum / runs;
}
