/**
 * A prefix tree over key ids, in columns that are open to read: parents come before children. Also an
 * index of pairs of keys, with one for `parent`.
 *
 * A hash table of its own: a Map of texts would cost more than all else that is done with a tree. Nodes
 * are made and asked for in runs from caller to callee, so that a parent's first children have their slots
 * next to each other where the parent's id says (two for each parent); all others are found by a hash.
 */
export class KeyTree {
  size = 0;
  /** -1 at the top. */
  parent: Int32Array;
  key: Int32Array;
  /** Node + 1; 0: free. Four times as many as nodes fit. */
  private slots: Int32Array;

  /** `expected` nodes are stored without growing. */
  constructor(expected = 0) {
    let room = 64;
    while (room < expected) room *= 2;
    this.parent = new Int32Array(room);
    this.key = new Int32Array(room);
    this.slots = new Int32Array(room * 4);
  }

  /** The node of `key` under `parent`, made if it is new. */
  child(parent: number, key: number): number {
    const slot = this.slotOf(parent, key);
    const found = this.slots[slot] ?? 0;
    if (found !== 0) return found - 1;
    if (this.size === this.parent.length) {
      this.grow();
      return this.child(parent, key);
    }
    const node = this.size++;
    this.slots[slot] = node + 1;
    this.parent[node] = parent;
    this.key[node] = key;
    return node;
  }

  /** The node of `key` under `parent`; -1: there is none. */
  find(parent: number, key: number): number {
    return (this.slots[this.slotOf(parent, key)] ?? 0) - 1;
  }

  /** Where a node is, or belongs. In one piece, as it runs most of its time before it is compiled. */
  private slotOf(parent: number, key: number): number {
    const { slots, parent: parents, key: keys } = this;
    const mask = slots.length - 1;
    let slot = (parent * 2 + 2 + (key & 1)) & mask;
    let found = slots[slot] ?? 0;
    if (found === 0 || (keys[found - 1] === key && parents[found - 1] === parent)) return slot;
    slot = hash(parent, key) & mask;
    for (;;) {
      found = slots[slot] ?? 0;
      if (found === 0 || (keys[found - 1] === key && parents[found - 1] === parent)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private grow(): void {
    const room = this.parent.length * 2;
    this.parent = copied(this.parent, room);
    this.key = copied(this.key, room);
    this.slots = new Int32Array(room * 4);
    for (let node = 0; node < this.size; node++)
      this.slots[this.slotOf(this.parent[node] ?? 0, this.key[node] ?? 0)] = node + 1;
  }
}

function copied(from: Int32Array, length: number): Int32Array {
  const to = new Int32Array(length);
  to.set(from);
  return to;
}

function hash(parent: number, key: number): number {
  let h = Math.imul(parent + 0x9e3779b9, 0x85ebca6b) ^ Math.imul(key, 0xc2b2ae35);
  h ^= h >>> 16;
  h = Math.imul(h, 0x7feb352d);
  return (h ^ (h >>> 15)) >>> 0;
}
