// Entries of a side's weights, and their sums by row: ../side.ts and ../tally.ts.
import { add, double, filled, get, set } from './columns';

export function countEntries(counts: usize, nodes: i32): i32 {
  let entries = 0;
  for (let node = 0; node < nodes; node++) if (get(counts, node) != 0) entries++;
  return entries;
}

/** Writes an entry for each stack node with samples in a run, from entry `at` on; gives the number behind the last one. */
export function takeEntries(
  run: i32, nodes: i32, weights: usize, counts: usize, factor: f64,
  at: i32, node: usize, runOf: usize, weight: usize, samples: usize,
): i32 {
  for (let own = 0; own < nodes; own++) {
    const count = <u32>get(counts, own);
    if (count == 0) continue;
    set(node, at, own);
    set(runOf, at, run);
    store<f64>(weight + (<usize>at << 3), double(weights, own) * factor);
    store<f64>(samples + (<usize>(at++) << 3), <f64>count);
  }
  return at;
}

let rowWeights: usize = 0;
let rowSamples: usize = 0;

export function rowWeightsAt(): usize { return rowWeights; }
export function rowSamplesAt(): usize { return rowSamples; }

/** Sums entries by the row of their stack node (-1: none), a row's runs beside each other. */
export function sumRows(
  entries: i32, node: usize, run: usize, weight: usize, samples: usize,
  rowOf: usize, rows: i32, runs: i32,
): void {
  rowWeights = filled(<usize>(rows * runs) << 3, 0);
  rowSamples = filled(<usize>rows << 3, 0);
  for (let i = 0; i < entries; i++) {
    const row = get(rowOf, get(node, i));
    if (row < 0) continue;
    add(rowWeights, row * runs + get(run, i), double(weight, i));
    add(rowSamples, row, double(samples, i));
  }
}
