// Folded stacks as text, in WebAssembly: AssemblyScript, not TypeScript. ../fold-text.ts is the other side, and
// ../fold.ts says the same in TypeScript, for machines without.
import { filled, grown } from '../../ingest/assembly/memory';
import { child, nodeCount, nodesAt } from '../../ingest/assembly/tree';
import { lengthOf, listOf, nameCount, nameOfKey, NO_NAME, SEMICOLON, textOf, textsInOrder } from './names';
export { name, setFrames } from './names';

/** Writes a weight that is no whole number below 2^53 as JavaScript prints it; returns its length, 40 at most. */
@external("env", "printed")
declare function printed(weight: f64, at: usize): i32;

const SPACE: u8 = 32;
const NEWLINE: u8 = 10;

/** Memory that the other side fills in. */
export function allocate(size: usize): usize { return heap.alloc(size + 16); }

// ---- the tree of names --------------------------------------------------------------------------------

/** The folded node of each of the profile's; -1 where nothing is left of its stack. */
let place: usize = 0;
let sums: usize = 0;
let ends: usize = 0;

/** Folds a profile's stacks: parent and key of each node, in columns. */
export function fold(count: i32, parents: usize, keys: usize): void {
  place = heap.alloc(<usize>count << 2);
  for (let node = 0; node < count; node++) {
    const at = <usize>node << 2;
    const parent = load<i32>(parents + at);
    let folded = parent < 0 ? -1 : load<i32>(place + (<usize>parent << 2));
    const name = nameOfKey(load<i32>(keys + at));
    if (name >= 0) {
      folded = child(folded, name);
    } else if (name < NO_NAME) {
      const list = listOf(name);
      const names = load<i32>(list);
      for (let i = 1; i <= names; i++) folded = child(folded, load<i32>(list + (<usize>i << 2)));
    }
    store<i32>(place + at, folded);
  }
  const size = <usize>nodeCount();
  sums = heap.alloc(size << 3);
  memory.fill(sums, 0, size << 3);
  ends = heap.alloc(size);
  memory.fill(ends, 0, size);
}

/** Adds a run's weights and samples, by the profile's nodes from the first on. */
export function add(count: i32, weights: usize, samples: usize): void {
  for (let node = 0; node < count; node++) {
    if (load<u32>(samples + (<usize>node << 2)) == 0) continue;
    const folded = <usize>load<i32>(place + (<usize>node << 2));
    const at = sums + (folded << 3);
    store<f64>(at, load<f64>(at) + load<f64>(weights + (<usize>node << 3)));
    store<u8>(ends + folded, 1);
  }
}

// ---- order ----------------------------------------------------------------------------------------------

/** First item below each node (at node + 1; at the top: 0), and the item behind each; -1: none. */
let first: usize = 0;
let next: usize = 0;

/** Puts what stands below each node into the bytewise order of the lines, as `inBytewiseOrder` in ../fold.ts. */
export function sort(): void {
  const names = nameCount();
  const order = textsInOrder();
  const size = nodeCount();
  const nodes = nodesAt();
  const goesOn = heap.alloc(size + 1);
  memory.fill(goesOn, 0, size + 1);
  // the nodes of each name, in a list
  const ofName = filled(names);
  const another = filled(size);
  for (let node = size - 1; node >= 0; node--) {
    const parent = load<i32>(nodes + (<usize>node << 3));
    const name = load<i32>(nodes + (<usize>node << 3), 4);
    store<u8>(goesOn + (parent + 1), 1);
    store<i32>(another + (<usize>node << 2), load<i32>(ofName + (<usize>name << 2)));
    store<i32>(ofName + (<usize>name << 2), node);
  }
  first = filled(size + 1);
  next = filled(2 * size);
  // from the last to the first: each is put in front of those that come later
  for (let i = 2 * names - 1; i >= 0; i--) {
    const text = load<i32>(order + (<usize>i << 2));
    for (let node = load<i32>(ofName + (<usize>(text >> 1) << 2)); node >= 0; node = load<i32>(another + (<usize>node << 2))) {
      if (load<u8>((text & 1) == 1 ? goesOn + (node + 1) : ends + node) == 0) continue;
      const above = first + (<usize>(load<i32>(nodes + (<usize>node << 3)) + 1) << 2);
      const item = 2 * node + (text & 1);
      store<i32>(next + (<usize>item << 2), load<i32>(above));
      store<i32>(above, item);
    }
  }
  push(load<i32>(first), 0);
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

/** The digits of a weight; returns behind them. */
function putWeight(weight: f64, at: usize): usize {
  if (!(weight >= 0 && weight < 9007199254740992 && Math.floor(weight) == weight))
    return at + printed(weight, at);
  let value = <u64>weight;
  let digits = 1;
  for (let v = value; v >= 10; v /= 10) digits++;
  for (let p = at + digits; p > at; ) {
    store<u8>(--p, 48 + <u8>(value % 10));
    value /= 10;
  }
  return at + digits;
}

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
    at = putWeight(load<f64>(sums + (<usize>node << 3)), at);
    store<u8>(at++, NEWLINE);
  }
  return <i32>(at - out);
}
