// Columns in the linear memory of a comparison: 32-bit numbers, and doubles.

/** Memory that the other side fills in. */
export function allocate(size: usize): usize { return heap.alloc(size + 16); }
export function release(at: usize): void { heap.free(at); }

@inline
export function get(column: usize, i: i32): i32 { return load<i32>(column + (<usize>i << 2)); }
@inline
export function set(column: usize, i: i32, value: i32): void { store<i32>(column + (<usize>i << 2), value); }
@inline
export function add(column: usize, i: i32, more: f64): void {
  const at = column + (<usize>i << 3);
  store<f64>(at, load<f64>(at) + more);
}
@inline
export function double(column: usize, i: i32): f64 { return load<f64>(column + (<usize>i << 3)); }

export function filled(bytes: usize, byte: u8): usize {
  const at = heap.alloc(bytes + 16);
  memory.fill(at, byte, bytes);
  return at;
}

/** Adds every node to the one above it, where children stand behind their parents. */
export function addUp(values: usize, parentOf: usize, count: i32): void {
  for (let i = count - 1; i >= 0; i--) {
    const up = get(parentOf, i);
    if (up >= 0) add(values, up, double(values, i));
  }
}

export function copied(doubles: usize, count: i32): usize {
  const to = heap.alloc((<usize>count << 3) + 16);
  memory.copy(to, doubles, <usize>count << 3);
  return to;
}
