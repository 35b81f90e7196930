import { StackTable, taskName } from '../profile/index.js';
import type { Attributor } from './attribute.js';
import type { KeyTable } from './keys.js';
import { type NodeKind } from './keys.js';
import { eachWeight, type Side } from './side.js';
import { nothing, type Measured } from './tally.js';

/** A side's callchains by comparable keys, with op frames put in. Columns are by node. */
export interface SideTree {
  stacks: StackTable;
  /** The tree's node of each node of the profile's stacks. */
  map: Int32Array;
  /** Self weight, mean over the side's runs. */
  self: number[];
  samples: number[];
}

/**
 * Builds a side's tree. Between a caller and a pv callee stands one frame for the op
 * (`pv:mmu.set_pte`), with thunk and implementation below it, so that an out-of-line `native_*` of a
 * kernel without paravirt lines up with it.
 */
export function sideTree(side: Side, attributor: Attributor, keys: KeyTable): SideTree {
  const { stacks, frames } = side.profile;
  const mapped = new Int32Array(stacks.size);
  const tree: SideTree = { stacks: new StackTable(), map: mapped, self: [], samples: [] };
  const openOp = new Array<string | undefined>(stacks.size);
  const held = nodesWithSamples(side);
  for (let node = 0; node < stacks.size; node++) {
    if (held[node] !== 1) continue;
    const key = stacks.key(node);
    if (key < 0) {
      mapped[node] = tree.stacks.child(-1, keys.id('comm', frames.strings.text(taskName(key)), ''));
      continue;
    }
    let parent = mapped[stacks.parent(node)] ?? -1;
    const op = attributor.calleeOp(node);
    if (op !== undefined && op !== openOp[stacks.parent(node)]) {
      parent = tree.stacks.child(parent, keys.id('op', `pv:${op}`, ''));
    }
    openOp[node] = op;
    const id = keys.id(
      nodeKind(side, key, op),
      side.facts.name[key] ?? '',
      side.facts.dso[key] ?? '',
    );
    keys.noteRaw(id, frames.strings.text(frames.symbol[key] ?? 0));
    mapped[node] = tree.stacks.child(parent, id);
  }
  tree.self = new Array<number>(tree.stacks.size).fill(0);
  tree.samples = new Array<number>(tree.stacks.size).fill(0);
  eachWeight(side, (_run, node, weight, samples) => {
    const at = mapped[node] ?? 0;
    tree.self[at] = (tree.self[at] ?? 0) + weight;
    tree.samples[at] = (tree.samples[at] ?? 0) + samples;
  });
  const runs = side.columns.length;
  if (runs > 1) tree.self = tree.self.map((weight) => weight / runs);
  return tree;
}

/** 1 for the nodes that samples of the compared event reach: those of other events are no empty frames here. */
function nodesWithSamples(side: Side): Uint8Array {
  const { stacks } = side.profile;
  const held = new Uint8Array(stacks.size);
  eachWeight(side, (_run, node) => {
    for (let at = node; at >= 0 && held[at] !== 1; at = stacks.parent(at)) held[at] = 1;
  });
  return held;
}

function nodeKind(side: Side, frame: number, op: string | undefined): NodeKind {
  const kind = side.facts.kind[frame];
  if (kind === 'user') return 'user';
  if (kind === 'waiting') return 'wait';
  if (op !== undefined) return 'callee';
  return kind === 'entry' ? 'entry' : 'kernel';
}

/** Total weight and samples of each subtree. Children stand after their parents. */
export function subtreeTotals(tree: SideTree): { weight: number[]; samples: number[] } {
  const weight = [...tree.self];
  const samples = [...tree.samples];
  for (let node = tree.stacks.size - 1; node >= 0; node--) {
    const parent = tree.stacks.parent(node);
    if (parent < 0) continue;
    weight[parent] = (weight[parent] ?? 0) + (weight[node] ?? 0);
    samples[parent] = (samples[parent] ?? 0) + (samples[node] ?? 0);
  }
  return { weight, samples };
}

/** One differential tree of two sides, preorder, siblings by name. Columns are by node. */
export interface UnionTree {
  depth: number[];
  /** -1 of the root. */
  parent: Int32Array;
  /** Key id; -1 at the root. */
  key: number[];
  base: number[];
  new: number[];
  samplesBase: number[];
  samplesNew: number[];
  moved: number[];
  /** Index in these columns of each side's nodes. */
  place: { base: Int32Array; new: Int32Array };
}

export interface UnionSide extends SideTree {
  /** Weight that splicing counted into a node, by node. */
  moved: number[];
}

/** Lays two sides' trees over each other. */
export function unionTree(base: UnionSide, other: UnionSide, keys: KeyTable): UnionTree {
  const stacks = new StackTable();
  const maps = [base, other].map((side) => {
    const map = new Int32Array(side.stacks.size);
    for (let node = 0; node < side.stacks.size; node++) {
      const parent = side.stacks.parent(node);
      map[node] = stacks.child(parent < 0 ? -1 : (map[parent] ?? -1), side.stacks.key(node));
    }
    return map;
  });
  const columns = [base, other].map((side, s) => {
    const self = new Float64Array(stacks.size);
    const samples = new Float64Array(stacks.size);
    const moved = new Float64Array(stacks.size);
    for (let node = 0; node < side.stacks.size; node++) {
      const at = maps[s]?.[node] ?? 0;
      self[at] = (self[at] ?? 0) + (side.self[node] ?? 0);
      samples[at] = (samples[at] ?? 0) + (side.samples[node] ?? 0);
      moved[at] = (moved[at] ?? 0) + (side.moved[node] ?? 0);
    }
    return { self, samples, moved };
  });
  const out: UnionTree = {
    depth: [0],
    parent: new Int32Array(0),
    key: [-1],
    base: [0],
    new: [0],
    samplesBase: [0],
    samplesNew: [0],
    moved: [0],
    place: { base: new Int32Array(0), new: new Int32Array(0) },
  };
  const index = new Int32Array(stacks.size);
  const children = childLists(stacks, keys);
  const pending = (children.get(-1) ?? []).map((node) => ({ node, depth: 1 })).reverse();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, depth } = next;
    index[node] = out.depth.length;
    out.depth.push(depth);
    out.key.push(stacks.key(node));
    out.base.push(columns[0]?.self[node] ?? 0);
    out.new.push(columns[1]?.self[node] ?? 0);
    out.samplesBase.push(columns[0]?.samples[node] ?? 0);
    out.samplesNew.push(columns[1]?.samples[node] ?? 0);
    out.moved.push((columns[0]?.moved[node] ?? 0) + (columns[1]?.moved[node] ?? 0));
    const below = children.get(node) ?? [];
    for (let i = below.length - 1; i >= 0; i--)
      pending.push({ node: below[i] ?? 0, depth: depth + 1 });
  }
  const placed = (side: 0 | 1) => (maps[side] ?? new Int32Array(0)).map((node) => index[node] ?? 0);
  out.parent = parentsOf(out.depth);
  out.place = { base: placed(0), new: placed(1) };
  return out;
}

/** Each frame's weight with all below it, by run; in the union tree's order. */
export function frameRows(
  tree: UnionTree,
  sides: Record<'base' | 'new', { side: Side; tree: UnionSide }>,
): { base: Measured; new: Measured }[] {
  const [base, other] = (['base', 'new'] as const).map((name) => {
    const { side, tree: own } = sides[name];
    const rows = tree.depth.map(() => nothing(side.columns.length));
    eachWeight(side, (run, node, weight, samples) => {
      const row = rows[tree.place[name][own.map[node] ?? 0] ?? 0];
      if (row === undefined) return;
      row.runs[run] = (row.runs[run] ?? 0) + weight;
      row.samples += samples;
    });
    addUpRows(rows, tree.parent);
    return rows;
  });
  return (base ?? []).map((row, i) => ({ base: row, new: other?.[i] ?? nothing(0) }));
}

/** Adds every row to the one above it; preorder, so that children stand behind their parents. */
function addUpRows(rows: readonly Measured[], parent: Int32Array): void {
  for (let i = rows.length - 1; i > 0; i--) {
    const [row, above] = [rows[i], rows[parent[i] ?? -1]];
    if (row === undefined || above === undefined) continue;
    above.samples += row.samples;
    row.runs.forEach((weight, run) => {
      above.runs[run] = (above.runs[run] ?? 0) + weight;
    });
  }
}

/** The same for plain numbers by frame. */
export function addUp(values: Float64Array, parent: Int32Array): void {
  for (let i = values.length - 1; i > 0; i--) {
    const above = parent[i] ?? 0;
    values[above] = (values[above] ?? 0) + (values[i] ?? 0);
  }
}

/** Each frame's parent, of depths in preorder; -1 of the root. */
function parentsOf(depth: readonly number[]): Int32Array {
  const path: number[] = [];
  return Int32Array.from(depth, (d, i) => {
    path.length = d;
    const parent = path[d - 1] ?? -1;
    path.push(i);
    return parent;
  });
}

function childLists(stacks: StackTable, keys: KeyTable): Map<number, number[]> {
  const lists = new Map<number, number[]>();
  for (let node = 0; node < stacks.size; node++) {
    const parent = stacks.parent(node);
    const list = lists.get(parent);
    if (list === undefined) lists.set(parent, [node]);
    else list.push(node);
  }
  const order = (node: number) => {
    const key = keys.key(stacks.key(node));
    return `${key.name}\0${key.dso}\0${key.kind}`;
  };
  for (const list of lists.values()) {
    if (list.length > 1) {
      const texts = new Map(list.map((node) => [node, order(node)]));
      list.sort((a, b) => ((texts.get(a) ?? '') < (texts.get(b) ?? '') ? -1 : 1));
    }
  }
  return lists;
}
