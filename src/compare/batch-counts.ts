import type { Batches } from '../profile/index.js';
import {
  quickSums,
  rowsOf,
  type PlacedRows,
  type RowsOfNodes,
  type SideBatches,
} from './batch-sums.js';
import type { BatchCounts } from './stats/index.js';
import type { Side } from './side.js';
import { addUp } from './side-tree.js';

/** Of a batch: pairs of smaller ones say nothing about their spread. Short runs have fewer batches instead. */
const LEAST_SAMPLES = 10;

/** So many of a run's batches, as one. */
interface Place {
  batches: Batches;
  first: number;
  together: number;
}

/** Undefined where the order of the samples is not known (inputs that hold sums of them). */
export function sideBatches(side: Side): SideBatches | undefined {
  const places: (Place | undefined)[] = [];
  for (const column of side.counted) {
    if (column === undefined || column.samples === 0) continue;
    const { batches } = column;
    if (batches === null) return undefined;
    if (places.length > 0) places.push(undefined);
    const together = Math.ceil(LEAST_SAMPLES / batches.size);
    for (let first = 0; first + together <= batches.count; first += together)
      places.push({ batches, first, together });
  }
  const start = new Int32Array(places.length + 1);
  let end = 0;
  places.forEach((place, batch) => {
    end += place?.batches.entriesOf(place.first, place.together).nodes.length ?? 0;
    start[batch + 1] = end;
  });
  const { node, samples } = entriesOf(places, start);
  const size = Float64Array.from(places, (place) =>
    place === undefined ? 0 : place.batches.size * place.together,
  );
  return { batches: places.length, size, start, node, samples };
}

/** The batches' entries, one behind the other; those of one run lie so already. */
function entriesOf(
  places: readonly (Place | undefined)[],
  start: Int32Array,
): { node: Int32Array; samples: Uint32Array } {
  const [only] = places;
  if (only !== undefined && places.every((place) => place?.batches === only.batches)) {
    const { nodes, counts } = only.batches.entriesOf(0, places.length * only.together);
    return { node: nodes, samples: counts };
  }
  const node = new Int32Array(start.at(-1) ?? 0);
  const samples = new Uint32Array(node.length);
  places.forEach((place, batch) => {
    const entries = place?.batches.entriesOf(place.first, place.together);
    if (entries === undefined) return;
    node.set(entries.nodes, start[batch]);
    samples.set(entries.counts, start[batch]);
  });
  return { node, samples };
}

/** Counts of rows in batches; of several kinds of rows one kind stands behind the other. */
export function countsByRow(batches: SideBatches, kinds: readonly RowsOfNodes[]): BatchCounts {
  const { size, start, node, samples } = batches;
  return {
    rows: kinds.reduce((sum, kind) => sum + rowsOf(kind), 0),
    batches: batches.batches,
    size: (batch) => size[batch] ?? 0,
    addTo: (batch, counts) => {
      const end = start[batch + 1] ?? 0;
      let from = 0;
      for (const kind of kinds) {
        const { above } = kind;
        const own = counts.subarray(from, from + rowsOf(kind));
        from += own.length;
        for (let i = start[batch] ?? 0; i < end; i++) {
          const row = rowOf(kind, node[i] ?? 0);
          if (row >= 0) own[row] = (own[row] ?? 0) + (samples[i] ?? 0);
        }
        if (above !== undefined) addUp(own, above);
      }
    },
    quickly: quickSums(batches, kinds),
  };
}

function rowOf(kind: RowsOfNodes, node: number): number {
  const own = placeOf(kind, node);
  const { count, orElse } = kind;
  if (own >= 0 || orElse === undefined) return own;
  const other = placeOf(orElse, node);
  return count + (other >= 0 ? other : orElse.count);
}

function placeOf({ of, place }: PlacedRows, node: number): number {
  const own = of[node] ?? -1;
  return own < 0 || place === undefined ? own : (place[own] ?? -1);
}
