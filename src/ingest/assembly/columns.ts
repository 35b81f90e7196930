// Weights and samples by stack node, a column an event of a run: what ../../profile/weights.ts and batches.ts do sample
// by sample, and hold at the run's end.

/** Batches of a run; when all are full, neighbours are merged by two. */
const MOST: i32 = 64;

/**
 * Each node, 16 bytes: weight (8), samples (4), and its last entry in the batches (4), which is of an earlier batch
 * where it lies before the current one's first.
 */
const NODE: usize = 4;
const SAMPLES: usize = 8;
const LAST: usize = 12;
/** Nodes that a column has room for at first, and entries. */
const FIRST: i32 = 1 << 12;

/** Memory costs nothing before it is touched, and moving costs twice. */
@inline
function larger(room: i32): i32 { return room < 1 << 18 ? room * 4 : room * 2; }

/** The other side reads it as it lies in memory: 4 bytes a field, 8 of `total` and `squares`. */
@unmanaged
class Column {
  /** Samples by node. */
  sums: usize;
  /** Nodes from here on have no weight. */
  used: i32;
  samples: i32;
  room: i32;
  total: f64;
  squares: f64;
  /** Entries of the batches: a node, and its samples in a batch. */
  nodes: usize;
  entryCounts: usize;
  entries: i32;
  /** First entry of each batch. */
  starts: usize;
  batches: i32;
  /** Samples in the last batch, and in a full one; 0: no batches are kept. */
  filled: i32;
  size: i32;
  entryRoom: i32;
  /** What `columnSums` gave. */
  copy: usize;
}

export function newColumn(ordered: bool): usize {
  const at = heap.alloc(offsetof<Column>());
  memory.fill(at, 0, offsetof<Column>());
  const column = changetype<Column>(at);
  column.room = FIRST;
  column.sums = heap.alloc(<usize>FIRST << NODE);
  if (ordered) {
    column.entryRoom = FIRST;
    column.nodes = heap.alloc(<usize>FIRST << 2);
    column.entryCounts = heap.alloc(<usize>FIRST << 2);
    column.starts = heap.alloc(<usize>MOST << 2);
    store<i32>(column.starts, 0);
    column.batches = 1;
    column.size = 1;
  }
  return at;
}

export function dropColumn(at: usize): void {
  const column = changetype<Column>(at);
  heap.free(column.sums);
  if (column.copy != 0) heap.free(column.copy);
  if (column.size != 0) {
    heap.free(column.nodes);
    heap.free(column.entryCounts);
    heap.free(column.starts);
  }
  heap.free(at);
}

/** Nodes without samples. */
function clear(from: usize, count: i32): void {
  const nothing = i32x4(0, 0, 0, -1);
  for (let i = 0; i < count; i++) v128.store(from + (<usize>i << NODE), nothing);
}

/** Weights of all nodes, and behind them their samples: a copy in columns. */
export function columnSums(at: usize): usize {
  const column = changetype<Column>(at);
  const used = <usize>column.used;
  const weights = (column.copy = heap.alloc(used * 12));
  const counts = weights + (used << 3);
  for (let node: usize = 0; node < used; node++) {
    const sum = column.sums + (node << NODE);
    store<f64>(weights + (node << 3), load<f64>(sum));
    store<u32>(counts + (node << 2), load<u32>(sum, SAMPLES));
  }
  return weights;
}

/** Adds a sample, in file order. */
export function addSample(at: usize, node: i32, weight: f64): void {
  const column = changetype<Column>(at);
  if (node >= column.used) {
    if (node >= column.room) grow(column, node);
    clear(column.sums + (<usize>column.used << NODE), node + 1 - column.used);
    column.used = node + 1;
  }
  const sum = column.sums + (<usize>node << NODE);
  store<f64>(sum, load<f64>(sum) + weight);
  store<u32>(sum, load<u32>(sum, SAMPLES) + 1, SAMPLES);
  column.samples++;
  column.total += weight;
  column.squares += weight * weight;
  if (column.size != 0) addToBatch(column, node);
}

function grow(column: Column, node: i32): void {
  while (node >= column.room) column.room = larger(column.room);
  column.sums = heap.realloc(column.sums, <usize>column.room << NODE);
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
  const sum = column.sums + (<usize>node << NODE);
  const known = load<i32>(sum, LAST);
  if (known >= first) {
    const counts = column.entryCounts + (<usize>known << 2);
    store<u32>(counts, load<u32>(counts) + samples);
    return false;
  }
  if (end == column.entryRoom) {
    column.entryRoom = larger(end);
    column.nodes = heap.realloc(column.nodes, <usize>column.entryRoom << 2);
    column.entryCounts = heap.realloc(column.entryCounts, <usize>column.entryRoom << 2);
  }
  store<i32>(column.nodes + (<usize>end << 2), node);
  store<u32>(column.entryCounts + (<usize>end << 2), samples);
  store<i32>(sum, end, LAST);
  return true;
}

/** Merges neighbours by two, in place: entries only move towards the front. */
function halve(column: Column): void {
  for (let node = 0; node < column.used; node++) store<i32>(column.sums + (<usize>node << NODE), -1, LAST);
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
