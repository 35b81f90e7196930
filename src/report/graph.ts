import type { Comparison } from '../compare/index.js';
import { NODE_KINDS, VERDICTS, type Graph } from './schema.js';

/** The differential tree as columns, preorder; names and dsos are interned. */
export function graphOf({ tree, keys, findings }: Comparison): Graph {
  const graph: Graph = {
    names: ['all'],
    dsos: [''],
    raw: [],
    nodes: {
      depth: tree.depth,
      name: [],
      kind: [],
      base: tree.base,
      new: tree.new,
      // the root is the total, and is judged as such
      verdict: findings.frames.map(({ verdict }, i) =>
        VERDICTS.indexOf(i === 0 ? findings.total.verdict : verdict),
      ),
      moved: tree.moved,
    },
  };
  const nameIds = new Map<string, number>([['all\0', 0]]);
  for (const id of tree.key) {
    if (id < 0) {
      graph.nodes.name.push(0);
      graph.nodes.kind.push(NODE_KINDS.indexOf('root'));
      continue;
    }
    const { name, dso, kind } = keys.key(id);
    const text = `${name}\0${dso}`;
    let nameId = nameIds.get(text);
    if (nameId === undefined) {
      nameId = graph.names.length;
      nameIds.set(text, nameId);
      graph.names.push(name);
      graph.dsos.push(dso);
      for (const raw of [...(keys.raw[id] ?? [])].sort()) graph.raw.push([nameId, raw]);
    }
    graph.nodes.name.push(nameId);
    graph.nodes.kind.push(NODE_KINDS.indexOf(kind));
  }
  return graph;
}
