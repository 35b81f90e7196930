import { VERDICTS as FOUND, type Comparison } from '../compare/index.js';
import { NODE_KINDS, VERDICTS, type Graph } from './schema.js';

/** The differential tree as columns, preorder; names and dsos are interned. */
export function graphOf({ tree, keys, verdicts, findings }: Comparison): Graph {
  const codes = FOUND.map((verdict) => VERDICTS.indexOf(verdict));
  const kinds = Uint8Array.from(keys.keys, ({ kind }) => NODE_KINDS.indexOf(kind));
  const root = NODE_KINDS.indexOf('root');
  const verdict = listOf(tree.size, (i) => codes[verdicts[i] ?? 0] ?? 0);
  // the root is the total, and is judged as such
  verdict[0] = VERDICTS.indexOf(findings.total.verdict);
  const { of, ...names } = namesOf(tree, keys);
  return {
    ...names,
    nodes: {
      depth: listOf(tree.size, (i) => tree.depth[i] ?? 0),
      name: listOf(tree.size, (i) => of[tree.key[i] ?? -1] ?? 0),
      kind: listOf(tree.size, (i) => kinds[tree.key[i] ?? -1] ?? root),
      base: listOf(tree.size, (i) => tree.base[i] ?? 0),
      new: listOf(tree.size, (i) => tree.new[i] ?? 0),
      verdict,
      moved: listOf(tree.size, (i) => tree.moved[i] ?? 0),
    },
  };
}

/** Plain lists, as documents hold them. */
function listOf(size: number, at: (i: number) => number): number[] {
  const list = new Array<number>(size);
  for (let i = 0; i < size; i++) list[i] = at(i);
  return list;
}

/** Names in the order in which the tree shows them; `of` has each key's. */
function namesOf(tree: Comparison['tree'], keys: Comparison['keys']) {
  const names = ['all'];
  const dsos = [''];
  const raw: Graph['raw'] = [];
  const of = new Int32Array(keys.size).fill(-1);
  const known = new Map<string, number>([['all\0', 0]]);
  for (let i = 1; i < tree.size; i++) {
    const id = tree.key[i] ?? 0;
    if (of[id] !== -1) continue;
    const { name, dso } = keys.key(id);
    // two kinds may share a name
    const text = `${name}\0${dso}`;
    let place = known.get(text);
    if (place === undefined) {
      place = names.length;
      known.set(text, place);
      names.push(name);
      dsos.push(dso);
      for (const recorded of keys.rawOf(id)) raw.push([place, recorded]);
    }
    of[id] = place;
  }
  return { names, dsos, raw, of };
}
