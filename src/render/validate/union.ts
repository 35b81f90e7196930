import type { Report } from '../../report/schema.js';
import { buildTree, type FrameTree } from '../shared/tree.js';

type Graph = Report['graph'];

interface Node {
  name: string;
  dso: string;
  kind: number;
  /** Index in each graph; -1 where a graph does not have it. */
  at: number[];
  children: Map<string, Node>;
}

/**
 * Several comparisons' graphs over one layout: the same nodes in the same places, each with its own
 * comparison's weights and verdicts. A frame that a comparison spliced away has no weight in it.
 */
export function overOneLayout(graphs: readonly Graph[]): FrameTree[] {
  const root: Node = { name: '', dso: '', kind: 0, at: graphs.map(() => 0), children: new Map() };
  graphs.forEach((graph, g) => {
    addGraph(root, graph, g, graphs.length);
  });
  const nodes: { node: Node; depth: number }[] = [];
  const pending: { node: Node; depth: number }[] = [{ node: root, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    nodes.push(next);
    const { depth, node } = next;
    const below = [...node.children].sort(([a], [b]) => (a < b ? 1 : a > b ? -1 : 0));
    for (const [, child] of below) pending.push({ node: child, depth: depth + 1 });
  }
  const names = new Map<string, number>();
  const nameOf = (node: Node) => {
    const key = `${node.name}\0${node.dso}`;
    const id = names.get(key) ?? names.size;
    names.set(key, id);
    return id;
  };
  const name = nodes.map(({ node }) => nameOf(node));
  const texts = [...names.keys()].map((key) => key.split('\0'));
  return graphs.map((graph, g) => {
    const column = (values: ArrayLike<number>, none = 0) =>
      nodes.map(({ node }) => {
        const at = node.at[g] ?? -1;
        return at < 0 ? none : (values[at] ?? none);
      });
    return buildTree({
      names: texts.map(([text = '']) => text),
      dsos: texts.map(([, dso = '']) => dso),
      raw: [],
      nodes: {
        depth: nodes.map(({ depth }) => depth),
        name,
        kind: nodes.map(({ node }) => node.kind),
        base: column(graph.nodes.base),
        new: column(graph.nodes.new),
        verdict: column(graph.nodes.verdict, 3),
        moved: column(graph.nodes.moved),
      },
    });
  });
}

function addGraph(root: Node, graph: Graph, g: number, graphs: number): void {
  const { depth, name, kind } = graph.nodes;
  const path: Node[] = [root];
  root.name = graph.names[name[0] ?? 0] ?? '';
  for (let i = 1; i < depth.length; i++) {
    const level = depth[i] ?? 1;
    const above = path[level - 1] ?? root;
    const text = graph.names[name[i] ?? 0] ?? '';
    const dso = graph.dsos[name[i] ?? 0] ?? '';
    const key = `${text}\0${dso}\0${kind[i] ?? 0}`;
    let node = above.children.get(key);
    if (node === undefined) {
      const at = new Array<number>(graphs).fill(-1);
      node = { name: text, dso, kind: kind[i] ?? 0, at, children: new Map() };
      above.children.set(key, node);
    }
    node.at[g] = i;
    path.length = level;
    path.push(node);
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
