import { KeyTree } from './key-tree.js';
import type { KeyOrder } from './keys.js';
import type { UnionSide } from './side-tree.js';

/** One differential tree of two sides, preorder, siblings by name. Columns are by node. */
export interface UnionTree {
  size: number;
  depth: Int32Array;
  /** -1 of the root. */
  parent: Int32Array;
  /** Key id; -1 at the root. */
  key: Int32Array;
  /** Self weight. */
  base: Float64Array;
  new: Float64Array;
  moved: Float64Array;
  /** Index in these columns of each side's nodes. */
  place: { base: Int32Array; new: Int32Array };
}

/** Lays two sides' trees over each other. */
export function unionTree(base: UnionSide, other: UnionSide, order: KeyOrder): UnionTree {
  const nodes = new KeyTree(Math.max(base.nodes.size, other.nodes.size) * 2);
  const maps = { base: addTree(nodes, base.nodes), new: addTree(nodes, other.nodes) };
  const { size } = nodes;
  const index = new Int32Array(size);
  const depth = new Int32Array(size + 1);
  const parent = new Int32Array(size + 1).fill(-1);
  const key = new Int32Array(size + 1).fill(-1);
  const { first, next } = siblings(nodes, order);
  let last = 0;
  const waiting = [first[0] ?? -1];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node < 0) continue;
    const up = nodes.parent[node] ?? -1;
    const at = ++last;
    index[node] = at;
    parent[at] = up < 0 ? 0 : (index[up] ?? 0);
    depth[at] = (depth[parent[at] ?? 0] ?? 0) + 1;
    key[at] = nodes.key[node] ?? 0;
    const [below, beside] = [first[node + 1] ?? -1, next[node] ?? -1];
    if (beside >= 0) waiting.push(beside);
    if (below >= 0) waiting.push(below);
  }
  const place = {
    base: maps.base.map((node) => index[node] ?? 0),
    new: maps.new.map((node) => index[node] ?? 0),
  };
  const column = (values: Float64Array, at: Int32Array) => {
    const all = new Float64Array(size + 1);
    at.forEach((to, node) => (all[to] = values[node] ?? 0));
    return all;
  };
  const moved = column(base.moved, place.base);
  column(other.moved, place.new).forEach((weight, at) => (moved[at] = (moved[at] ?? 0) + weight));
  return {
    size: size + 1,
    depth,
    parent,
    key,
    base: column(base.self, place.base),
    new: column(other.self, place.new),
    moved,
    place,
  };
}

/** Adds a tree's nodes; gives the place of each. */
function addTree(nodes: KeyTree, from: KeyTree): Int32Array {
  const map = new Int32Array(from.size);
  for (let node = 0; node < from.size; node++) {
    const parent = from.parent[node] ?? -1;
    map[node] = nodes.child(parent < 0 ? -1 : (map[parent] ?? -1), from.key[node] ?? 0);
  }
  return map;
}

/** Each node's first child (the top's at 0, a node's at node + 1) and next sibling, by name; -1: none. */
function siblings(nodes: KeyTree, { full }: KeyOrder): { first: Int32Array; next: Int32Array } {
  const { size } = nodes;
  // counted into places: no list of siblings is ever compared
  const start = new Int32Array(full.length + 1);
  for (let node = 0; node < size; node++) {
    const place = (full[nodes.key[node] ?? 0] ?? 0) + 1;
    start[place] = (start[place] ?? 0) + 1;
  }
  for (let place = 0; place < full.length; place++)
    start[place + 1] = (start[place + 1] ?? 0) + (start[place] ?? 0);
  const sorted = new Int32Array(size);
  for (let node = 0; node < size; node++) {
    const place = full[nodes.key[node] ?? 0] ?? 0;
    const at = start[place] ?? 0;
    sorted[at] = node;
    start[place] = at + 1;
  }
  const first = new Int32Array(size + 1).fill(-1);
  const next = new Int32Array(size).fill(-1);
  for (let i = size - 1; i >= 0; i--) {
    const node = sorted[i] ?? 0;
    const up = (nodes.parent[node] ?? -1) + 1;
    next[node] = first[up] ?? -1;
    first[up] = node;
  }
  return { first, next };
}
