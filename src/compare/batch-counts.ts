import type { Batches } from '../profile/index.js';
import type { BatchCounts } from './stats/index.js';
import type { Side } from './side.js';

/** A side's batches of consecutive samples, run after run, an empty one between two runs. */
export interface SideBatches {
  batches: number;
  size(batch: number): number;
  each(batch: number, visit: (node: number, samples: number) => void): void;
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
  return {
    batches: places.length,
    size: (batch) => {
      const place = places[batch];
      return place === undefined ? 0 : place.batches.size * place.together;
    },
    each: (batch, visit) => {
      const place = places[batch];
      for (let i = 0; i < (place?.together ?? 0); i++) place?.batches.each(place.first + i, visit);
    },
  };
}

/** Counts of rows, from the row that each stack node belongs to (-1: none). */
export function countsByRow(
  side: SideBatches,
  rowOf: Int32Array,
  rows: number,
  addUp: (counts: Float64Array) => void = () => undefined,
): BatchCounts {
  return {
    rows,
    batches: side.batches,
    size: side.size,
    addTo: (batch, counts) => {
      side.each(batch, (node, samples) => {
        const row = rowOf[node] ?? -1;
        if (row >= 0) counts[row] = (counts[row] ?? 0) + samples;
      });
      addUp(counts);
    },
  };
}
