// Both sides' trees over each other: ../union-tree.ts.
import { add, double, filled, get, set } from './columns';
import { begin, child, dropTree, endTree, keysAt, parentsAt, treeSize } from './key-tree';
import { setWord, sortDown } from './sort';

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
  endTree();
  const index = preorder(order);
  for (let node = 0; node < sizeA; node++) set(placeA, node, get(index, get(placeA, node)));
  for (let node = 0; node < sizeB; node++) set(placeB, node, get(index, get(placeB, node)));
  heap.free(index);
  dropTree();
}

/** Lays the tree out under one root, each subtree in one piece, siblings in order; gives the place of each node. */
function preorder(order: usize): usize {
  const size = treeSize();
  const parents = parentsAt();
  const keys = keysAt();
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
    setWord(waiting, open++, (<u64>get(order, get(keysAt(), node)) << 32) | <u64>node);
  if (open - from > 1) sortDown(waiting + (<usize>from << 3), open - from);
  return open;
}

/** A column of the union tree of zeros. */
export function zeros(): usize { return filled((<usize>treeSize() + 1) << 3, 0); }

/** Adds a side's column, node by node, to one of the union tree. */
export function addAt(sums: usize, places: usize, values: usize, count: i32): void {
  for (let i = 0; i < count; i++) add(sums, get(places, i), double(values, i));
}
