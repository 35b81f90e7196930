// The tree that is being built, or the pairs of keys: ../key-tree.ts.
import { filled, get, set } from './columns';

let size: i32 = 0;
let parents: usize = 0;
let keys: usize = 0;
/** Node + 1; 0: free. A node right behind its parent is found there, and not in here. */
let slots: usize = 0;
let mask: i32 = 0;

export function begin(most: i32): void {
  let room = 64;
  while (room < most) room *= 2;
  parents = heap.alloc((<usize>most << 2) + 16);
  keys = heap.alloc((<usize>most << 2) + 16);
  slots = filled(<usize>room << 3, 0);
  mask = 2 * room - 1;
  size = 0;
}

@inline
function append(parent: i32, key: i32): i32 {
  set(parents, size, parent);
  set(keys, size, key);
  return size++;
}

/** The node of `key` under `parent`, made if it is new. */
export function child(parent: i32, key: i32): i32 {
  const next = parent + 1;
  if (next == size) return append(parent, key);
  if (get(keys, next) == key && get(parents, next) == parent) return next;
  return pairOf(parent, key);
}

/** The number of a pair, which is given one if it is new. */
export function pairOf(parent: i32, key: i32): i32 {
  let h = ((<u32>parent + 0x9e3779b9) * 0x85ebca6b) ^ (<u32>key * 0xc2b2ae35);
  h ^= h >>> 16;
  h *= 0x7feb352d;
  let slot = <i32>(h ^ (h >>> 15)) & mask;
  for (;;) {
    const found = get(slots, slot) - 1;
    if (found < 0) break;
    if (get(keys, found) == key && get(parents, found) == parent) return found;
    slot = (slot + 1) & mask;
  }
  set(slots, slot, size + 1);
  return append(parent, key);
}

/** Nobody will ask for a node of it any more. */
export function endTree(): void { heap.free(slots); }
export function dropTree(): void {
  heap.free(parents);
  heap.free(keys);
}

/** The index itself, for `KeyPairs`, which hashes alike; it is given up by whoever takes it. */
export function slotsAt(): usize { return slots; }
export function slotCount(): i32 { return mask + 1; }

export function treeSize(): i32 { return size; }
export function parentsAt(): usize { return parents; }
export function keysAt(): usize { return keys; }
