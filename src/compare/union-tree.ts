import type { KeyNodes, UnionSide, UnionTree } from './columns.js';
import { KeyTree } from './key-tree.js';
import type { KeyOrder } from './keys.js';
import type { WasmTrees } from './wasm-trees.js';

/** Lays two sides' trees over each other; `quick`: the same through WebAssembly. */
export function unionTree(
  base: UnionSide,
  other: UnionSide,
  order: KeyOrder,
  quick?: WasmTrees,
): UnionTree {
  if (quick !== undefined) return quick.unionTree(base, other, order.full);
  const nodes = new KeyTree(base.nodes.size + other.nodes.size);
  const maps = { base: addTree(nodes, base.nodes), new: addTree(nodes, other.nodes) };
  const { index, depth, parent, key } = preorder(nodes, order);
  const place = { base: mapped(maps.base, index), new: mapped(maps.new, index) };
  const moved = new Float64Array(depth.length);
  addAt(moved, place.base, base.moved);
  addAt(moved, place.new, other.moved);
  const self = { base: new Float64Array(depth.length), new: new Float64Array(depth.length) };
  addAt(self.base, place.base, base.self);
  addAt(self.new, place.new, other.self);
  return { size: depth.length, depth, parent, key, ...self, moved, place };
}

/** Adds a tree's nodes; gives the place of each. */
function addTree(nodes: KeyTree, from: KeyNodes): Int32Array {
  const { size, parent, key } = from;
  const map = new Int32Array(size);
  for (let node = 0; node < size; node++) {
    const up = parent[node] ?? -1;
    map[node] = nodes.child(up < 0 ? -1 : (map[up] ?? -1), key[node] ?? 0);
  }
  return map;
}

/** One map behind the other. */
export function mapped(map: Int32Array, index: Int32Array): Int32Array {
  const to = new Int32Array(map.length);
  for (let i = 0; i < to.length; i++) to[i] = index[map[i] ?? 0] ?? 0;
  return to;
}

function addAt(sums: Float64Array, place: Int32Array, values: Float64Array): void {
  for (let i = 0; i < place.length; i++) {
    const at = place[i] ?? 0;
    sums[at] = (sums[at] ?? 0) + (values[i] ?? 0);
  }
}

/** The tree under one root, each subtree in one piece; `index` has the places of the nodes. */
function preorder(nodes: KeyTree, { full }: KeyOrder) {
  const { size } = nodes;
  const index = new Int32Array(size);
  const depth = new Int32Array(size + 1);
  const parent = new Int32Array(size + 1);
  const key = new Int32Array(size + 1);
  parent[0] = key[0] = -1;
  const { first, next } = childLists(nodes);
  // nodes whose turn is to come, the next one last
  const waiting = new Int32Array(size + 1);
  let open = 0;
  let last = 0;
  for (let child = first[0] ?? -1; child >= 0; child = next[child] ?? -1) waiting[open++] = child;
  sortByPlace(waiting, 0, open, nodes.key, full);
  while (open > 0) {
    const node = waiting[--open] ?? 0;
    const up = nodes.parent[node] ?? -1;
    const above = up < 0 ? 0 : (index[up] ?? 0);
    const at = ++last;
    index[node] = at;
    parent[at] = above;
    depth[at] = (depth[above] ?? 0) + 1;
    key[at] = nodes.key[node] ?? 0;
    const from = open;
    for (let child = first[node + 1] ?? -1; child >= 0; child = next[child] ?? -1)
      waiting[open++] = child;
    if (open - from > 1) sortByPlace(waiting, from, open, nodes.key, full);
  }
  return { index, depth, parent, key };
}

/** Each node's first child (the top's at 0, a node's at node + 1) and next sibling; -1: none. */
function childLists({ size, parent }: KeyTree): { first: Int32Array; next: Int32Array } {
  const first = new Int32Array(size + 1).fill(-1);
  const next = new Int32Array(size);
  for (let node = size - 1; node >= 0; node--) {
    const up = (parent[node] ?? -1) + 1;
    next[node] = first[up] ?? -1;
    first[up] = node;
  }
  return { first, next };
}

/** Siblings are mostly few; up to so many are sorted by insertion. */
const FEW = 24;

/** Sorts a stretch of nodes by the places of their keys, the last one first. */
function sortByPlace(
  nodes: Int32Array,
  from: number,
  to: number,
  key: Int32Array,
  place: Int32Array,
): void {
  if (to - from > FEW) return sortMany(nodes.subarray(from, to), key, place);
  for (let i = from + 1; i < to; i++) {
    const node = nodes[i] ?? 0;
    const own = place[key[node] ?? 0] ?? 0;
    let at = i;
    for (; at > from; at--) {
      const before = nodes[at - 1] ?? 0;
      if ((place[key[before] ?? 0] ?? 0) > own) break;
      nodes[at] = before;
    }
    nodes[at] = node;
  }
}

function sortMany(nodes: Int32Array, key: Int32Array, place: Int32Array): void {
  // no two siblings share a place, so that a plain sort of numbers does: place first, then the node
  const numbers = new Float64Array(nodes.length);
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] ?? 0;
    numbers[i] = (place[key[node] ?? 0] ?? 0) * 2 ** 31 + node;
  }
  numbers.sort().reverse();
  for (let i = 0; i < nodes.length; i++) nodes[i] = (numbers[i] ?? 0) % 2 ** 31;
}
