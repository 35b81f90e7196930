// Sums over pairs of neighbouring batches, and changes (./within.ts), in WebAssembly: AssemblyScript, not TypeScript. ../stats/dispersion.ts says what
// they are, and does the same, operation for operation, where there is no WebAssembly.

export { changesWithin, setTotals } from './within';

/** Memory that the other side fills in. */
export function allocate(size: usize): usize { return heap.alloc(size + 16); }

// ---- batches and kinds of rows -------------------------------------------------------------------

/** Samples in each batch; where each begins among the entries; an entry's stack node, and its samples. */
let sizes: usize = 0;
let starts: usize = 0;
let nodes: usize = 0;
let samples: usize = 0;

export function setBatches(size: usize, start: usize, node: usize, count: usize): void {
  sizes = size;
  starts = start;
  nodes = node;
  samples = count;
}

const MOST_KINDS: i32 = 4;
/** Of each kind: the row of each stack node (-1: none), the row above each (0: there are none), how many there are. */
const rowOf = new StaticArray<usize>(MOST_KINDS);
const above = new StaticArray<usize>(MOST_KINDS);
const rowsOf = new StaticArray<i32>(MOST_KINDS);
let kinds: i32 = 0;
let rows: i32 = 0;
/** Counts of two batches by row, the rows of one kind behind those of the other. */
let first: usize = 0;
let second: usize = 0;

export function forgetKinds(): void {
  kinds = 0;
  rows = 0;
}

export function addKind(rowOfNode: usize, count: i32, up: usize): void {
  rowOf[kinds] = rowOfNode;
  above[kinds] = up;
  rowsOf[kinds] = count;
  kinds++;
  rows += count;
}

/** Puts rows in the place of numbers that have them. */
export function placeRows(column: usize, count: i32, place: usize): void {
  for (let node = 0; node < count; node++) {
    const own = load<i32>(four(column, node));
    if (own >= 0) store<i32>(four(column, node), load<i32>(four(place, own)));
  }
}

/** Gives nodes that are in no row another one, the first of which is `first`, or `none`. */
export function fillRows(column: usize, count: i32, other: usize, first: i32, none: i32): void {
  for (let node = 0; node < count; node++) {
    if (load<i32>(four(column, node)) >= 0) continue;
    const row = load<i32>(four(other, node));
    store<i32>(four(column, node), row >= 0 ? first + row : none);
  }
}

@inline
function eight(at: usize, i: i32): usize { return at + (<usize>i << 3); }
@inline
function four(at: usize, i: i32): usize { return at + (<usize>i << 2); }

function zeros(count: i32): usize {
  const at = heap.alloc((<usize>count << 3) + 16);
  memory.fill(at, 0, <usize>count << 3);
  return at;
}

/** A batch's counts, by row. */
function count(batch: i32, into: usize): void {
  memory.fill(into, 0, <usize>rows << 3);
  const begin = load<i32>(four(starts, batch));
  const end = load<i32>(four(starts, batch + 1));
  let counts = into;
  for (let kind = 0; kind < kinds; kind++) {
    const rowOfNode = unchecked(rowOf[kind]);
    for (let i = begin; i < end; i++) {
      const row = load<i32>(four(rowOfNode, load<i32>(four(nodes, i))));
      if (row < 0) continue;
      const at = eight(counts, row);
      store<f64>(at, load<f64>(at) + <f64>load<u32>(four(samples, i)));
    }
    const up = unchecked(above[kind]);
    const size = unchecked(rowsOf[kind]);
    for (let i = up == 0 ? -1 : size - 1; i >= 0; i--) {
      const higher = load<i32>(four(up, i));
      if (higher < 0) continue;
      const at = eight(counts, higher);
      store<f64>(at, load<f64>(at) + load<f64>(eight(counts, i)));
    }
    counts = eight(counts, size);
  }
}

// ---- pairs ---------------------------------------------------------------------------------------

/** The batch whose counts stand in `second`; -1: none. */
let loaded: i32 = -1;

function begin(): void {
  first = zeros(rows);
  second = zeros(rows);
  loaded = -1;
}

function end(): void {
  heap.free(first);
  heap.free(second);
}

/** Brings the counts of a batch and of the next one into `first` and `second`. */
function take(batch: i32): void {
  if (loaded == batch) {
    const swap = first;
    first = second;
    second = swap;
  } else {
    count(batch, first);
  }
  count(batch + 1, second);
  loaded = batch + 1;
}

/** Squared differences and their expectation of all rows together, of each pair: two columns, one behind the other. */
export function pairSums(batches: i32): usize {
  const pairs = max(0, batches - 1);
  const squares = zeros(2 * pairs);
  const expected = eight(squares, pairs);
  begin();
  for (let pair = 0; pair < pairs; pair++) {
    take(pair);
    const sizeA = load<f64>(eight(sizes, pair));
    const sizeB = load<f64>(eight(sizes, pair + 1));
    if (!(sizeA > 0 && sizeB > 0)) continue;
    const size = sizeA + sizeB;
    const scale = (sizeA * sizeB) / size;
    const unbiased = size / Math.max(1, size - 1);
    let square: f64 = 0;
    let expect: f64 = 0;
    for (let row = 0; row < rows; row++) {
      const a = load<f64>(eight(first, row));
      const b = load<f64>(eight(second, row));
      if (a + b == 0) continue;
      const share = (a + b) / size;
      const difference = a / sizeA - b / sizeB;
      square += scale * (difference * difference);
      expect += share * (1 - share) * unbiased;
    }
    store<f64>(eight(squares, pair), square);
    store<f64>(eight(expected, pair), expect);
  }
  end();
  return squares;
}

/** The same of each row, over some pairs, and samples of half a pair: three columns, one behind the other. */
export function rowSums(pairs: i32, at: usize): usize {
  const squares = zeros(3 * rows);
  const expected = eight(squares, rows);
  const halves = eight(expected, rows);
  begin();
  for (let pair = 0; pair < pairs; pair++) {
    const batch = load<i32>(four(at, pair));
    take(batch);
    const sizeA = load<f64>(eight(sizes, batch));
    const sizeB = load<f64>(eight(sizes, batch + 1));
    if (sizeA == 0 || sizeB == 0) continue;
    const size = sizeA + sizeB;
    const scale = (sizeA * sizeB) / size;
    const unbiased = size / Math.max(1, size - 1);
    for (let row = 0; row < rows; row++) {
      const a = load<f64>(eight(first, row));
      const b = load<f64>(eight(second, row));
      if (a + b == 0) continue;
      const share = (a + b) / size;
      const difference = a / sizeA - b / sizeB;
      store<f64>(eight(squares, row), load<f64>(eight(squares, row)) + scale * (difference * difference));
      store<f64>(eight(expected, row), load<f64>(eight(expected, row)) + share * (1 - share) * unbiased);
      store<f64>(eight(halves, row), load<f64>(eight(halves, row)) + (a + b) / 2);
    }
  }
  end();
  return squares;
}

export function rowCount(): i32 { return rows; }
