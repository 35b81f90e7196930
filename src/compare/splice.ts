import type { SideTree, UnionSide } from './columns.js';
import { edgesOf } from './edges.js';
import { KeyPairs, KeyTree } from './key-tree.js';
import type { KeyTable } from './keys.js';
import type { WasmTrees } from './wasm-trees.js';
import { findMarkers, findRenamed } from './splice-renames.js';
import { findInlined } from './splice-rules.js';

export interface Splice {
  caller: string;
  callee: string;
  /** The side on which the callee is a function of its own; for a rename, the side that is renamed. */
  side: 'base' | 'new';
  /** Self weight that found its counterpart in the caller (or under the other name). */
  weight: number;
  reason: 'inlined' | 'renamed';
}

export interface Spliced {
  base: UnionSide;
  new: UnionSide;
  splices: Splice[];
}

/** Inlining chains are as long as the compiler's patience; each round removes one level of all of them. */
const MOST_ROUNDS = 12;

/**
 * Removes what only differs in inlining. Two builds inline differently, and that alone drowns a
 * signal of a percent: a callee that one build inlines into its caller is counted into that caller
 * in both (docs/ledger.md); a function that only changed its name goes by one name. `quick`: the same through
 * WebAssembly.
 */
export function spliceInlining(
  base: SideTree,
  other: SideTree,
  keys: KeyTable,
  quick?: WasmTrees,
): Spliced {
  const original = {
    base: { ...base, moved: new Float64Array(base.nodes.size) },
    new: { ...other, moved: new Float64Array(other.nodes.size) },
  };
  const inlined = new Inlined();
  const isKernel = kernelKeys(keys);
  const names = sameNames(keys.size);
  const renames: Splice[] = [];
  let current: { base: UnionSide; new: UnionSide } = original;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const sides = {
      base: edgesOf(current.base, isKernel, quick),
      new: edgesOf(current.new, isKernel, quick),
    };
    const markers = round === 0 ? findMarkers(sides, keys) : [];
    const found = markers.length > 0 ? [] : findInlined(sides, keys);
    const aliases = found.length + markers.length > 0 ? markers : findRenamed(sides, keys);
    if (found.length === 0 && aliases.length === 0) break;
    for (const { caller, callee, side, weight } of found) {
      inlined.set(caller, callee, {
        caller: keys.key(caller).name,
        callee: keys.key(callee).name,
        side,
        weight,
        reason: 'inlined',
      });
    }
    for (const { caller, from, to, side, weight } of aliases) {
      names[from] = to;
      renames.push({
        caller: keys.key(caller).name,
        callee: `${keys.key(to).name} -> ${keys.key(from).name}`,
        side,
        weight,
        reason: 'renamed',
      });
    }
    current = {
      base: applied(original.base, inlined.pairs, names, quick),
      new: applied(original.new, inlined.pairs, names, quick),
    };
  }
  const splices = [...inlined.splices, ...renames];
  splices.sort(
    (a, b) => b.weight - a.weight || (a.caller + a.callee < b.caller + b.callee ? -1 : 1),
  );
  return { ...current, splices };
}

function kernelKeys({ keys, size }: KeyTable): Uint8Array {
  const isKernel = new Uint8Array(size);
  for (let key = 0; key < size; key++) if (keys[key]?.kind === 'kernel') isKernel[key] = 1;
  return isKernel;
}

/** What each key goes by: itself, before anything is renamed. */
function sameNames(size: number): Int32Array {
  const names = new Int32Array(size);
  for (let key = 0; key < size; key++) names[key] = key;
  return names;
}

/** Splices by caller and callee; a later one of the same pair takes the earlier one's place. */
class Inlined {
  readonly splices: Splice[] = [];
  /** The caller is the parent. */
  readonly pairs = new KeyPairs();

  set(caller: number, callee: number, splice: Splice): void {
    this.splices[this.pairs.child(caller, callee)] = splice;
  }
}

/**
 * A tree with callees counted into their callers (`inlined`: the caller is the parent) and under the names that they go
 * by. Always from the tree as recorded: a name or an edge found late also changes what was decided on before.
 */
export function applied(
  tree: UnionSide,
  inlined: KeyPairs,
  names: Int32Array,
  quick?: WasmTrees,
): UnionSide {
  if (quick !== undefined) return quick.splice(tree, inlined, names);
  const { size } = tree.nodes;
  const nodes = new KeyTree(size);
  const at = new Int32Array(size);
  const out = {
    self: new Float64Array(size),
    samples: new Float64Array(size),
    moved: new Float64Array(size),
  };
  for (let node = 0; node < size; node++) {
    const up = tree.nodes.parent[node] ?? -1;
    const parent = up < 0 ? -1 : (at[up] ?? -1);
    const key = names[tree.nodes.key[node] ?? 0] ?? 0;
    const isSpliced = parent >= 0 && inlined.find(nodes.key[parent] ?? 0, key) >= 0;
    const target = isSpliced ? parent : nodes.child(parent, key);
    at[node] = target;
    const self = tree.self[node] ?? 0;
    out.self[target] = (out.self[target] ?? 0) + self;
    out.samples[target] = (out.samples[target] ?? 0) + (tree.samples[node] ?? 0);
    if (isSpliced) out.moved[target] = (out.moved[target] ?? 0) + self;
  }
  const map = new Int32Array(tree.map.length);
  for (let node = 0; node < map.length; node++) map[node] = at[tree.map[node] ?? 0] ?? 0;
  return { nodes, map, ...out };
}
