import { VERDICTS as FOUND, type Comparison } from '../compare/index.js';
import { NODE_KINDS, VERDICTS, type Graph } from './schema.js';

/** The differential tree as columns, preorder; names and dsos are interned. */
export function graphOf({ tree, keys, order, verdicts, findings }: Comparison): Graph {
  const codes = Uint8Array.from(FOUND.map((verdict) => VERDICTS.indexOf(verdict)));
  const kinds = Uint8Array.from(keys.keys.map(({ kind }) => NODE_KINDS.indexOf(kind)));
  const { of, ...names } = namesOf(tree, keys, order);
  const verdict = lookedUp(verdicts, codes);
  // the root is the total, and is judged as such
  verdict[0] = VERDICTS.indexOf(findings.total.verdict);
  const kind = lookedUp(tree.key, kinds);
  kind[0] = NODE_KINDS.indexOf('root');
  return {
    ...names,
    nodes: {
      depth: tree.depth,
      name: lookedUp(tree.key, of),
      kind,
      base: tree.base,
      new: tree.new,
      verdict,
      moved: tree.moved,
    },
  };
}

/** What is found at each place; 0 where there is nothing. */
function lookedUp<T extends Int32Array | Uint8Array>(
  places: Int32Array | Uint8Array,
  values: T,
): T {
  const found = new (values.constructor as new (length: number) => T)(places.length);
  for (let i = 0; i < places.length; i++) found[i] = values[places[i] ?? 0] ?? 0;
  return found;
}

/** Names in the order in which the tree shows them; `of` has each key's. */
function namesOf(
  tree: Comparison['tree'],
  keys: Comparison['keys'],
  { named }: Comparison['order'],
) {
  const names = ['all'];
  const dsos = [''];
  const raw: Graph['raw'] = [];
  const of = new Int32Array(keys.size).fill(-1);
  // two kinds may share a name, and then their place in the order by name
  const known = new Int32Array(keys.size).fill(-1);
  for (let i = 1; i < tree.size; i++) {
    const id = tree.key[i] ?? 0;
    if (of[id] !== -1) continue;
    const { name, dso } = keys.key(id);
    const at = named[id] ?? 0;
    let place = known[at] ?? -1;
    if (place < 0) {
      const isRoots = name === 'all' && dso === '';
      known[at] = place = isRoots ? 0 : names.length;
      if (!isRoots) {
        names.push(name);
        dsos.push(dso);
        for (const recorded of keys.rawOf(id)) raw.push([place, recorded]);
      }
    }
    of[id] = place;
  }
  return { names, dsos, raw, of };
}
