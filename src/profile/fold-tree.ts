import type { FrameTable } from '../ingest/index.js';
import { foldFrameName, type FoldNameOptions } from './fold-names.js';
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
  parent: Int32Array;
  /** Index into `names`. */
  name: Int32Array;
  /** One a profile: weight of the stack that ends at a node, all runs added; NaN where none ends. */
  weights: Float64Array[];
  /** One a profile: how many stacks it has. */
  stacks: number[];
}

/** Folds each profile's event into one tree; nodes of stacks that both have are shared. */
export function foldTree(
  sides: readonly { profile: Profile; event: string }[],
  options: FoldNameOptions = PLAIN,
): FoldTree {
  const nodes = new StackTable();
  const nameIds = new Map<string, number>();
  const idOf = (name: string) => {
    const known = nameIds.get(name);
    if (known !== undefined) return known;
    nameIds.set(name, nameIds.size);
    return nameIds.size - 1;
  };
  const maps = sides.map(({ profile }) => place(profile, nodes, idOf, options));
  const parent = new Int32Array(nodes.size);
  const name = new Int32Array(nodes.size);
  for (let node = 0; node < nodes.size; node++) {
    parent[node] = nodes.parent(node);
    name[node] = nodes.key(node);
  }
  const weights = sides.map((side, i) => sumsOf(side, maps[i] ?? new Int32Array(), nodes.size));
  return { names: [...nameIds.keys()], parent, name, weights, stacks: weights.map(known) };
}

/** Weight of the stacks that end at each of `size` nodes; NaN where none ends. */
function sumsOf(
  { profile, event }: { profile: Profile; event: string },
  map: Int32Array,
  size: number,
): Float64Array {
  const sums = new Float64Array(size).fill(NaN);
  for (const run of profile.runs) {
    const column = columnOf(run, event);
    if (column === undefined) continue;
    for (let node = 0; node < column.length; node++) {
      if (column.count(node) === 0) continue;
      const at = map[node] ?? 0;
      const before = sums[at] ?? NaN;
      sums[at] = (Number.isNaN(before) ? 0 : before) + column.weight(node);
    }
  }
  return sums;
}

function known(sums: Float64Array): number {
  let n = 0;
  for (const sum of sums) if (!Number.isNaN(sum)) n++;
  return n;
}

/** Puts a profile's stacks into the tree; gives the tree's node of each of its own. */
function place(
  profile: Profile,
  nodes: StackTable,
  idOf: (name: string) => number,
  options: FoldNameOptions,
): Int32Array {
  const { stacks, frames } = profile;
  const map = new Int32Array(stacks.size);
  const java = new Uint8Array(stacks.size);
  const plainNames = new FrameNames(frames, false, idOf, options);
  let javaNames: FrameNames | undefined;
  for (let node = 0; node < stacks.size; node++) {
    const key = stacks.key(node);
    if (key < 0) {
      const comm = frames.strings.text(taskName(key)).trim().replaceAll(' ', '_');
      // a comm may hold what separates frames
      map[node] = comm.split(';').reduce((at, part) => nodes.child(at, idOf(part)), -1);
      java[node] = comm.startsWith('java') ? 1 : 0;
      continue;
    }
    const parent = stacks.parent(node);
    const isJava = (java[node] = java[parent] ?? 0);
    const names =
      isJava === 0 ? plainNames : (javaNames ??= new FrameNames(frames, true, idOf, options));
    const name = names.of(key);
    let at = map[parent] ?? 0;
    if (name >= 0) at = nodes.child(at, name);
    else for (const one of names.several(name)) at = nodes.child(at, one);
    map[node] = at;
  }
  return map;
}

const UNSEEN = -1;

/** Ids of the frames' names, found once a frame: most have one, some several, some none. */
class FrameNames {
  /** A frame's name id; below `UNSEEN` it has several names or none. */
  private readonly found: Int32Array;
  private readonly lists: number[][] = [];
  /** Many frames differ in their address only, which is in no name. */
  private readonly alike = new Map<number, number>();

  constructor(
    private readonly frames: FrameTable,
    private readonly java: boolean,
    private readonly idOf: (name: string) => number,
    private readonly options: FoldNameOptions,
  ) {
    this.found = new Int32Array(frames.size).fill(UNSEEN);
  }

  of(frame: number): number {
    const found = this.found[frame] ?? UNSEEN;
    return found === UNSEEN ? (this.found[frame] = this.ofSymbol(frame)) : found;
  }

  /** The ids behind a result of `of` that is below 0. */
  several(name: number): readonly number[] {
    return this.lists[UNSEEN - 1 - name] ?? [];
  }

  private ofSymbol(frame: number): number {
    const { symbol: symbols, dso, strings, inlined } = this.frames;
    const symbol = symbols[frame] ?? 0;
    const text = strings.text(symbol);
    const { kernel, jit, addrs } = this.options;
    if (addrs && text === '[unknown]') return this.make(frame, text);
    // without marks only a frame without a symbol takes its name from elsewhere
    const where = (dso[frame] ?? 0) * 2 + (inlined[frame] ?? 0);
    const key =
      kernel || jit
        ? symbol * 2 * strings.size + where
        : text === '[unknown]'
          ? -1 - where
          : symbol;
    let name = this.alike.get(key);
    if (name === undefined) this.alike.set(key, (name = this.make(frame, text)));
    return name;
  }

  private make(frame: number, symbol: string): number {
    const { options } = this;
    if (!this.java && !options.kernel && !options.jit && isPlain(symbol)) return this.idOf(symbol);
    const name = foldFrameName(this.frames, frame, options, this.java);
    const names = name === '' ? [] : name.split(';').map(this.idOf);
    const [only] = names;
    if (only !== undefined && names.length === 1) return only;
    this.lists.push(names);
    return UNSEEN - this.lists.length;
  }
}

/** Symbols in which `foldFrameName` has nothing to change, as nearly all are. */
function isPlain(symbol: string): boolean {
  return (
    symbol !== '' &&
    symbol !== '[unknown]' &&
    !symbol.includes('(') &&
    !symbol.includes(';') &&
    !symbol.includes('->')
  );
}
