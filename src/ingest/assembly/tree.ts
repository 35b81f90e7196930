// Callchains as a prefix tree, root first; parents come before children. A node's key is a frame id, or
// -1 - (its text's id) of a task at the top.
import { filled, grown } from './memory';

/** Most recordings have fewer nodes; memory costs nothing before it is touched. */
const FIRST: i32 = 1 << 18;
/** Each node: parent (4), key (4). The one below it that was asked for last stands in `recent`. */
let nodes: usize = heap.alloc(<usize>FIRST << 3);
let recent: usize = heap.alloc(<usize>FIRST << 2);
let room: i32 = FIRST;
let count: i32 = 0;
/** The index has the nodes that do not stand right behind their parent. */
let indexed: i32 = 0;
let capacity: i32 = 1 << 13;
let slots: usize = filled(1 << 13);

export function nodeCount(): i32 { return count; }
export function nodesAt(): usize { return nodes; }

@inline
function coded(parent: i32, key: i32): u64 { return <u64>(<u32>parent) | (<u64>key << 32); }

@inline
function slotOf(node: u64): i32 {
  const h = node * 0x9e3779b97f4a7c15;
  return <i32>((h ^ (h >> 32)) >> 4) & (capacity - 1);
}

/** Whether a node stands right behind its parent, where it is found without the index. */
@inline
function isNext(node: i32): bool { return load<i32>(nodes + (<usize>node << 3)) == node - 1; }

/** The node of `key` under `parent` (-1: at the top), made if it is new. */
export function child(parent: i32, key: i32): i32 {
  const wanted = coded(parent, key);
  const next = parent + 1;
  if (next == count) return newNode(wanted);
  if (load<u64>(nodes + (<usize>next << 3)) == wanted) return next;
  let slot = slotOf(wanted);
  let node = load<i32>(slots + (<usize>slot << 2));
  while (node >= 0 && load<u64>(nodes + (<usize>node << 3)) != wanted) {
    slot = (slot + 1) & (capacity - 1);
    node = load<i32>(slots + (<usize>slot << 2));
  }
  if (node >= 0) return node;
  const made = newNode(wanted);
  store<i32>(slots + (<usize>slot << 2), made);
  if (++indexed * 2 > capacity) rehash();
  return made;
}

function newNode(code: u64): i32 {
  const node = count++;
  if (node == room) {
    nodes = grown(nodes, <usize>room << 3);
    recent = grown(recent, <usize>room << 2);
    room *= 2;
  }
  store<u64>(nodes + (<usize>node << 3), code);
  store<i32>(recent + (<usize>node << 2), 0);
  return node;
}

function rehash(): void {
  heap.free(slots);
  capacity *= 2;
  slots = filled(capacity);
  for (let node = 0; node < count; node++) {
    if (isNext(node)) continue;
    let slot = slotOf(load<u64>(nodes + (<usize>node << 3)));
    while (load<i32>(slots + (<usize>slot << 2)) >= 0) slot = (slot + 1) & (capacity - 1);
    store<i32>(slots + (<usize>slot << 2), node);
  }
}

/** Parents of all nodes, and behind them their keys: a copy in columns. */
export function columns(): usize {
  const to = heap.alloc(<usize>count << 3);
  const keys = to + (<usize>count << 2);
  for (let node: usize = 0; node < <usize>count; node++) {
    const code = load<u64>(nodes + (node << 3));
    store<u32>(to + (node << 2), <u32>code);
    store<u32>(keys + (node << 2), <u32>(code >> 32));
  }
  return to;
}

// ---- the current sample's frames, and the last one's path ------------------------------------------

let stackRoom: i32 = 1 << 10;
let stack: usize = heap.alloc(4 << 10);
let pathKeys: usize = heap.alloc(4 << 10);
let pathNodes: usize = heap.alloc(4 << 10);
let pathDepth: i32 = 0;
let pathTop: i32 = -1;

/** Puts the frame that called the last one on the stack, which then holds `depth + 1`. */
@inline
export function push(depth: i32, id: i32): void {
  if (depth == stackRoom) growStack();
  store<i32>(stack + (<usize>depth << 2), id);
}

function growStack(): void {
  stack = grown(stack, <usize>stackRoom << 2);
  pathKeys = grown(pathKeys, <usize>stackRoom << 2);
  pathNodes = grown(pathNodes, <usize>stackRoom << 2);
  stackRoom *= 2;
}

/** The node of the frames on the stack, leaf first, under a task. Consecutive samples share their roots. */
export function walk(top: i32, depth: i32): i32 {
  let i = 0;
  let node = top;
  const root = stack + (<usize>(depth - 1) << 2);
  if (top == pathTop) {
    const shared = min(depth, pathDepth);
    while (i < shared && load<i32>(pathKeys + (<usize>i << 2)) == load<i32>(root - (<usize>i << 2))) i++;
    if (i > 0) node = load<i32>(pathNodes + (<usize>(i - 1) << 2));
  }
  for (; i < depth; i++) {
    const key = load<i32>(root - (<usize>i << 2));
    // the first stack that came here put its nodes one behind the other
    const wanted = coded(node, key);
    let next = node + 1;
    if (next == count || load<u64>(nodes + (<usize>next << 3)) != wanted) {
      next = load<i32>(recent + (<usize>node << 2));
      if (load<u64>(nodes + (<usize>next << 3)) != wanted) {
        next = child(node, key);
        store<i32>(recent + (<usize>node << 2), next);
      }
    }
    node = next;
    store<i32>(pathKeys + (<usize>i << 2), key);
    store<i32>(pathNodes + (<usize>i << 2), node);
  }
  pathDepth = depth;
  pathTop = top;
  return node;
}
