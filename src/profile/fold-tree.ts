import type { FrameTable } from '../ingest/index.js';
import { foldFrameName } from './fold-names.js';
import { columnOf, type Profile } from './profile.js';
import { StackTable, taskName } from './stacks.js';

const PLAIN = { kernel: false, jit: false, addrs: false } as const;

/**
 * Folded stacks of several profiles as one prefix tree: what `fold` prints without options, before it
 * is printed. Parents come before children.
 */
export interface FoldTree {
  names: string[];
  /** Parent of each node, -1 at the top. */
  parent: number[];
  /** Index into `names`. */
  name: number[];
  /** One a profile: weight of the stack that ends at a node, all runs added; NaN where none ends. */
  weights: Float64Array[];
  /** One a profile: how many stacks it has. */
  stacks: number[];
}

/** Folds each profile's event into one tree; nodes of stacks that both have are shared. */
export function foldTree(sides: readonly { profile: Profile; event: string }[]): FoldTree {
  const nodes = new StackTable();
  const nameIds = new Map<string, number>();
  const idOf = (name: string) => {
    const known = nameIds.get(name);
    if (known !== undefined) return known;
    nameIds.set(name, nameIds.size);
    return nameIds.size - 1;
  };
  const maps = sides.map(({ profile }) => place(profile, nodes, idOf));
  const weights = sides.map(({ profile, event }, side) => {
    const sums = new Float64Array(nodes.size).fill(NaN);
    for (const run of profile.runs) {
      const column = columnOf(run, event);
      for (let node = 0; node < (column?.length ?? 0); node++) {
        if (column === undefined || column.count(node) === 0) continue;
        const at = maps[side]?.[node] ?? 0;
        const before = sums[at] ?? NaN;
        sums[at] = (Number.isNaN(before) ? 0 : before) + column.weight(node);
      }
    }
    return sums;
  });
  return {
    names: [...nameIds.keys()],
    parent: Array.from({ length: nodes.size }, (_, node) => nodes.parent(node)),
    name: Array.from({ length: nodes.size }, (_, node) => nodes.key(node)),
    weights,
    stacks: weights.map((sums) => sums.reduce((n, sum) => n + (Number.isNaN(sum) ? 0 : 1), 0)),
  };
}

/** A frame's names, found once for all frames of one symbol and dso. */
function namesOf(
  frames: FrameTable,
  id: number,
  alike: Map<number, number[]>,
  find: (id: number) => number[],
): number[] {
  const [symbol, dso] = [frames.symbol[id] ?? 0, frames.dso[id] ?? 0];
  const key = (symbol * frames.strings.size + dso) * 2 + (frames.inlined[id] === true ? 1 : 0);
  const known = alike.get(key) ?? find(id);
  alike.set(key, known);
  return known;
}

/** Puts a profile's stacks into the tree; gives the tree's node of each of its own. */
function place(profile: Profile, nodes: StackTable, idOf: (name: string) => number): Int32Array {
  const { stacks, frames } = profile;
  const map = new Int32Array(stacks.size);
  const java = new Uint8Array(stacks.size);
  // a frame's names, one list outside and one inside java tasks
  const known: [(number[] | undefined)[], (number[] | undefined)[]] = [[], []];
  // many frames differ in their address only, which is in no name
  const alike: [Map<number, number[]>, Map<number, number[]>] = [new Map(), new Map()];
  for (let node = 0; node < stacks.size; node++) {
    const key = stacks.key(node);
    if (key < 0) {
      const comm = frames.strings.text(taskName(key)).trim().replaceAll(' ', '_');
      map[node] = nodes.child(-1, idOf(comm));
      java[node] = comm.startsWith('java') ? 1 : 0;
      continue;
    }
    const parent = stacks.parent(node);
    const isJava = (java[node] = java[parent] ?? 0);
    const which = isJava === 1 ? 1 : 0;
    const names = (known[which][key] ??= namesOf(frames, key, alike[which], (id) =>
      foldFrameName(frames, id, PLAIN, isJava === 1)
        .split(';')
        .filter((name) => name !== '')
        .map(idOf),
    ));
    map[node] = names.reduce((at, name) => nodes.child(at, name), map[parent] ?? 0);
  }
  return map;
}
