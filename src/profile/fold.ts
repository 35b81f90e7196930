import { isFoldKernelDso, type FoldOptions } from './fold-names.js';
import { foldedWeights, slowFoldTree, type FoldTree } from './fold-tree.js';
import { wasmFoldedText } from './fold-wasm.js';
import type { Profile } from './profile.js';

/**
 * Folded stacks of a profile, all runs added, as `root;...;leaf weight` lines in bytewise order of
 * the stack. Names are those of stackcollapse-perf.pl and inferno-collapse-perf (docs/fold.md).
 */
export function foldProfile(profile: Profile, options: FoldOptions): string[] {
  const lines: string[] = [];
  for (const text of foldedText(profile, options)) {
    lines.push(...text.toString('utf8').split('\n').slice(0, -1));
  }
  return lines;
}

/** Bytes of one piece of text, about. */
const PIECE = 1 << 20;
const SEMICOLON = 59;
const SPACE = 32;
const NEWLINE = 10;

/** The same as text, in pieces of whole lines; a piece is good until the next one is asked for. */
export function foldedText(profile: Profile, options: FoldOptions): Generator<Buffer> {
  return (
    wasmFoldedText({ profile, event: options.event }, options) ?? slowFoldedText(profile, options)
  );
}

/** `foldedText` without WebAssembly. */
function* slowFoldedText(profile: Profile, options: FoldOptions): Generator<Buffer> {
  const side = { profile, event: options.event };
  const tree = slowFoldTree([side], options);
  const weights = foldedWeights(side, tree.nodeOf[0] ?? new Int32Array());
  const names = tree.names.values.map((name) => Buffer.from(name, 'utf8'));
  const { first, next } = inBytewiseOrder(tree);
  // the stack of the line that is written, and where each of its frames begins
  let path = Buffer.alloc(1 << 12);
  const depth = depths(tree);
  const begins = new Int32Array(depth.reduce((most, d) => Math.max(most, d), 0) + 2);
  let piece = Buffer.allocUnsafe(PIECE);
  let used = 0;
  const waiting: number[] = [first[0] ?? -1];
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    if (item < 0) continue;
    waiting.push(next[item] ?? -1);
    const node = item >> 1;
    const level = depth[node] ?? 0;
    const name = names[tree.name[node] ?? 0] ?? Buffer.alloc(0);
    const begin = begins[level] ?? 0;
    const end = begin + name.length;
    if (end + 1 > path.length) path = Buffer.concat([path], 2 * end + 2);
    path.set(name, begin);
    if ((item & 1) === 1) {
      path[end] = SEMICOLON;
      begins[level + 1] = end + 1;
      waiting.push(first[node + 1] ?? -1);
      continue;
    }
    const weight = String(weights[node]);
    if (used + end + weight.length + 2 > piece.length) {
      yield piece.subarray(0, used);
      used = 0;
      if (end + weight.length + 2 > piece.length)
        piece = Buffer.allocUnsafe(2 * (end + weight.length + 2));
    }
    path.copy(piece, used, 0, end);
    used += end;
    piece[used++] = SPACE;
    used += piece.write(weight, used, 'latin1');
    piece[used++] = NEWLINE;
  }
  if (used > 0) yield piece.subarray(0, used);
}

function depths({ parent }: FoldTree): Int32Array {
  const depth = new Int32Array(parent.length);
  for (let node = 0; node < parent.length; node++) {
    const above = parent[node] ?? -1;
    depth[node] = above < 0 ? 0 : (depth[above] ?? 0) + 1;
  }
  return depth;
}

/**
 * Lists of what stands below each node (index node + 1; 0: at the top) in the bytewise order of the lines.
 * A node is there twice: as item 2 * node where a stack ends at it, before all that its name begins, and as
 * 2 * node + 1 for the stacks that go on, where a semicolon follows its name: "a", "a-b", "a;c".
 */
function inBytewiseOrder({ parent, name, names, ends }: FoldTree): {
  first: Int32Array;
  next: Int32Array;
} {
  const size = parent.length;
  const goesOn = new Uint8Array(size);
  for (const above of parent) if (above >= 0) goesOn[above] = 1;
  const first = new Int32Array(size + 1).fill(-1);
  const next = new Int32Array(2 * size).fill(-1);
  const { order, start } = itemsByText(name, names.values);
  // from the last to the first: each is put in front of those that come later
  for (let i = order.length - 1; i >= 0; i--) {
    const text = order[i] ?? 0;
    const items = start[text >> 1];
    if (items === undefined) continue;
    for (let k = items.from; k < items.to; k++) {
      const node = items.nodes[k] ?? 0;
      const item = 2 * node + (text & 1);
      const wanted = (text & 1) === 1 ? goesOn[node] === 1 : ends[0]?.[node] === 1;
      if (!wanted) continue;
      const above = (parent[node] ?? -1) + 1;
      next[item] = first[above] ?? -1;
      first[above] = item;
    }
  }
  return { first, next };
}

/** The texts 2 * name ("a") and 2 * name + 1 ("a;") in bytewise order. */
function textsInOrder(names: readonly string[]): number[] {
  // as bytes, a character each, where that is not what they are: JavaScript compares UTF-16
  const ascii = names.every((name) => !/[^\0-\x7f]/.test(name));
  const texts = ascii ? names : names.map((name) => Buffer.from(name).toString('latin1'));
  const text = (id: number) => texts[id] ?? '';
  const sorted = names.map((_, id) => id).sort((a, b) => (text(a) < text(b) ? -1 : 1));
  const order: number[] = [];
  // names whose "a;" comes later: behind names that go on with what is less than a semicolon
  const waiting: number[] = [];
  const release = (until: string | null) => {
    for (let last = waiting.at(-1); last !== undefined; last = waiting.at(-1)) {
      const name = text(last);
      const goesOn = until?.startsWith(name) === true && until.charCodeAt(name.length) < SEMICOLON;
      if (goesOn) return;
      order.push(2 * last + 1);
      waiting.pop();
    }
  };
  for (const id of sorted) {
    release(text(id));
    order.push(2 * id);
    waiting.push(id);
  }
  release(null);
  return order;
}

interface NodesOfName {
  nodes: Int32Array;
  from: number;
  to: number;
}

/** `textsInOrder`, and the nodes of each name. */
function itemsByText(
  name: Int32Array,
  names: readonly string[],
): { order: number[]; start: NodesOfName[] } {
  const order = textsInOrder(names);
  const counts = new Int32Array(names.length + 1);
  for (const id of name) counts[id + 1] = (counts[id + 1] ?? 0) + 1;
  for (let id = 0; id < names.length; id++)
    counts[id + 1] = (counts[id + 1] ?? 0) + (counts[id] ?? 0);
  const nodes = new Int32Array(name.length);
  const place = counts.slice();
  for (let node = 0; node < name.length; node++) {
    const id = name[node] ?? 0;
    const at = place[id] ?? 0;
    nodes[at] = node;
    place[id] = at + 1;
  }
  const start = names.map((_, id) => ({ nodes, from: counts[id] ?? 0, to: counts[id + 1] ?? 0 }));
  return { order, start };
}

export { isFoldKernelDso };
