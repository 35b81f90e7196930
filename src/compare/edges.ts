import { KeyTree } from './key-tree.js';
import { selfByKey } from './functions.js';
import type { KeyTable } from './keys.js';
import { addUp, type SideTree } from './side-tree.js';

/**
 * What kernel functions call on one side, summed over all paths: columns by edge. In `pairs` the
 * caller's key is `parent`, the callee's `key`. Nothing else is ever spliced, and most of a wide
 * graph is user code.
 */
export interface EdgeSide {
  pairs: KeyTree;
  /** Weight with all that is below the callee. */
  weight: Float64Array;
  samples: Float64Array;
  /** The callee's self weight under this caller. */
  self: Float64Array;
  /** Self weight by key. */
  selfOf: Float64Array;
  /** 1 for keys that the side has. */
  has: Uint8Array;
  /** Mean weight of a sample: the square of a standard error is weight times this. */
  quantum: number;
  /** Weight of the callee's own callees under this caller, by key. */
  below(edge: number): Map<number, number>;
}

/** An edge's callee weight on a side; 0 where it does not call. */
export function edgeWeight({ pairs, weight }: EdgeSide, caller: number, callee: number): number {
  return weight[pairs.find(caller, callee)] ?? 0;
}

export function edgesOf(tree: SideTree, keys: KeyTable): EdgeSide {
  const { nodes } = tree;
  const { size } = nodes;
  const total = { weight: tree.self.slice(0, size), samples: tree.samples.slice(0, size) };
  const parent = nodes.parent.subarray(0, size);
  addUp(total.weight, parent);
  addUp(total.samples, parent);
  const isKernel = Uint8Array.from(keys.keys, ({ kind }) => (kind === 'kernel' ? 1 : 0));
  const pairs = new KeyTree();
  const edgeOf = new Int32Array(size).fill(-1);
  for (let node = 0; node < size; node++) {
    const caller = nodes.key[parent[node] ?? -1] ?? -1;
    if (isKernel[caller] === 1) edgeOf[node] = pairs.child(caller, nodes.key[node] ?? 0);
  }
  const edges = {
    weight: new Float64Array(pairs.size),
    samples: new Float64Array(pairs.size),
    self: new Float64Array(pairs.size),
  };
  const has = new Uint8Array(keys.size);
  let [weight, samples] = [0, 0];
  for (let node = 0; node < size; node++) {
    const self = tree.self[node] ?? 0;
    weight += self;
    samples += tree.samples[node] ?? 0;
    has[nodes.key[node] ?? 0] = 1;
    const edge = edgeOf[node] ?? -1;
    if (edge < 0) continue;
    edges.weight[edge] = (edges.weight[edge] ?? 0) + (total.weight[node] ?? 0);
    edges.samples[edge] = (edges.samples[edge] ?? 0) + (total.samples[node] ?? 0);
    edges.self[edge] = (edges.self[edge] ?? 0) + self;
  }
  return {
    pairs,
    ...edges,
    selfOf: selfByKey(tree, keys.size),
    has,
    quantum: samples === 0 ? 1 : weight / samples,
    below: belowOf(nodes, edgeOf, total.weight, pairs.size),
  };
}

/** Few edges are ever asked for what is below them, so that only lists of nodes are kept ready. */
function belowOf(
  nodes: KeyTree,
  edgeOf: Int32Array,
  weight: Float64Array,
  edges: number,
): EdgeSide['below'] {
  let lists: { first: Int32Array; next: Int32Array } | undefined;
  return (edge) => {
    lists ??= listsByEdge(nodes, edgeOf, edges);
    const below = new Map<number, number>();
    for (let node = lists.first[edge] ?? -1; node >= 0; node = lists.next[node] ?? -1) {
      const key = nodes.key[node] ?? 0;
      below.set(key, (below.get(key) ?? 0) + (weight[node] ?? 0));
    }
    return below;
  };
}

/** The nodes right below each edge, in their order. */
function listsByEdge(nodes: KeyTree, edgeOf: Int32Array, edges: number) {
  const first = new Int32Array(edges).fill(-1);
  const next = new Int32Array(edgeOf.length).fill(-1);
  for (let node = edgeOf.length - 1; node >= 0; node--) {
    const edge = edgeOf[nodes.parent[node] ?? -1] ?? -1;
    if (edge < 0) continue;
    next[node] = first[edge] ?? -1;
    first[edge] = node;
  }
  return { first, next };
}
