/**
 * A prefix tree over key ids, in columns that are open to read: parents come before children. Also an
 * index of pairs of keys, with one for `parent`. Open addressing: a tree is built once per
 * recording and round, and a Map of texts would cost more than all else that is done with it.
 */
export class KeyTree {
  size = 0;
  /** -1 at the top. */
  parent: Int32Array;
  key: Int32Array;
  /** Node + 1 by hash; 0: free. Twice as many as nodes fit. */
  private slots: Int32Array;

  /** `expected` nodes are stored without growing. */
  constructor(expected = 0) {
    let room = 64;
    while (room < expected) room *= 2;
    this.parent = new Int32Array(room);
    this.key = new Int32Array(room);
    this.slots = new Int32Array(room * 2);
  }

  /** The node of `key` under `parent`, made if it is new. */
  child(parent: number, key: number): number {
    const mask = this.slots.length - 1;
    let slot = hash(parent, key) & mask;
    for (;;) {
      const node = (this.slots[slot] ?? 0) - 1;
      if (node < 0) break;
      if (this.key[node] === key && this.parent[node] === parent) return node;
      slot = (slot + 1) & mask;
    }
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
    const mask = this.slots.length - 1;
    for (let slot = hash(parent, key) & mask; ; slot = (slot + 1) & mask) {
      const node = (this.slots[slot] ?? 0) - 1;
      if (node < 0 || (this.key[node] === key && this.parent[node] === parent)) return node;
    }
  }

  private grow(): void {
    const room = this.parent.length * 2;
    this.parent = copied(this.parent, room);
    this.key = copied(this.key, room);
    this.slots = new Int32Array(room * 2);
    const mask = this.slots.length - 1;
    for (let node = 0; node < this.size; node++) {
      let slot = hash(this.parent[node] ?? 0, this.key[node] ?? 0) & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = node + 1;
    }
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
