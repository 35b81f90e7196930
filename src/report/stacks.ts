import { foldTree, type FoldTree, type Profile } from '../profile/index.js';
import type { Graph } from './schema.js';
import { MOST_STACKS, STACKS_SCHEMA, type Stacks } from './stacks-schema.js';

/** Both sides' folded stacks for the page; a side with more than `limit` stacks is only counted. */
export function packStacks(
  base: { profile: Profile; event: string },
  other: { profile: Profile; event: string },
  graph: Pick<Graph, 'names'>,
  limit = MOST_STACKS,
): Stacks {
  const tree = foldTree([base, other]);
  const fits = tree.stacks.map((n) => n <= limit);
  const order = preorder(tree, fits);
  const { ids, names } = nameTable(tree, order, graph);
  const depth = new Int32Array(tree.parent.length);
  const up: number[] = [];
  let before = -1;
  for (const node of order) {
    const parent = tree.parent[node] ?? -1;
    depth[node] = parent < 0 ? 1 : (depth[parent] ?? 0) + 1;
    up.push(before < 0 ? 0 : (depth[before] ?? 0) - (depth[node] ?? 0) + 1);
    before = node;
  }
  return {
    schema: STACKS_SCHEMA,
    limit,
    stacks: { base: tree.stacks[0] ?? 0, new: tree.stacks[1] ?? 0 },
    names,
    nodes: { up, ...ranksOf(tree, order, ids) },
    base: fits[0] === true ? endsOf(tree, 0, order) : null,
    new: fits[1] === true ? endsOf(tree, 1, order) : null,
  };
}

/** The nodes on stacks of sides that fit, parents first and every subtree in one piece. */
function preorder(tree: FoldTree, fits: boolean[]): number[] {
  const size = tree.parent.length;
  const wanted = new Uint8Array(size);
  // children come after their parents, so that one pass from the end marks every path
  for (let node = size - 1; node >= 0; node--) {
    const ends = fits.some((fit, side) => fit && !Number.isNaN(tree.weights[side]?.[node] ?? NaN));
    if (!ends && wanted[node] === 0) continue;
    wanted[node] = 1;
    const parent = tree.parent[node] ?? -1;
    if (parent >= 0) wanted[parent] = 1;
  }
  const first = new Int32Array(size + 1).fill(-1);
  const next = new Int32Array(size).fill(-1);
  for (let node = size - 1; node >= 0; node--) {
    if (wanted[node] === 0) continue;
    const parent = (tree.parent[node] ?? -1) + 1;
    next[node] = first[parent] ?? -1;
    first[parent] = node;
  }
  const order: number[] = [];
  const waiting = [first[0] ?? -1];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node < 0) continue;
    order.push(node);
    waiting.push(next[node] ?? -1, first[node + 1] ?? -1);
  }
  return order;
}

/** Few names occur below any one name, so that their ranks pack better than ids. */
function ranksOf(
  tree: FoldTree,
  order: readonly number[],
  ids: ReadonlyMap<number, number>,
): { rank: number[]; fresh: number[] } {
  const fresh: number[] = [];
  const below = new Map<number, Map<number, number>>();
  const idOf = (node: number) => (node < 0 ? -1 : (ids.get(tree.name[node] ?? 0) ?? 0));
  const rank = order.map((node) => {
    const parent = idOf(tree.parent[node] ?? -1);
    let seen = below.get(parent);
    if (seen === undefined) below.set(parent, (seen = new Map()));
    const id = idOf(node);
    const known = seen.get(id);
    if (known !== undefined) return known;
    fresh.push(id);
    seen.set(id, seen.size);
    return seen.size - 1;
  });
  return { rank, fresh };
}

function nameTable(
  tree: FoldTree,
  order: readonly number[],
  graph: Pick<Graph, 'names'>,
): { ids: Map<number, number>; names: string[] } {
  const shared = new Map(graph.names.map((name, id) => [name, id]));
  const ids = new Map<number, number>();
  const names: string[] = [];
  for (const node of order) {
    const own = tree.name[node] ?? 0;
    if (ids.has(own)) continue;
    const name = tree.names[own] ?? '';
    const known = shared.get(name);
    ids.set(own, known ?? graph.names.length + names.length);
    if (known === undefined) names.push(name);
  }
  return { ids, names };
}

function endsOf(tree: FoldTree, side: number, order: readonly number[]): Stacks['base'] {
  const at: number[] = [];
  const weight: number[] = [];
  let before = -1;
  order.forEach((node, place) => {
    const sum = tree.weights[side]?.[node] ?? NaN;
    if (Number.isNaN(sum)) return;
    at.push(place - before);
    weight.push(sum);
    before = place;
  });
  return { at, weight };
}
