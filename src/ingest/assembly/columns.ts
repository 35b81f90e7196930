// Weights and samples by stack node, a column an event of a run: what ../../profile/weights.ts and batches.ts do sample
// by sample, and hold at the run's end.
import { filled, grown } from './memory';

/** Batches of a run; when all are full, neighbours are merged by two. */
const MOST: i32 = 64;

/** The other side reads it as it lies in memory: 4 bytes a field, 8 of `total` and `squares`. */
@unmanaged
class Column {
  weights: usize;
  counts: usize;
  /** Nodes from here on have no weight. */
  used: i32;
  samples: i32;
  total: f64;
  squares: f64;
  /** Entries of the batches: a node, and its samples in a batch. */
  nodes: usize;
  entryCounts: usize;
  entries: i32;
  /** First entry of each batch. */
  starts: usize;
  batches: i32;
  /** Samples in the last batch, and in a full one. */
  filled: i32;
  size: i32;
  /** Each node's last entry; of an earlier batch where it lies before the current one's first. 0: no batches are kept. */
  last: usize;
  room: i32;
  entryRoom: i32;
}

export function newColumn(ordered: bool): usize {
  const at = heap.alloc(offsetof<Column>());
  memory.fill(at, 0, offsetof<Column>());
  const column = changetype<Column>(at);
  column.room = 1 << 10;
  column.weights = zeros(8 << 10);
  column.counts = zeros(4 << 10);
  if (ordered) {
    column.last = filled(1 << 10);
    column.entryRoom = 1 << 8;
    column.nodes = heap.alloc(4 << 8);
    column.entryCounts = heap.alloc(4 << 8);
    column.starts = zeros(<usize>MOST << 2);
    column.batches = 1;
    column.size = 1;
  }
  return at;
}

export function dropColumn(at: usize): void {
  const column = changetype<Column>(at);
  heap.free(column.weights);
  heap.free(column.counts);
  if (column.last != 0) {
    heap.free(column.last);
    heap.free(column.nodes);
    heap.free(column.entryCounts);
    heap.free(column.starts);
  }
  heap.free(at);
}

function zeros(size: usize): usize {
  const at = heap.alloc(size);
  memory.fill(at, 0, size);
  return at;
}

/** Adds a sample, in file order. */
export function addSample(at: usize, node: i32, weight: f64): void {
  const column = changetype<Column>(at);
  if (node >= column.used) {
    column.used = node + 1;
    if (node >= column.room) grow(column, node);
  }
  const weights = column.weights + (<usize>node << 3);
  store<f64>(weights, load<f64>(weights) + weight);
  const counts = column.counts + (<usize>node << 2);
  store<u32>(counts, load<u32>(counts) + 1);
  column.samples++;
  column.total += weight;
  column.squares += weight * weight;
  if (column.last != 0) addToBatch(column, node);
}

function grow(column: Column, node: i32): void {
  const before = <usize>column.room;
  while (node >= column.room) {
    const room = <usize>column.room;
    column.weights = grown(column.weights, room << 3);
    column.counts = grown(column.counts, room << 2);
    if (column.last != 0) column.last = grown(column.last, room << 2);
    column.room *= 2;
  }
  const more = <usize>column.room - before;
  memory.fill(column.weights + (before << 3), 0, more << 3);
  memory.fill(column.counts + (before << 2), 0, more << 2);
  if (column.last != 0) memory.fill(column.last + (before << 2), 0xff, more << 2);
}

@inline
function startOf(column: Column, batch: i32): i32 {
  return batch < column.batches ? load<i32>(column.starts + (<usize>batch << 2)) : column.entries;
}

function addToBatch(column: Column, node: i32): void {
  if (column.filled == column.size) {
    if (column.batches == MOST) halve(column);
    store<i32>(column.starts + (<usize>column.batches << 2), column.entries);
    column.batches++;
    column.filled = 0;
  }
  column.filled++;
  if (addEntry(column, node, 1, startOf(column, column.batches - 1), column.entries)) column.entries++;
}

/** Adds samples to a node's entry of the batch that begins at `first`; true: a new one was made, at `end`. */
@inline
function addEntry(column: Column, node: i32, samples: u32, first: i32, end: i32): bool {
  const last = column.last + (<usize>node << 2);
  const known = load<i32>(last);
  if (known >= first) {
    const counts = column.entryCounts + (<usize>known << 2);
    store<u32>(counts, load<u32>(counts) + samples);
    return false;
  }
  if (end == column.entryRoom) {
    column.nodes = grown(column.nodes, <usize>end << 2);
    column.entryCounts = grown(column.entryCounts, <usize>end << 2);
    column.entryRoom *= 2;
  }
  store<i32>(column.nodes + (<usize>end << 2), node);
  store<u32>(column.entryCounts + (<usize>end << 2), samples);
  store<i32>(last, end);
  return true;
}

/** Merges neighbours by two, in place: entries only move towards the front. */
function halve(column: Column): void {
  memory.fill(column.last, 0xff, <usize>column.room << 2);
  let to = 0;
  for (let batch = 0; batch < MOST; batch += 2) {
    const first = to;
    const from = startOf(column, batch);
    const end = startOf(column, batch + 2);
    store<i32>(column.starts + (<usize>(batch >> 1) << 2), first);
    for (let entry = from; entry < end; entry++) {
      const node = load<i32>(column.nodes + (<usize>entry << 2));
      const samples = load<u32>(column.entryCounts + (<usize>entry << 2));
      if (addEntry(column, node, samples, first, to)) to++;
    }
  }
  column.batches = MOST >> 1;
  column.entries = to;
  column.size *= 2;
}
