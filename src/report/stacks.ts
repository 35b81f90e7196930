import { foldedWeights, foldTree, type FoldSide, type FoldTree } from '../profile/index.js';
import type { Graph } from './schema.js';
import { MOST_STACKS, STACKS_SCHEMA, type Stacks } from './stacks-schema.js';

/** Both sides' folded stacks for the page; a side with more than `limit` stacks is only counted. */
export function packStacks(
  base: FoldSide,
  other: FoldSide,
  graph: Pick<Graph, 'names'>,
  limit = MOST_STACKS,
): Stacks {
  const tree = foldTree([base, other]);
  const fits = tree.stacks.map((stacks) => stacks <= limit);
  const { order, up } = preorder(
    tree.parent,
    tree.ends.filter((_, side) => fits[side]),
  );
  const { ids, names } = nameTable(tree, order, graph);
  const ends = [base, other].map((side, i) =>
    fits[i] === true ? endsOf(side, tree, i, order) : null,
  );
  return {
    schema: STACKS_SCHEMA,
    limit,
    stacks: { base: tree.stacks[0] ?? 0, new: tree.stacks[1] ?? 0 },
    names,
    nodes: { up, ...ranksOf(tree, order, ids) },
    base: ends[0] ?? null,
    new: ends[1] ?? null,
  };
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
  const [wanted = new Uint8Array(), other] = ends.map((marks) => marks.slice());
  for (let node = 0; node < (other?.length ?? 0); node++) if (other?.[node] === 1) wanted[node] = 1;
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

/** Ids of the tree's names as the document counts them, and the names that the report has not. */
function nameTable(
  tree: FoldTree,
  order: readonly number[],
  graph: Pick<Graph, 'names'>,
): { ids: Int32Array; names: string[] } {
  const ids = new Int32Array(tree.names.size).fill(-1);
  const names: string[] = [];
  if (order.length === 0) return { ids, names };
  const shared = new Map<string, number>();
  for (let id = 0; id < graph.names.length; id++) shared.set(graph.names[id] ?? '', id);
  for (const node of order) {
    const own = tree.name[node] ?? 0;
    if (ids[own] !== -1) continue;
    const name = tree.names.text(own);
    const known = shared.get(name);
    ids[own] = known ?? graph.names.length + names.length;
    if (known === undefined) names.push(name);
  }
  return { ids, names };
}

function endsOf(
  side: FoldSide,
  tree: FoldTree,
  index: number,
  order: readonly number[],
): Stacks['base'] {
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
  return { at, weight };
}
