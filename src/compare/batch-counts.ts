import type { Batches } from '../profile/index.js';
import type { BatchCounts } from './stats/index.js';
import type { Side } from './side.js';
import { addUp } from './side-tree.js';

/** A side's batches of consecutive samples, run after run, an empty one between two runs; in columns. */
export interface SideBatches {
  batches: number;
  /** Samples in a batch. */
  size: Float64Array;
  /** First entry of each batch, and the end of the last one. */
  start: Int32Array;
  /** An entry is a stack node, and how many samples it has in a batch (or in a part of it). */
  node: Int32Array;
  samples: Float64Array;
}

/** Of a batch: pairs of smaller ones say nothing about their spread. Short runs have fewer batches instead. */
const LEAST_SAMPLES = 10;

/** Undefined where the order of the samples is not known (inputs that hold sums of them). */
export function sideBatches(side: Side): SideBatches | undefined {
  const places: ({ batches: Batches; first: number; together: number } | undefined)[] = [];
  for (const column of side.columns) {
    if (column === undefined || column.samples === 0) continue;
    const { batches } = column;
    if (batches === null) return undefined;
    if (places.length > 0) places.push(undefined);
    const together = Math.ceil(LEAST_SAMPLES / batches.size);
    for (let first = 0; first + together <= batches.count; first += together)
      places.push({ batches, first, together });
  }
  // no more entries than samples
  const room = side.columns.reduce((sum, column) => sum + (column?.samples ?? 0), 0);
  const node = new Int32Array(room);
  const samples = new Float64Array(room);
  const start = new Int32Array(places.length + 1);
  let end = 0;
  const add = (at: number, count: number) => {
    node[end] = at;
    samples[end++] = count;
  };
  places.forEach((place, batch) => {
    for (let i = 0; i < (place?.together ?? 0); i++) place?.batches.each(place.first + i, add);
    start[batch + 1] = end;
  });
  const size = Float64Array.from(places, (place) =>
    place === undefined ? 0 : place.batches.size * place.together,
  );
  return { batches: places.length, size, start, node, samples };
}

/**
 * Counts of rows, from the row that each stack node belongs to (-1: none). With `above`, a row is also counted in
 * the row above it (-1: none), which stands before it.
 */
export function countsByRow(
  { batches, size, start, node, samples }: SideBatches,
  rowOf: Int32Array,
  rows: number,
  above?: Int32Array,
): BatchCounts {
  return {
    rows,
    batches,
    size: (batch) => size[batch] ?? 0,
    addTo: (batch, counts) => {
      const end = start[batch + 1] ?? 0;
      for (let i = start[batch] ?? 0; i < end; i++) {
        const row = rowOf[node[i] ?? 0] ?? -1;
        if (row >= 0) counts[row] = (counts[row] ?? 0) + (samples[i] ?? 0);
      }
      if (above !== undefined) addUp(counts, above);
    },
  };
}
