import type { KeyNodes } from './columns.js';

/**
 * An index of pairs of keys, in columns that are open to read: `parent` is the one, `key` the other.
 *
 * A hash table of its own: a Map of texts would cost more than all else that is done with it.
 */
export class KeyPairs implements KeyNodes {
  size = 0;
  parent: Int32Array;
  key: Int32Array;
  /** Node + 1; 0: free. Twice as many as nodes fit. */
  private slots: Int32Array;

  /** `expected` pairs are stored without growing. */
  constructor(expected = 0) {
    let room = 64;
    while (room < expected) room *= 2;
    this.parent = new Int32Array(room);
    this.key = new Int32Array(room);
    this.slots = new Int32Array(room * 2);
  }

  /** Pairs that WebAssembly has indexed by the same hash (assembly/key-tree.ts), in its columns. */
  static of(parent: Int32Array, key: Int32Array, slots: Int32Array): KeyPairs {
    return Object.assign(new KeyPairs(), { size: parent.length, parent, key, slots });
  }

  /** The number of a pair, which is given one if it is new. */
  child(parent: number, key: number): number {
    const slot = this.slotOf(parent, key);
    const found = this.slots[slot] ?? 0;
    if (found !== 0) return found - 1;
    if (this.size === this.parent.length) {
      this.grow();
      return this.child(parent, key);
    }
    this.slots[slot] = this.size + 1;
    return this.add(parent, key);
  }

  /** The number of a pair; -1: there is none. */
  find(parent: number, key: number): number {
    return (this.slots[this.slotOf(parent, key)] ?? 0) - 1;
  }

  protected add(parent: number, key: number): number {
    if (this.size === this.parent.length) this.grow();
    const node = this.size++;
    this.parent[node] = parent;
    this.key[node] = key;
    return node;
  }

  /** Whether a node is found through the table. */
  protected isInTable(_node: number): boolean {
    return true;
  }

  /** Where a node is, or belongs. In one piece, as it runs most of its time before it is compiled. */
  private slotOf(parent: number, key: number): number {
    const { slots, parent: parents, key: keys } = this;
    const mask = slots.length - 1;
    let slot = hash(parent, key) & mask;
    for (;;) {
      const found = slots[slot] ?? 0;
      if (found === 0 || (keys[found - 1] === key && parents[found - 1] === parent)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private grow(): void {
    const room = this.slots.length;
    this.parent = copied(this.parent, room);
    this.key = copied(this.key, room);
    this.slots = new Int32Array(room * 2);
    for (let node = 0; node < this.size; node++)
      if (this.isInTable(node))
        this.slots[this.slotOf(this.parent[node] ?? 0, this.key[node] ?? 0)] = node + 1;
  }
}

/**
 * A prefix tree over key ids: parents come before children, and `parent` is a node of the tree or -1. Nodes are made and
 * asked for in runs from caller to callee, so that most stand right behind their parents: those are found there, and
 * only the others are in the table.
 */
export class KeyTree extends KeyPairs {
  /** The node of `key` under `parent`, made if it is new. */
  override child(parent: number, key: number): number {
    const next = parent + 1;
    // the parent was made last: it has no children yet
    if (next === this.size) return this.add(parent, key);
    if (this.key[next] === key && this.parent[next] === parent) return next;
    return super.child(parent, key);
  }

  /** The node of `key` under `parent`; -1: there is none. */
  override find(parent: number, key: number): number {
    const next = parent + 1;
    if (next < this.size && this.key[next] === key && this.parent[next] === parent) return next;
    return super.find(parent, key);
  }

  protected override isInTable(node: number): boolean {
    return this.parent[node] !== node - 1;
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
