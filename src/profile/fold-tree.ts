import { StringTable } from '../ingest/index.js';
import { FrameNames } from './fold-frame-names.js';
import type { FoldNameOptions } from './fold-names.js';
import { columnOf, type Profile } from './profile.js';
import { StackTable, foldedTask } from './stacks.js';

/**
 * Folded stacks of several profiles as one prefix tree: what `fold` prints without options, before it
 * is printed. Parents come before children.
 */
export interface FoldTree {
  names: StringTable;
  /** Parent of each node, -1 at the top. */
  parent: Int32Array;
  /** Its id in `names`. */
  name: Int32Array;
  /** One a profile: the node of each node of its own stacks. */
  nodeOf: Int32Array[];
  /** One a profile: 1 where a stack of it ends. */
  ends: Uint8Array[];
  /** One a profile: how many stacks it has. */
  stacks: number[];
}

/** A profile and its event that counts. */
export interface FoldSide {
  profile: Profile;
  event: string;
}

/**
 * Folded stacks of several sides as one prefix tree in preorder, under the names that `fold` prints without options: the
 * columns of `pvflame-stacks/1` (docs/report.md). Those with a number a node are JSON already.
 */
export interface StackColumns {
  /** One a side: how many stacks it has. */
  stacks: number[];
  /** The nodes' names, in the order of first sight. */
  names: string[];
  /** Of the names that are new below a name: their places in `names`. */
  fresh: Int32Array;
  up: Uint8Array;
  rank: Uint8Array;
  /** One a side: null where it has more stacks than the limit. */
  ends: ({ at: Uint8Array; weight: Uint8Array } | null)[];
}

/** Folds each profile's event into one tree, without WebAssembly; nodes of stacks that both have are shared. */
export function slowFoldTree(sides: readonly FoldSide[], options: FoldNameOptions): FoldTree {
  const nodes = new StackTable(sides.reduce((sum, { profile }) => sum + profile.stacks.size, 0));
  const names = new StringTable();
  const nodeOf = sides.map(({ profile }) => place(profile, nodes, names, options));
  const { parents: parent, keys: name } = nodes.columns;
  const ends = sides.map((side, i) => endsOf(side, nodeOf[i] ?? new Int32Array(), parent.length));
  return {
    names,
    parent,
    name,
    nodeOf,
    ends: ends.map(({ marks }) => marks),
    stacks: ends.map(({ stacks }) => stacks),
  };
}

/** Weight of the stacks that end at each node, all runs added. */
export function foldedWeights({ profile, event }: FoldSide, nodeOf: Int32Array): Float64Array {
  const sums = new Float64Array(nodeOf.reduce((most, node) => Math.max(most, node), -1) + 1);
  for (const run of profile.runs) {
    const column = columnOf(run, event);
    const length = column?.length ?? 0;
    for (let node = 0; node < length; node++) {
      const at = nodeOf[node] ?? 0;
      sums[at] = (sums[at] ?? 0) + (column?.weight(node) ?? 0);
    }
  }
  return sums;
}

function endsOf(
  { profile, event }: FoldSide,
  nodeOf: Int32Array,
  size: number,
): { marks: Uint8Array; stacks: number } {
  const marks = new Uint8Array(size);
  let stacks = 0;
  for (const run of profile.runs) {
    const column = columnOf(run, event);
    if (column === undefined) continue;
    const { length } = column;
    for (let node = 0; node < length; node++) {
      if (column.count(node) === 0) continue;
      const at = nodeOf[node] ?? 0;
      if (marks[at] === 0) stacks++;
      marks[at] = 1;
    }
  }
  return { marks, stacks };
}

/** Puts a profile's stacks into the tree; gives the tree's node of each of its own. */
function place(
  profile: Profile,
  nodes: StackTable,
  texts: StringTable,
  options: FoldNameOptions,
): Int32Array {
  const { stacks, frames } = profile;
  const map = new Int32Array(stacks.size);
  const java = new Uint8Array(stacks.size);
  const plainNames = new FrameNames(frames, false, texts, options);
  let javaNames: FrameNames | undefined;
  for (let node = 0; node < stacks.size; node++) {
    const key = stacks.key(node);
    if (key < 0) {
      const name = foldedTask(frames, key);
      map[node] = nodes.child(-1, texts.id(name));
      java[node] = name.startsWith('java') ? 1 : 0;
      continue;
    }
    const parent = stacks.parent(node);
    const isJava = (java[node] = java[parent] ?? 0);
    const names =
      isJava === 0 ? plainNames : (javaNames ??= new FrameNames(frames, true, texts, options));
    const name = names.of(key);
    let at = map[parent] ?? 0;
    if (name >= 0) at = nodes.child(at, name);
    else for (const one of names.several(name)) at = nodes.child(at, one);
    map[node] = at;
  }
  return map;
}
