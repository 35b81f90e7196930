import type { KeyTable } from './keys.js';
import { findMarkers, findRenamed } from './splice-renames.js';
import { findInlined, type EdgeSide } from './splice-rules.js';
import { StackTable } from '../profile/index.js';
import { subtreeTotals, type SideTree, type UnionSide } from './tree.js';

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
 * in both (design section 4); a function that only changed its name goes by one name.
 */
export function spliceInlining(base: SideTree, other: SideTree, keys: KeyTable): Spliced {
  const original = {
    base: { ...base, moved: zeros(base) },
    new: { ...other, moved: zeros(other) },
  };
  const inlined = new Map<string, Splice>();
  const renamed = new Map<number, number>();
  const renames: Splice[] = [];
  let current: { base: UnionSide; new: UnionSide } = original;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const sides = { base: edgesOf(current.base), new: edgesOf(current.new) };
    const markers = round === 0 ? findMarkers(sides, keys) : [];
    const found = markers.length > 0 ? [] : findInlined(sides, keys);
    const names = found.length + markers.length > 0 ? markers : findRenamed(sides, keys);
    if (found.length === 0 && names.length === 0) break;
    for (const { edge, caller, callee, side, weight } of found) {
      inlined.set(edge, {
        caller: keys.key(caller).name,
        callee: keys.key(callee).name,
        side,
        weight,
        reason: 'inlined',
      });
    }
    for (const { caller, from, to, side, weight } of names) {
      renamed.set(from, to);
      renames.push({
        caller: keys.key(caller).name,
        callee: `${keys.key(to).name} -> ${keys.key(from).name}`,
        side,
        weight,
        reason: 'renamed',
      });
    }
    current = {
      base: apply(original.base, inlined, renamed),
      new: apply(original.new, inlined, renamed),
    };
  }
  const splices = [...inlined.values(), ...renames];
  splices.sort(
    (a, b) => b.weight - a.weight || (a.caller + a.callee < b.caller + b.callee ? -1 : 1),
  );
  return { ...current, splices };
}

function zeros(tree: SideTree): number[] {
  return new Array<number>(tree.stacks.size).fill(0);
}

function apply(
  tree: SideTree,
  inlined: ReadonlyMap<string, Splice>,
  renamed: Map<number, number>,
): UnionSide {
  const stacks = new StackTable();
  const at = new Int32Array(tree.stacks.size);
  const out: UnionSide = { stacks, map: tree.map, self: [], samples: [], moved: [] };
  for (let node = 0; node < tree.stacks.size; node++) {
    const up = tree.stacks.parent(node);
    const parent = up < 0 ? -1 : (at[up] ?? -1);
    const raw = tree.stacks.key(node);
    const key = renamed.get(raw) ?? raw;
    const isSpliced = parent >= 0 && inlined.has(`${stacks.key(parent)},${key}`);
    const target = isSpliced ? parent : stacks.child(parent, key);
    at[node] = target;
    const self = tree.self[node] ?? 0;
    out.self[target] = (out.self[target] ?? 0) + self;
    out.samples[target] = (out.samples[target] ?? 0) + (tree.samples[node] ?? 0);
    out.moved[target] = (out.moved[target] ?? 0) + (isSpliced ? self : 0);
  }
  out.map = tree.map.map((node) => at[node] ?? 0);
  return out;
}

function edgesOf(tree: SideTree): EdgeSide {
  const totals = subtreeTotals(tree);
  const { stacks } = tree;
  const side: EdgeSide = { self: new Map(), edges: new Map(), quantum: 0, names: new Set() };
  let weight = 0;
  let samples = 0;
  for (let node = 0; node < stacks.size; node++) {
    const key = stacks.key(node);
    const self = tree.self[node] ?? 0;
    weight += self;
    samples += tree.samples[node] ?? 0;
    side.names.add(key);
    side.self.set(key, (side.self.get(key) ?? 0) + self);
    const up = stacks.parent(node);
    if (up < 0) continue;
    const caller = stacks.key(up);
    const edge = `${caller},${key}`;
    let entry = side.edges.get(edge);
    if (entry === undefined) {
      entry = { caller, callee: key, weight: 0, samples: 0, self: 0, below: new Map() };
      side.edges.set(edge, entry);
    }
    entry.weight += totals.weight[node] ?? 0;
    entry.samples += totals.samples[node] ?? 0;
    entry.self += self;
    const above = stacks.parent(up);
    if (above < 0) continue;
    const outer = side.edges.get(`${stacks.key(above)},${caller}`);
    outer?.below.set(key, (outer.below.get(key) ?? 0) + (totals.weight[node] ?? 0));
  }
  side.quantum = samples === 0 ? 1 : weight / samples;
  return side;
}
