// Sides' folded stacks as columns in preorder: what ../stack-columns.ts does in TypeScript. Columns with a number a node
// are written as JSON.
import { filled, grown } from '../../ingest/assembly/memory';
import { nodeCount, nodesAt } from '../../ingest/assembly/tree';
import { nameCount } from './names';
import { begin, beginArray, endArray, endNumber, placeOfNumber } from './json-arrays';
import { putWeight, putWhole } from './numbers';
import { endsAt, nodesOf, weightAt } from './sides';

@inline
function parentOf(node: i32): i32 { return load<i32>(nodesAt() + (<usize>node << 3)); }
@inline
function nameOf(node: i32): i32 { return load<i32>(nodesAt() + (<usize>node << 3), 4); }
@inline
function get(column: usize, i: i32): i32 { return load<i32>(column + (<usize>i << 2)); }
@inline
function set(column: usize, i: i32, value: i32): void { store<i32>(column + (<usize>i << 2), value); }

// ---- preorder ------------------------------------------------------------------------------------------------

/** The nodes on stacks of the sides that count, parents first and every subtree in one piece. */
let order: usize = 0;
let count: i32 = 0;
/** Levels between the node before and each one's parent. */
let up: usize = 0;

/** Brings the nodes into their order; bit i of `counts`: side i counts. */
export function preorder(counts: i32): void {
  const size = nodeCount();
  const wanted = onStacks(size, counts);
  // first children, those of the top at 0, of node n at n + 1; and next siblings
  const first = filled(size + 1);
  const next = filled(size);
  for (let node = size - 1; node >= 0; node--) {
    if (load<u8>(wanted + node) == 0) continue;
    const above = parentOf(node) + 1;
    set(next, node, get(first, above));
    set(first, above, node);
  }
  order = heap.alloc(<usize>size << 2);
  up = heap.alloc(<usize>size << 2);
  count = 0;
  let level = 0;
  let node = get(first, 0);
  while (node >= 0) {
    set(order, count, node);
    set(up, count++, level);
    level = 0;
    const below = get(first, node + 1);
    if (below >= 0) {
      node = below;
      continue;
    }
    while (node >= 0 && get(next, node) < 0) {
      node = parentOf(node);
      level++;
    }
    if (node < 0) break;
    node = get(next, node);
    level++;
  }
  heap.free(first);
  heap.free(next);
  heap.free(wanted);
}

/** 1: a stack ends at this node or below. */
function onStacks(size: i32, counts: i32): usize {
  const wanted = heap.alloc(<usize>size);
  memory.fill(wanted, 0, <usize>size);
  for (let side = 0; counts >> side != 0; side++) {
    if ((counts >> side & 1) == 0) continue;
    const known = nodesOf(side);
    for (let node = 0; node < known; node++) if (endsAt(side, node)) store<u8>(wanted + node, 1);
  }
  // children come after their parents, so that one pass from the end marks every path
  for (let node = size - 1; node >= 0; node--) {
    const above = parentOf(node);
    if (above >= 0 && load<u8>(wanted + node) != 0) store<u8>(wanted + above, 1);
  }
  return wanted;
}

export function upText(): i32 {
  begin();
  beginArray();
  for (let i = 0; i < count; i++) endNumber(putWhole(get(up, i), placeOfNumber()));
  return endArray();
}

// ---- ranks ---------------------------------------------------------------------------------------------------

/** Names in the order of first sight. */
let seen: usize = 0;
let seenNames: i32 = 0;
export function seenAt(): usize { return seen; }
export function seenCount(): i32 { return seenNames; }

/** Places in `seen` of the names that are new below a name, in the order of first sight. */
let fresh: usize = heap.alloc(4 << 10);
let freshRoom: i32 = 1 << 10;
let freshNames: i32 = 0;
export function freshAt(): usize { return fresh; }
export function freshCount(): i32 { return freshNames; }

/** Pairs of a name and the one above, at the top 0, else that one's id and 1 (8 bytes), by the order of first sight. */
let pairs: usize = heap.alloc(8 << 10);
/** Which of the names below the one above it is. */
let pairRank: usize = heap.alloc(4 << 10);
let slots: usize = 0;
let capacity: i32 = 1 << 12;

@inline
function slotOf(pair: u64): i32 {
  const h = pair * 0x9e3779b97f4a7c15;
  return <i32>((h ^ (h >> 32)) >> 4) & (capacity - 1);
}

/** Which of the names seen below the name above so far each node's is; one past them: the next fresh one. */
export function rankText(): i32 {
  const names = nameCount();
  const placeOf = filled(names);
  const below = heap.alloc(<usize>(names + 1) << 2);
  memory.fill(below, 0, <usize>(names + 1) << 2);
  seen = heap.alloc(<usize>names << 2);
  slots = filled(capacity);
  begin();
  beginArray();
  for (let i = 0; i < count; i++) {
    const node = get(order, i);
    const parent = parentOf(node);
    const name = nameOf(node);
    if (get(placeOf, name) < 0) {
      set(seen, seenNames, name);
      set(placeOf, name, seenNames++);
    }
    const above = parent < 0 ? 0 : nameOf(parent) + 1;
    const pair = <u64>(<u32>above) | (<u64>name << 32);
    let slot = slotOf(pair);
    let known = get(slots, slot);
    while (known >= 0 && load<u64>(pairs + (<usize>known << 3)) != pair) {
      slot = (slot + 1) & (capacity - 1);
      known = get(slots, slot);
    }
    if (known < 0) {
      const rank = get(below, above);
      set(below, above, rank + 1);
      known = addPair(pair, slot, rank, get(placeOf, name));
    }
    endNumber(putWhole(get(pairRank, known), placeOfNumber()));
  }
  return endArray();
}

function addPair(pair: u64, slot: i32, rank: i32, name: i32): i32 {
  const made = freshNames++;
  if (made == freshRoom) {
    fresh = grown(fresh, <usize>freshRoom << 2);
    pairRank = grown(pairRank, <usize>freshRoom << 2);
    pairs = grown(pairs, <usize>freshRoom << 3);
    freshRoom *= 2;
  }
  set(fresh, made, name);
  set(pairRank, made, rank);
  store<u64>(pairs + (<usize>made << 3), pair);
  set(slots, slot, made);
  if (freshNames * 2 > capacity) rehash();
  return made;
}

function rehash(): void {
  heap.free(slots);
  capacity *= 2;
  slots = filled(capacity);
  for (let i = 0; i < freshNames; i++) {
    let slot = slotOf(load<u64>(pairs + (<usize>i << 3)));
    while (get(slots, slot) >= 0) slot = (slot + 1) & (capacity - 1);
    set(slots, slot, i);
  }
}

// ---- ends ----------------------------------------------------------------------------------------------------

/** At which nodes a side's stacks end: the distance from the one before. */
export function endsText(side: i32): i32 {
  begin();
  beginArray();
  let before = -1;
  for (let i = 0; i < count; i++) {
    if (!isEnd(side, get(order, i))) continue;
    endNumber(putWhole(i - before, placeOfNumber()));
    before = i;
  }
  return endArray();
}

export function weightsText(side: i32): i32 {
  begin();
  beginArray();
  for (let i = 0; i < count; i++) {
    const node = get(order, i);
    if (isEnd(side, node)) endNumber(putWeight(weightAt(side, node), placeOfNumber()));
  }
  return endArray();
}

@inline
function isEnd(side: i32, node: i32): bool { return node < nodesOf(side) && endsAt(side, node); }
