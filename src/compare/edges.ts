import type { KeyNodes, SideTree } from './columns.js';
import { KeyPairs } from './key-tree.js';
import { selfByKey } from './functions.js';
import { addUp } from './side-tree.js';
import type { WasmTrees } from './wasm-trees.js';

/**
 * What kernel functions call on one side, summed over all paths: columns by edge. In `pairs` the
 * caller's key is `parent`, the callee's `key`. Nothing else is ever spliced, and most of a wide
 * graph is user code.
 */
export interface EdgeSide {
  pairs: KeyPairs;
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

/** `isKernel`: 1 for keys of kernel functions; `quick`: the same through WebAssembly. */
export function edgesOf(tree: SideTree, isKernel: Uint8Array, quick?: WasmTrees): EdgeSide {
  const { nodes } = tree;
  if (quick !== undefined) {
    const { sum, edgeOf, weightOf, ...edges } = quick.edges(tree, isKernel);
    const below = belowOf(nodes, edgeOf, weightOf, edges.pairs.size);
    return { ...edges, quantum: quantumOf(sum), below };
  }
  const { size, key, parent } = nodes;
  const weight = tree.self.slice(0, size);
  const samples = tree.samples.slice(0, size);
  addUp(weight, parent);
  addUp(samples, parent);
  const pairs = new KeyPairs(Math.min(size, 1 << 12));
  const edgeOf = new Int32Array(size);
  const has = new Uint8Array(isKernel.length);
  const sum = { weight: 0, samples: 0 };
  for (let node = 0; node < size; node++) {
    const own = key[node] ?? 0;
    has[own] = 1;
    sum.weight += tree.self[node] ?? 0;
    sum.samples += tree.samples[node] ?? 0;
    const up = parent[node] ?? -1;
    const caller = up < 0 ? -1 : (key[up] ?? 0);
    edgeOf[node] = caller >= 0 && isKernel[caller] === 1 ? pairs.child(caller, own) : -1;
  }
  return {
    pairs,
    weight: sumByEdge(weight, edgeOf, pairs.size),
    samples: sumByEdge(samples, edgeOf, pairs.size),
    self: sumByEdge(tree.self, edgeOf, pairs.size),
    selfOf: selfByKey(tree, isKernel.length),
    has,
    quantum: quantumOf(sum),
    below: belowOf(
      nodes,
      () => edgeOf,
      () => weight,
      pairs.size,
    ),
  };
}

function quantumOf({ weight, samples }: { weight: number; samples: number }): number {
  return samples === 0 ? 1 : weight / samples;
}

function sumByEdge(values: Float64Array, edgeOf: Int32Array, edges: number): Float64Array {
  const sums = new Float64Array(edges);
  for (let node = 0; node < edgeOf.length; node++) {
    const edge = edgeOf[node] ?? -1;
    if (edge >= 0) sums[edge] = (sums[edge] ?? 0) + (values[node] ?? 0);
  }
  return sums;
}

/** Few edges are ever asked for what is below them, so that only lists of nodes are kept ready. */
function belowOf(
  nodes: KeyNodes,
  edgeOf: () => Int32Array,
  weightOf: () => Float64Array,
  edges: number,
): EdgeSide['below'] {
  let lists: { first: Int32Array; next: Int32Array; weight: Float64Array } | undefined;
  return (edge) => {
    lists ??= { ...listsByEdge(nodes, edgeOf(), edges), weight: weightOf() };
    const { weight } = lists;
    const below = new Map<number, number>();
    for (let node = lists.first[edge] ?? -1; node >= 0; node = lists.next[node] ?? -1) {
      const key = nodes.key[node] ?? 0;
      below.set(key, (below.get(key) ?? 0) + (weight[node] ?? 0));
    }
    return below;
  };
}

/** The nodes right below each edge, in their order. */
function listsByEdge(nodes: KeyNodes, edgeOf: Int32Array, edges: number) {
  const first = new Int32Array(edges).fill(-1);
  const next = new Int32Array(edgeOf.length).fill(-1);
  for (let node = edgeOf.length - 1; node >= 0; node--) {
    const up = nodes.parent[node] ?? -1;
    const edge = up < 0 ? -1 : (edgeOf[up] ?? -1);
    if (edge < 0) continue;
    next[node] = first[edge] ?? -1;
    first[edge] = node;
  }
  return { first, next };
}
