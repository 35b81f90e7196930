import type { Graph } from '../../report/schema.js';
import { buildTree, type FrameTree } from '../shared/tree.js';

/** More than there are kinds of nodes (`NODE_KINDS` in the schema). */
const KINDS = 16;

/**
 * Several comparisons' graphs over one layout: the same nodes in the same places, each with its own
 * comparison's weights and verdicts. A frame that a comparison spliced away has no weight in it.
 */
export function overOneLayout(graphs: readonly Graph[]): FrameTree[] {
  const names = new Names();
  const union = new Union(graphs.length);
  graphs.forEach((graph, g) => {
    union.add(graph, g, names.idsOf(graph));
  });
  const { order, depth } = union.preorder(names.ranks());
  const kind = Uint8Array.from(order, (node) => (union.key[node] ?? 0) % KINDS);
  // names in the order in which they are drawn
  const placed = new Map<number, number>();
  const name = Int32Array.from(order, (node) => {
    const id = Math.floor((union.key[node] ?? 0) / KINDS);
    const place = placed.get(id) ?? placed.size;
    placed.set(id, place);
    return place;
  });
  const texts = [...placed.keys()];
  return graphs.map((graph, g) => {
    const at = union.at[g] ?? [];
    const column = (values: ArrayLike<number>, none = 0) => {
      const made = new Float64Array(order.length).fill(none);
      for (let i = 0; i < made.length; i++) {
        const own = at[order[i] ?? 0] ?? -1;
        if (own >= 0) made[i] = values[own] ?? none;
      }
      return made;
    };
    return buildTree({
      names: texts.map((id) => names.text[id] ?? ''),
      dsos: texts.map((id) => names.dso[id] ?? ''),
      raw: [],
      nodes: {
        ...{ depth, name, kind },
        base: column(graph.nodes.base),
        new: column(graph.nodes.new),
        verdict: column(graph.nodes.verdict, 3),
        moved: column(graph.nodes.moved),
      },
    });
  });
}

/** What frames are called in any of the graphs: a name and its dso. */
class Names {
  readonly text: string[] = [];
  readonly dso: string[] = [];
  private readonly ids = new Map<string, number>();

  /** Of each of a graph's names the id here. */
  idsOf({ names, dsos }: Graph): Int32Array {
    return Int32Array.from(names, (text, i) => {
      const dso = dsos[i] ?? '';
      const key = `${text}\0${dso}`;
      const known = this.ids.get(key);
      if (known !== undefined) return known;
      this.ids.set(key, this.text.length);
      this.dso.push(dso);
      return this.text.push(text) - 1;
    });
  }

  /** The place of each in the order of texts. */
  ranks(): Int32Array {
    const keys = [...this.ids.keys()];
    const order = keys.map((_, id) => id);
    order.sort((a, b) => ((keys[a] ?? '') < (keys[b] ?? '') ? -1 : 1));
    const ranks = new Int32Array(keys.length);
    order.forEach((id, rank) => (ranks[id] = rank));
    return ranks;
  }
}

/** The graphs' nodes in one tree, parents before children; columns are by node. */
class Union {
  /** Name and kind, as one number. */
  readonly key: number[] = [];
  /** Of each graph: its own index of a node; -1 or nothing where it does not have it. */
  readonly at: number[][];
  /** The child that was made last, and the one made before a node by the same parent; -1: none. */
  private readonly last: number[] = [];
  private readonly before: number[] = [];
  /** By parent and key, as one number: some 2^19 and 2^20 of a wide comparison, which a double holds. */
  private readonly children = new Map<number, number>();

  constructor(graphs: number) {
    this.at = Array.from({ length: graphs }, () => []);
  }

  add({ nodes: { depth, name, kind } }: Graph, g: number, ids: Int32Array): void {
    const at = this.at[g] ?? [];
    const path: number[] = [];
    for (let i = 0; i < depth.length; i++) {
      const level = depth[i] ?? 0;
      const above = level === 0 ? -1 : (path[level - 1] ?? 0);
      const key = (ids[name[i] ?? 0] ?? 0) * KINDS + (kind[i] ?? 0);
      // every graph has one root
      const node = above < 0 && this.key.length > 0 ? 0 : this.child(above, key);
      at[node] = i;
      path[level] = node;
    }
    for (let node = 0; node < this.key.length; node++) at[node] ??= -1;
  }

  private child(parent: number, key: number): number {
    const both = (parent + 1) * 2 ** 26 + key;
    const known = this.children.get(both);
    if (known !== undefined) return known;
    const node = this.key.push(key) - 1;
    this.children.set(both, node);
    this.last.push(-1);
    this.before.push(parent < 0 ? -1 : (this.last[parent] ?? -1));
    if (parent >= 0) this.last[parent] = node;
    return node;
  }

  /** Nodes with all below them, siblings by the ranks of their names, then by kind; and their depths. */
  preorder(ranks: Int32Array): { order: Int32Array; depth: Int32Array } {
    const size = this.key.length;
    const order = new Int32Array(size);
    const depth = new Int32Array(size);
    const place = (node: number) => {
      const key = this.key[node] ?? 0;
      return (ranks[Math.floor(key / KINDS)] ?? 0) * KINDS + (key % KINDS);
    };
    const pending: { node: number; level: number }[] = size === 0 ? [] : [{ node: 0, level: 0 }];
    for (let i = 0; ; i++) {
      const next = pending.pop();
      if (next === undefined) return { order, depth };
      order[i] = next.node;
      depth[i] = next.level;
      const below: number[] = [];
      for (let n = this.last[next.node] ?? -1; n >= 0; n = this.before[n] ?? -1) below.push(n);
      if (below.length > 1) below.sort((a, b) => place(b) - place(a));
      for (const node of below) pending.push({ node, level: next.level + 1 });
    }
  }
}

/** Widths that hold every tree: of each node the largest weight that it or its children have in any. */
export function commonWidths(trees: readonly FrameTree[]): Float64Array {
  const [first] = trees;
  if (first === undefined) return new Float64Array(0);
  const width = new Float64Array(first.size);
  for (let i = first.size - 1; i >= 0; i--) {
    for (const tree of trees)
      width[i] = Math.max(width[i] ?? 0, tree.base[i] ?? 0, tree.new[i] ?? 0);
    const parent = first.parent[i] ?? -1;
    if (parent >= 0 && i > 0) width[parent] = (width[parent] ?? 0) + (width[i] ?? 0);
  }
  return width;
}
