// A comparison's trees, in WebAssembly: AssemblyScript, not TypeScript. ../side-tree.ts and ../union-tree.ts say what they
// are, and do the same where there is no WebAssembly: node for node, and additions in the same order.

/** Keys, which the other side interns: of a task; of the op whose callee a stack node is (-1: none); of a frame. */
@external("env", "taskKey") declare function taskKey(key: i32): i32;
@external("env", "opKey") declare function opKey(node: i32): i32;
@external("env", "frameKey") declare function frameKey(frame: i32, isCallee: i32): i32;

/** Memory that the other side fills in. */
export function allocate(size: usize): usize { return heap.alloc(size + 16); }
export function release(at: usize): void { heap.free(at); }

@inline
function get(column: usize, i: i32): i32 { return load<i32>(column + (<usize>i << 2)); }
@inline
function set(column: usize, i: i32, value: i32): void { store<i32>(column + (<usize>i << 2), value); }
@inline
function add(column: usize, i: i32, more: f64): void {
  const at = column + (<usize>i << 3);
  store<f64>(at, load<f64>(at) + more);
}
@inline
function double(column: usize, i: i32): f64 { return load<f64>(column + (<usize>i << 3)); }

function filled(bytes: usize, byte: u8): usize {
  const at = heap.alloc(bytes + 16);
  memory.fill(at, byte, bytes);
  return at;
}

// ---- a side's weights ------------------------------------------------------------------------------

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

// ---- the tree that is being built ----------------------------------------------------------------

let size: i32 = 0;
let parents: usize = 0;
let keys: usize = 0;
/** Node + 1; 0: free. A node right behind its parent is found there, and not in here. */
let slots: usize = 0;
let mask: i32 = 0;

function begin(most: i32): void {
  let room = 64;
  while (room < most) room *= 2;
  parents = heap.alloc((<usize>most << 2) + 16);
  keys = heap.alloc((<usize>most << 2) + 16);
  slots = filled(<usize>room << 3, 0);
  mask = 2 * room - 1;
  size = 0;
}

@inline
function append(parent: i32, key: i32): i32 {
  set(parents, size, parent);
  set(keys, size, key);
  return size++;
}

/** The node of `key` under `parent`, made if it is new. */
function child(parent: i32, key: i32): i32 {
  const next = parent + 1;
  if (next == size) return append(parent, key);
  if (get(keys, next) == key && get(parents, next) == parent) return next;
  return pairOf(parent, key);
}

/** The number of a pair, which is given one if it is new. */
function pairOf(parent: i32, key: i32): i32 {
  let h = ((<u32>parent + 0x9e3779b9) * 0x85ebca6b) ^ (<u32>key * 0xc2b2ae35);
  h ^= h >>> 16;
  h *= 0x7feb352d;
  let slot = <i32>(h ^ (h >>> 15)) & mask;
  for (;;) {
    const found = get(slots, slot) - 1;
    if (found < 0) break;
    if (get(keys, found) == key && get(parents, found) == parent) return found;
    slot = (slot + 1) & mask;
  }
  set(slots, slot, size + 1);
  return append(parent, key);
}

export function treeSize(): i32 { return size; }
export function parentsAt(): usize { return parents; }
export function keysAt(): usize { return keys; }

// ---- a side --------------------------------------------------------------------------------------

let map: usize = 0;
let self: usize = 0;
let counts: usize = 0;

export function mapAt(): usize { return map; }
export function selfAt(): usize { return self; }
export function samplesAt(): usize { return counts; }

/**
 * `parentOf`, `keyOf`: the stacks; `node`, `weight`, `samples`: entries of the side's weights; `plain`: 1 for frames that are
 * never callees.
 */
export function sideTree(
  nodes: i32, parentOf: usize, keyOf: usize,
  entries: i32, node: usize, weight: usize, samples: usize,
  frames: i32, plain: usize, runs: i32,
): void {
  // nodes that samples of the compared event reach; of these the ones that may stand below an op's frame
  const held = filled(nodes, 0);
  let most = 0;
  for (let i = 0; i < entries; i++) {
    for (let at = get(node, i); at >= 0 && load<u8>(held + at) == 0; at = get(parentOf, at)) {
      store<u8>(held + at, 1);
      const key = get(keyOf, at);
      most += key < 0 || load<u8>(plain + key) == 1 ? 1 : 2;
    }
  }
  begin(most);
  map = filled(<usize>nodes << 2, 0);
  // op of the callee that a node is, by its key; 0: none
  const openOp = filled(<usize>nodes << 2, 0);
  const known = filled(<usize>frames << 3, 0);
  for (let at = 0; at < nodes; at++) {
    if (load<u8>(held + at) == 0) continue;
    const frame = get(keyOf, at);
    if (frame < 0) {
      set(map, at, child(-1, taskKey(frame)));
      continue;
    }
    const up = get(parentOf, at);
    let parent = get(map, up);
    const op = load<u8>(plain + frame) == 1 ? -1 : opKey(at);
    if (op >= 0) {
      set(openOp, at, op + 1);
      if (get(openOp, up) != op + 1) parent = child(parent, op);
    }
    const asked = 2 * frame + i32(op >= 0);
    let key = get(known, asked) - 1;
    if (key < 0) set(known, asked, (key = frameKey(frame, i32(op >= 0))) + 1);
    set(map, at, child(parent, key));
  }
  heap.free(held);
  heap.free(openOp);
  heap.free(known);
  heap.free(slots);
  self = filled(<usize>size << 3, 0);
  counts = filled(<usize>size << 3, 0);
  for (let i = 0; i < entries; i++) {
    const at = get(map, get(node, i));
    add(self, at, double(weight, i));
    add(counts, at, double(samples, i));
  }
  if (runs > 1)
    for (let at = 0; at < size; at++)
      store<f64>(self + (<usize>at << 3), double(self, at) / <f64>runs);
}

// ---- splicing ------------------------------------------------------------------------------------

let moved: usize = 0;

export function movedAt(): usize { return moved; }

/**
 * A side's tree without the callees that are counted into their callers: `pairs` of `callers` and `callees`, by key.
 * `goesBy`: the key that each key goes by. `stacks`: nodes of the stacks, whose nodes `mapOf` has.
 */
export function splice(
  nodes: i32, parentOf: usize, keyOf: usize, selfOf: usize, samplesOf: usize,
  stacks: i32, mapOf: usize,
  keyCount: i32, goesBy: usize,
  pairs: i32, callers: usize, callees: usize,
): void {
  // of each caller its last pair + 1; of each pair the one before
  const lastOf = filled(<usize>keyCount << 2, 0);
  const before = heap.alloc((<usize>pairs << 2) + 16);
  for (let pair = 0; pair < pairs; pair++) {
    const caller = get(callers, pair);
    set(before, pair, get(lastOf, caller));
    set(lastOf, caller, pair + 1);
  }
  begin(nodes);
  const places = heap.alloc((<usize>nodes << 2) + 16);
  self = filled(<usize>nodes << 3, 0);
  counts = filled(<usize>nodes << 3, 0);
  moved = filled(<usize>nodes << 3, 0);
  for (let node = 0; node < nodes; node++) {
    const up = get(parentOf, node);
    const parent = up < 0 ? -1 : get(places, up);
    const key = get(goesBy, get(keyOf, node));
    let pair = parent < 0 ? 0 : get(lastOf, get(keys, parent));
    while (pair > 0 && get(callees, pair - 1) != key) pair = get(before, pair - 1);
    const target = pair > 0 ? parent : child(parent, key);
    set(places, node, target);
    add(self, target, double(selfOf, node));
    add(counts, target, double(samplesOf, node));
    if (pair > 0) add(moved, target, double(selfOf, node));
  }
  map = heap.alloc((<usize>stacks << 2) + 16);
  for (let at = 0; at < stacks; at++) set(map, at, get(places, get(mapOf, at)));
  heap.free(lastOf);
  heap.free(before);
  heap.free(places);
  heap.free(slots);
}

let edgeOf: usize = 0;
let nodeWeight: usize = 0;
let edgeWeight: usize = 0;
let edgeSamples: usize = 0;
let edgeSelf: usize = 0;
let keySelf: usize = 0;
let keyHas: usize = 0;

export function edgeOfAt(): usize { return edgeOf; }
export function nodeWeightAt(): usize { return nodeWeight; }
export function edgeWeightAt(): usize { return edgeWeight; }
export function edgeSamplesAt(): usize { return edgeSamples; }
export function edgeSelfAt(): usize { return edgeSelf; }
export function keySelfAt(): usize { return keySelf; }
export function keyHasAt(): usize { return keyHas; }

/** Of the whole side. */
let allWeight: f64 = 0;
let allSamples: f64 = 0;

export function allWeightOf(): f64 { return allWeight; }
export function allSamplesOf(): f64 { return allSamples; }

/** Adds every node to the one above it, where children stand behind their parents. */
function addUp(values: usize, parentOf: usize, count: i32): void {
  for (let i = count - 1; i >= 0; i--) {
    const up = get(parentOf, i);
    if (up >= 0) add(values, up, double(values, i));
  }
}

function copied(doubles: usize, count: i32): usize {
  const to = heap.alloc((<usize>count << 3) + 16);
  memory.copy(to, doubles, <usize>count << 3);
  return to;
}

/** What kernel functions call, summed over all paths; a pair's caller is its parent. `isKernel`: 1 for keys of such functions. */
export function edges(
  nodes: i32, parentOf: usize, keyOf: usize, selfOf: usize, samplesOf: usize,
  keyCount: i32, isKernel: usize,
): void {
  nodeWeight = copied(selfOf, nodes);
  const nodeSamples = copied(samplesOf, nodes);
  addUp(nodeWeight, parentOf, nodes);
  addUp(nodeSamples, parentOf, nodes);
  edgeOf = heap.alloc((<usize>nodes << 2) + 16);
  keySelf = filled(<usize>keyCount << 3, 0);
  keyHas = filled(keyCount, 0);
  let most = 0;
  allWeight = 0;
  allSamples = 0;
  for (let node = 0; node < nodes; node++) {
    allWeight += double(selfOf, node);
    allSamples += double(samplesOf, node);
    const own = get(keyOf, node);
    store<u8>(keyHas + own, 1);
    add(keySelf, own, double(selfOf, node));
    const up = get(parentOf, node);
    const caller = up < 0 ? -1 : get(keyOf, up);
    const counts = caller >= 0 && load<u8>(isKernel + caller) == 1;
    set(edgeOf, node, counts ? caller : -1);
    if (counts) most++;
  }
  begin(most);
  for (let node = 0; node < nodes; node++) {
    const caller = get(edgeOf, node);
    if (caller >= 0) set(edgeOf, node, pairOf(caller, get(keyOf, node)));
  }
  edgeWeight = filled(<usize>size << 3, 0);
  edgeSamples = filled(<usize>size << 3, 0);
  edgeSelf = filled(<usize>size << 3, 0);
  for (let node = 0; node < nodes; node++) {
    const edge = get(edgeOf, node);
    if (edge < 0) continue;
    add(edgeWeight, edge, double(nodeWeight, node));
    add(edgeSamples, edge, double(nodeSamples, node));
    add(edgeSelf, edge, double(selfOf, node));
  }
  heap.free(nodeSamples);
  heap.free(slots);
}

// ---- both sides ----------------------------------------------------------------------------------

let depth: usize = 0;
let above: usize = 0;
let name: usize = 0;

export function depthAt(): usize { return depth; }
export function aboveAt(): usize { return above; }
export function nameAt(): usize { return name; }

/** Adds a tree's nodes; gives the place of each. */
function addTree(count: i32, parentOf: usize, keyOf: usize): usize {
  const places = heap.alloc((<usize>count << 2) + 16);
  for (let node = 0; node < count; node++) {
    const up = get(parentOf, node);
    set(places, node, child(up < 0 ? -1 : get(places, up), get(keyOf, node)));
  }
  return places;
}

let placeA: usize = 0;
let placeB: usize = 0;

export function basePlaceAt(): usize { return placeA; }
export function newPlaceAt(): usize { return placeB; }

/** `order`: the place of each key among siblings. */
export function unionTree(
  sizeA: i32, parentA: usize, keyA: usize,
  sizeB: i32, parentB: usize, keyB: usize,
  order: usize,
): void {
  begin(sizeA + sizeB);
  placeA = addTree(sizeA, parentA, keyA);
  placeB = addTree(sizeB, parentB, keyB);
  heap.free(slots);
  const index = preorder(order);
  for (let node = 0; node < sizeA; node++) set(placeA, node, get(index, get(placeA, node)));
  for (let node = 0; node < sizeB; node++) set(placeB, node, get(index, get(placeB, node)));
  heap.free(index);
  heap.free(parents);
  heap.free(keys);
}

/** Lays the tree out under one root, each subtree in one piece, siblings in order; gives the place of each node. */
function preorder(order: usize): usize {
  const columns = (<usize>size << 2) + 16;
  const index = heap.alloc(columns);
  depth = heap.alloc(columns);
  above = heap.alloc(columns);
  name = heap.alloc(columns);
  set(depth, 0, 0);
  set(above, 0, -1);
  set(name, 0, -1);
  // each node's first child (the top's at 0, a node's at node + 1) and next sibling; -1: none
  const first = filled((<usize>size + 1) << 2, 0xff);
  const next = heap.alloc(columns);
  for (let node = size - 1; node >= 0; node--) {
    const up = get(parents, node) + 1;
    set(next, node, get(first, up));
    set(first, up, node);
  }
  // nodes whose turn is to come, the next one last: above its place among siblings, below its number
  const waiting = heap.alloc((<usize>size << 3) + 16);
  let open = waitFor(get(first, 0), next, order, waiting, 0);
  let last = 0;
  while (open > 0) {
    const node = <i32>load<u32>(waiting + (<usize>(--open) << 3));
    const up = get(parents, node);
    const parent = up < 0 ? 0 : get(index, up);
    const at = ++last;
    set(index, node, at);
    set(above, at, parent);
    set(depth, at, get(depth, parent) + 1);
    set(name, at, get(keys, node));
    open = waitFor(get(first, node + 1), next, order, waiting, open);
  }
  heap.free(first);
  heap.free(next);
  heap.free(waiting);
  return index;
}

/** Puts siblings behind those that wait, the last one first. */
function waitFor(sibling: i32, next: usize, order: usize, waiting: usize, open: i32): i32 {
  const from = open;
  for (let node = sibling; node >= 0; node = get(next, node))
    store<u64>(waiting + (<usize>(open++) << 3), (<u64>get(order, get(keys, node)) << 32) | <u64>node);
  if (open - from > 1) sortDown(waiting + (<usize>from << 3), open - from);
  return open;
}

@inline
function word(at: usize, i: i32): u64 { return load<u64>(at + (<usize>i << 3)); }
@inline
function setWord(at: usize, i: i32, value: u64): void { store<u64>(at + (<usize>i << 3), value); }

const FEW: i32 = 24;

/** Sorts words that are all different, the largest first. */
function sortDown(at: usize, count: i32): void {
  if (count > FEW) return heapSort(at, count);
  for (let i = 1; i < count; i++) {
    const own = word(at, i);
    let to = i;
    for (; to > 0 && word(at, to - 1) < own; to--) setWord(at, to, word(at, to - 1));
    setWord(at, to, own);
  }
}

function heapSort(at: usize, count: i32): void {
  for (let i = (count >> 1) - 1; i >= 0; i--) sink(at, i, count);
  for (let end = count - 1; end > 0; end--) {
    const least = word(at, 0);
    setWord(at, 0, word(at, end));
    setWord(at, end, least);
    sink(at, 0, end);
  }
}

/** Of a heap whose least word stands at the top. */
function sink(at: usize, from: i32, count: i32): void {
  const own = word(at, from);
  let i = from;
  for (;;) {
    let below = 2 * i + 1;
    if (below >= count) break;
    if (below + 1 < count && word(at, below + 1) < word(at, below)) below++;
    if (word(at, below) >= own) break;
    setWord(at, i, word(at, below));
    i = below;
  }
  setWord(at, i, own);
}

/** A column of the union tree of zeros. */
export function zeros(): usize { return filled((<usize>size + 1) << 3, 0); }

/** Adds a side's column, node by node, to one of the union tree. */
export function addAt(sums: usize, places: usize, values: usize, count: i32): void {
  for (let i = 0; i < count; i++) add(sums, get(places, i), double(values, i));
}

// ---- frames with enough samples --------------------------------------------------------------------

/** Of each side: the union tree's node of each stack node; weight of each node by run, and samples, with all below. */
const placesOf = new StaticArray<usize>(2);
const weightsOf = new StaticArray<usize>(2);
const samplesOf = new StaticArray<usize>(2);

/** Sums up a side. `mapOf`: the side's node of each stack node; `placeOf`: the union tree's of these; `up`: parents there. */
export function sumFrames(
  side: i32, entries: i32, node: usize, run: usize, weight: usize, samples: usize,
  stacks: i32, mapOf: usize, placeOf: usize,
  nodes: i32, up: usize, runs: i32,
): void {
  const places = heap.alloc((<usize>stacks << 2) + 16);
  for (let at = 0; at < stacks; at++) set(places, at, get(placeOf, get(mapOf, at)));
  const weights = filled(<usize>(nodes * runs) << 3, 0);
  const counts = filled(<usize>nodes << 3, 0);
  for (let i = 0; i < entries; i++) {
    const at = get(places, get(node, i));
    add(weights, at * runs + get(run, i), double(weight, i));
    add(counts, at, double(samples, i));
  }
  for (let i = nodes - 1; i > 0; i--) {
    const higher = get(up, i);
    add(counts, higher, double(counts, i));
    for (let r = 0; r < runs; r++) add(weights, higher * runs + r, double(weights, i * runs + r));
  }
  unchecked(placesOf[side] = places);
  unchecked(weightsOf[side] = weights);
  unchecked(samplesOf[side] = counts);
}

let frame: usize = 0;
let frameParent: usize = 0;
let near: usize = 0;

export function frameAt(): usize { return frame; }
export function frameParentAt(): usize { return frameParent; }

/** Picks the frames that have enough samples on both sides together, and those above them; gives their number. */
export function pickFrames(nodes: i32, up: usize, fewest: f64): i32 {
  const columns = (<usize>nodes << 2) + 16;
  // of each frame the picked one at or above it
  near = heap.alloc(columns);
  frame = heap.alloc(columns);
  frameParent = heap.alloc(columns);
  const a = unchecked(samplesOf[0]);
  const b = unchecked(samplesOf[1]);
  let count = 0;
  for (let i = 0; i < nodes; i++) {
    const above = i == 0 ? -1 : get(near, get(up, i));
    set(near, i, above);
    if (double(a, i) + double(b, i) < fewest) continue;
    set(near, i, count);
    set(frame, count, i);
    set(frameParent, count++, above);
  }
  return count;
}

/** A side's sums of the picked frames: weights by run, samples; then the frame at or above each stack node (-1: none). */
export function pickedWeights(side: i32, count: i32, runs: i32): usize {
  const from = unchecked(weightsOf[side]);
  const to = heap.alloc((<usize>(count * runs) << 3) + 16);
  for (let i = 0; i < count; i++)
    memory.copy(to + (<usize>(i * runs) << 3), from + (<usize>(get(frame, i) * runs) << 3), <usize>runs << 3);
  heap.free(from);
  return to;
}

export function pickedSamples(side: i32, count: i32): usize {
  const from = unchecked(samplesOf[side]);
  const to = heap.alloc((<usize>count << 3) + 16);
  for (let i = 0; i < count; i++) store<f64>(to + (<usize>i << 3), double(from, get(frame, i)));
  return to;
}

export function frameOfStacks(side: i32, stacks: i32): usize {
  const places = unchecked(placesOf[side]);
  for (let at = 0; at < stacks; at++) set(places, at, get(near, get(places, at)));
  return places;
}
