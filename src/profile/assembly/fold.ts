// Folded stacks as text, in WebAssembly: AssemblyScript, not TypeScript. ../fold-wasm.ts is the other side, and
// ../fold.ts says the same in TypeScript, for machines without. Of the one side that was folded.
import { filled, grown } from '../../ingest/assembly/memory';
import { nodeCount, nodesAt } from '../../ingest/assembly/tree';
import { lengthOf, SEMICOLON, textOf, textRanks } from './names';
import { putWeight } from './numbers';
import { endsAt, weightAt } from './sides';
export { name, nameBegin, nameEnd, setFrames } from './names';
export { add, allocate, fold, stackCount } from './sides';
export { jsonAt } from './json-arrays';
export { endsText, freshAt, freshCount, preorder, rankText, seenAt, seenCount, upText, weightsText } from './stack-columns';

const SPACE: u8 = 32;
const NEWLINE: u8 = 10;

// ---- order ----------------------------------------------------------------------------------------------

/** First item below each node (at node + 1; at the top: 0), and the item behind each; -1: none. */
let first: usize = 0;
let next: usize = 0;

/** Puts what stands below each node into the bytewise order of the lines, as `inBytewiseOrder` in ../fold.ts. */
export function sort(): void {
  const size = nodeCount();
  const nodes = nodesAt();
  const goesOn = heap.alloc(size + 1);
  memory.fill(goesOn, 0, size + 1);
  for (let node = 0; node < size; node++) store<u8>(goesOn + (load<i32>(nodes + (<usize>node << 3)) + 1), 1);
  first = filled(size + 1);
  next = filled(2 * size);
  for (let node = size - 1; node >= 0; node--) {
    const above = first + (<usize>(load<i32>(nodes + (<usize>node << 3)) + 1) << 2);
    if (load<u8>(goesOn + (node + 1)) != 0) putBefore(above, 2 * node + 1);
    if (endsAt(0, node)) putBefore(above, 2 * node);
  }
  ranks = textRanks();
  for (let node = 0; node <= size; node++) {
    const list = first + (<usize>node << 2);
    const head = load<i32>(list);
    if (head >= 0 && itemBehind(head) >= 0) store<i32>(list, sortedList(head));
  }
  push(load<i32>(first), 0);
}

@inline
function itemBehind(item: i32): i32 { return load<i32>(next + (<usize>item << 2)); }
@inline
function putBehind(item: i32, behind: i32): void { store<i32>(next + (<usize>item << 2), behind); }

function putBefore(list: usize, item: i32): void {
  putBehind(item, load<i32>(list));
  store<i32>(list, item);
}

/** Where the texts of names stand in bytewise order: 2 * name, and 2 * name + 1 with a semicolon. */
let ranks: usize = 0;

@inline
function rankOf(item: i32): i32 {
  const name = load<i32>(nodesAt() + (<usize>(item >> 1) << 3), 4);
  return load<i32>(ranks + (<usize>(2 * name + (item & 1)) << 2));
}

/** Sorted lists of 1, 2, 4, ... items that wait to be merged with others of their length; -1: none. */
const bins: usize = filled(32);

function sortedList(head: i32): i32 {
  let item = head;
  while (item >= 0) {
    const rest = itemBehind(item);
    putBehind(item, -1);
    let bin = bins;
    for (; load<i32>(bin) >= 0; bin += 4) {
      item = mergedLists(load<i32>(bin), item);
      store<i32>(bin, -1);
    }
    store<i32>(bin, item);
    item = rest;
  }
  let merged = -1;
  for (let i = 0; i < 32; i++) {
    const bin = bins + (<usize>i << 2);
    if (load<i32>(bin) < 0) continue;
    merged = merged < 0 ? load<i32>(bin) : mergedLists(load<i32>(bin), merged);
    store<i32>(bin, -1);
  }
  return merged;
}

/** Two lists that are not empty, as one. */
function mergedLists(one: i32, other: i32): i32 {
  let a = one;
  let b = other;
  let head = -1;
  let last = -1;
  while (a >= 0 && b >= 0) {
    const item = rankOf(a) < rankOf(b) ? a : b;
    if (item == a) a = itemBehind(a);
    else b = itemBehind(b);
    if (last < 0) head = item;
    else putBehind(last, item);
    last = item;
  }
  putBehind(last, a >= 0 ? a : b);
  return head;
}

// ---- text -----------------------------------------------------------------------------------------------

/** Items that wait, and how long the stack above each is. */
let waiting: usize = heap.alloc(8 << 10);
let waitingRoom: i32 = 1 << 10;
let waitingCount: i32 = 0;

function push(item: i32, length: i32): void {
  if (item < 0) return;
  if (waitingCount == waitingRoom) {
    waiting = grown(waiting, <usize>waitingRoom << 3);
    waitingRoom *= 2;
  }
  store<i32>(waiting + (<usize>waitingCount << 3), item);
  store<i32>(waiting + (<usize>waitingCount << 3), length, 4);
  waitingCount++;
}

/** The stack of the line that is written. */
let path: usize = heap.alloc(1 << 12);
let pathRoom: usize = 1 << 12;
let out: usize = heap.alloc(1 << 20);
let outRoom: usize = 1 << 20;
export function textAt(): usize { return out; }

/** Writes whole lines to `textAt()`, and gives their bytes; 0 at the end. */
export function write(): i32 {
  const nodes = nodesAt();
  let at = out;
  while (waitingCount > 0) {
    const entry = waiting + (<usize>(waitingCount - 1) << 3);
    const item = load<i32>(entry);
    const begin = <usize>load<i32>(entry, 4);
    const node = item >> 1;
    const name = load<i32>(nodes + (<usize>node << 3), 4);
    const text = textOf(name);
    const length = <usize>lengthOf(name);
    const end = begin + length;
    if ((item & 1) == 0) {
      if (at + end + 48 > out + outRoom) {
        if (at > out) break;
        outRoom = 2 * end + 64;
        heap.free(out);
        out = heap.alloc(outRoom);
        at = out;
      }
    } else if (end + 1 > pathRoom) {
      while (end + 1 > pathRoom) {
        path = grown(path, pathRoom);
        pathRoom *= 2;
      }
    }
    waitingCount--;
    push(load<i32>(next + (<usize>item << 2)), <i32>begin);
    if ((item & 1) == 1) {
      memory.copy(path + begin, text, length);
      store<u8>(path + end, SEMICOLON);
      push(load<i32>(first + (<usize>(node + 1) << 2)), <i32>end + 1);
      continue;
    }
    memory.copy(at, path, begin);
    memory.copy(at + begin, text, length);
    at += end;
    store<u8>(at++, SPACE);
    at = putWeight(weightAt(0, node), at);
    store<u8>(at++, NEWLINE);
  }
  return <i32>(at - out);
}
