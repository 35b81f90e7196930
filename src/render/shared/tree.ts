import type { Graph } from '../../report/schema.js';
import { NODE_KIND_OP, VERDICT_TOO_LITTLE } from './codes.js';

/** What a frame's width stands for. */
export const WIDTH_MODES = ['larger', 'base', 'new', 'change'] as const;
export type WidthMode = (typeof WIDTH_MODES)[number];

/** The report's graph columns plus what drawing needs: parents, subtree ends, inclusive sums. */
export interface FrameTree {
  readonly graph: Graph;
  readonly size: number;
  /** Index of the parent; -1 for the root. */
  readonly parent: Int32Array;
  /** First index after the node's subtree (preorder). */
  readonly end: Int32Array;
  /** Inclusive weights. */
  readonly base: Float64Array;
  readonly new: Float64Array;
  /** Some node has a verdict: significance was tested. */
  readonly tested: boolean;
  /** What stands here is not one frame of the document, whole, and was not tested (derive.ts). */
  readonly together?: Uint8Array;
  /** Sides on which the document's frames hold weight, which may be left out here: 1 base, 2 new. */
  readonly sides?: Uint8Array;
}

/** Reads the columns once; linear in the number of nodes. */
export function buildTree(graph: Graph): FrameTree {
  const { depth, base, new: newer, verdict } = graph.nodes;
  const size = depth.length;
  const parent = new Int32Array(size);
  const end = new Int32Array(size).fill(size);
  const path = new Int32Array(size);
  let levels = 0;
  for (let i = 0; i < size; i++) {
    const level = depth[i] ?? 0;
    while (levels > level) end[path[--levels] ?? 0] = i;
    parent[i] = levels === 0 ? -1 : (path[levels - 1] ?? -1);
    path[levels++] = i;
  }
  const tree = {
    graph,
    size,
    parent,
    end,
    base: new Float64Array(base),
    new: new Float64Array(newer),
    tested: verdict.some((code) => code !== VERDICT_TOO_LITTLE),
  };
  addUp(tree.base, parent);
  addUp(tree.new, parent);
  return tree;
}

/** Children come after their parent, so one backward pass sums every subtree. */
function addUp(column: Float64Array, parent: Int32Array): void {
  for (let i = column.length - 1; i > 0; i--) {
    const p = parent[i] ?? -1;
    if (p >= 0) column[p] = (column[p] ?? 0) + (column[i] ?? 0);
  }
}

/** Reads a typed column; out of range is 0. */
export function at(column: Float64Array | Int32Array, index: number): number {
  return column[index] ?? 0;
}

/**
 * Widths of all nodes, in weight. No node is narrower than its children together:
 * - larger: the larger of base and new, or what the children need where that is more;
 * - base, new: that side alone;
 * - change: the absolute changes of self weight below the node, added up.
 */
export function frameWidths(tree: FrameTree, mode: WidthMode): Float64Array {
  if (mode === 'base') return tree.base;
  if (mode === 'new') return tree.new;
  const { base, new: newer } = tree.graph.nodes;
  const width = new Float64Array(tree.size);
  for (let i = tree.size - 1; i >= 0; i--) {
    const below = width[i] ?? 0;
    const own =
      mode === 'change'
        ? below + Math.abs((newer[i] ?? 0) - (base[i] ?? 0))
        : Math.max(below, tree.base[i] ?? 0, tree.new[i] ?? 0);
    width[i] = own;
    const p = tree.parent[i] ?? -1;
    if (p >= 0 && i > 0) width[p] = (width[p] ?? 0) + own;
  }
  return width;
}

/** Name of a node as the document has it. */
export function nodeName(tree: FrameTree, node: number): string {
  return tree.graph.names[tree.graph.nodes.name[node] ?? 0] ?? '';
}

/** Dso of a node's name; "" where it has none. */
export function nodeDso(tree: FrameTree, node: number): string {
  return tree.graph.dsos[tree.graph.nodes.name[node] ?? 0] ?? '';
}

/** Whether the node stands for a paravirt op. */
export function isOp(tree: FrameTree, node: number): boolean {
  return tree.graph.nodes.kind[node] === NODE_KIND_OP;
}
