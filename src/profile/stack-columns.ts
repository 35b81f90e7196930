import {
  foldedWeights,
  slowFoldTree,
  type FoldSide,
  type FoldTree,
  type StackColumns,
} from './fold-tree.js';
import { wasmStackColumns } from './fold-wasm.js';

/** The columns of both sides; of a side with more than `limit` stacks these are only counted. */
export function stackColumns(sides: readonly FoldSide[], limit: number): StackColumns {
  return wasmStackColumns(sides, limit) ?? slowStackColumns(sides, limit);
}

/** `stackColumns` without WebAssembly. */
function slowStackColumns(sides: readonly FoldSide[], limit: number): StackColumns {
  const tree = slowFoldTree(sides, { kernel: false, jit: false, addrs: false });
  const fits = tree.stacks.map((stacks) => stacks <= limit);
  const { order, up } = preorder(
    tree.parent,
    tree.ends.filter((_, side) => fits[side]),
  );
  const { ids, names } = namesOf(tree, order);
  const { rank, fresh } = ranksOf(tree, order, ids);
  return {
    stacks: tree.stacks,
    names,
    fresh: Int32Array.from(fresh),
    up: json(up),
    rank: json(rank),
    ends: sides.map((side, i) => (fits[i] === true ? endsOf(side, tree, i, order) : null)),
  };
}

function json(column: readonly number[]): Uint8Array {
  return Buffer.from(JSON.stringify(column));
}

/**
 * The nodes on stacks of the sides that fit, parents first and every subtree in one piece; and how
 * many levels lie between the node before and each one's parent.
 */
function preorder(
  parent: Int32Array,
  ends: readonly Uint8Array[],
): { order: number[]; up: number[] } {
  const order: number[] = [];
  const up: number[] = [];
  if (ends.length === 0) return { order, up };
  const { first, next } = childLists(parent, onStacks(parent, ends));
  let level = 0;
  for (let node = first[0] ?? -1; node >= 0;) {
    order.push(node);
    up.push(level);
    const child = first[node + 1] ?? -1;
    level = 0;
    if (child >= 0) {
      node = child;
      continue;
    }
    for (level = 1; (next[node] ?? -1) < 0; level++) {
      node = parent[node] ?? -1;
      if (node < 0) return { order, up };
    }
    node = next[node] ?? -1;
  }
  return { order, up };
}

/** 1: a stack ends at this node or below. */
function onStacks(parent: Int32Array, ends: readonly Uint8Array[]): Uint8Array {
  const wanted = new Uint8Array(parent.length);
  for (const marks of ends)
    for (let node = 0; node < marks.length; node++) if (marks[node] === 1) wanted[node] = 1;
  // children come after their parents, so that one pass from the end marks every path
  for (let node = parent.length - 1; node >= 0; node--) {
    const above = parent[node] ?? -1;
    if (wanted[node] === 1 && above >= 0) wanted[above] = 1;
  }
  return wanted;
}

/** The wanted nodes' first children, those of the top at 0, of node n at n + 1; and their next siblings. */
function childLists(
  parent: Int32Array,
  wanted: Uint8Array,
): { first: Int32Array; next: Int32Array } {
  const first = new Int32Array(parent.length + 1).fill(-1);
  const next = new Int32Array(parent.length).fill(-1);
  for (let node = parent.length - 1; node >= 0; node--) {
    if (wanted[node] === 0) continue;
    const above = (parent[node] ?? -1) + 1;
    next[node] = first[above] ?? -1;
    first[above] = node;
  }
  return { first, next };
}

/** The names of nodes in the order of first sight, and of the tree's names their places among these. */
function namesOf(tree: FoldTree, order: readonly number[]): { ids: Int32Array; names: string[] } {
  const ids = new Int32Array(tree.names.size).fill(-1);
  const names: string[] = [];
  for (const node of order) {
    const name = tree.name[node] ?? 0;
    if (ids[name] === -1) ids[name] = names.push(tree.names.text(name)) - 1;
  }
  return { ids, names };
}

/** Few names occur below any one name, so that their ranks pack better than ids. */
function ranksOf(
  tree: FoldTree,
  order: readonly number[],
  ids: Int32Array,
): { rank: number[]; fresh: number[] } {
  const rank: number[] = [];
  const fresh: number[] = [];
  // by the name above, that of the top at 0
  const below = new Array<Map<number, number> | undefined>(ids.length + 1).fill(undefined);
  for (const node of order) {
    const parent = tree.parent[node] ?? -1;
    const above = parent < 0 ? 0 : (tree.name[parent] ?? 0) + 1;
    const name = tree.name[node] ?? 0;
    const seen = (below[above] ??= new Map<number, number>());
    let known = seen.get(name);
    if (known === undefined) {
      known = seen.size;
      seen.set(name, known);
      fresh.push(ids[name] ?? 0);
    }
    rank.push(known);
  }
  return { rank, fresh };
}

function endsOf(
  side: FoldSide,
  tree: FoldTree,
  index: number,
  order: readonly number[],
): { at: Uint8Array; weight: Uint8Array } {
  const weights = foldedWeights(side, tree.nodeOf[index] ?? new Int32Array());
  const ends = tree.ends[index] ?? new Uint8Array();
  const at: number[] = [];
  const weight: number[] = [];
  let before = -1;
  for (let place = 0; place < order.length; place++) {
    const node = order[place] ?? 0;
    if (ends[node] !== 1) continue;
    at.push(place - before);
    weight.push(weights[node] ?? 0);
    before = place;
  }
  return { at: json(at), weight: json(weight) };
}
