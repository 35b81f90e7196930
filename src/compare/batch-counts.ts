import type { BatchCounts } from './stats/index.js';
import type { Side } from './side.js';
import type { Measured } from './tally.js';

/** A side's batches of consecutive samples, run after run, an empty one between two runs. */
export interface SideBatches {
  batches: number;
  size(batch: number): number;
  each(batch: number, visit: (node: number, samples: number) => void): void;
}

/** Undefined where the order of the samples is not known (inputs that hold sums of them). */
export function sideBatches(side: Side): SideBatches | undefined {
  const places: { run: number; batch: number }[] = [];
  for (const [run, column] of side.columns.entries()) {
    if (column === undefined || column.samples === 0) continue;
    if (column.batches === null) return undefined;
    if (places.length > 0) places.push({ run, batch: -1 });
    for (let batch = 0; batch < column.batches.count; batch++) places.push({ run, batch });
  }
  const at = (batch: number) => {
    const place = places[batch];
    if (place === undefined || place.batch < 0) return undefined;
    const batches = side.columns[place.run]?.batches ?? undefined;
    return batches && { batches, batch: place.batch };
  };
  return {
    batches: places.length,
    size: (batch) => at(batch)?.batches.size ?? 0,
    each: (batch, visit) => {
      const found = at(batch);
      found?.batches.each(found.batch, visit);
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

/** Which of the rows (by their measure on this side) each stack node was added to; -1: none. */
export function rowsOfNodes(
  tally: { readonly nodes: readonly Measured[] },
  rows: readonly Measured[],
  nodes: number,
): Int32Array {
  const places = new Map(rows.map((row, i) => [row, i]));
  const rowOf = new Int32Array(nodes).fill(-1);
  tally.nodes.forEach((measured, node) => {
    rowOf[node] = places.get(measured) ?? -1;
  });
  return rowOf;
}
