/**
 * Callchains as a prefix tree, root first. A node's key is its parent and what it stands for: a frame
 * id (0 or more), or a task, coded as -1 - (string id of its name), which is only found at the top.
 * Parents come before children. Open addressing over typed arrays: recordings hold millions of
 * samples, but only so many distinct stacks.
 */
export class StackTable {
  private capacity = 1 << 12;
  private slots = new Int32Array(this.capacity).fill(-1);
  private parents = new Int32Array(1 << 11);
  private keys = new Int32Array(1 << 11);
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** The node of `key` under `parent` (-1: at the top), made if it is new. */
  child(parent: number, key: number): number {
    let slot = hash(parent, key) & (this.capacity - 1);
    for (;;) {
      const node = this.slots[slot] ?? -1;
      if (node < 0) break;
      if (this.parents[node] === parent && this.keys[node] === key) return node;
      slot = (slot + 1) & (this.capacity - 1);
    }
    const node = this.count++;
    if (node === this.parents.length) {
      this.parents = doubled(this.parents);
      this.keys = doubled(this.keys);
    }
    this.parents[node] = parent;
    this.keys[node] = key;
    this.slots[slot] = node;
    if (this.count * 2 > this.capacity) this.rehash();
    return node;
  }

  parent(node: number): number {
    return this.parents[node] ?? -1;
  }

  key(node: number): number {
    return this.keys[node] ?? 0;
  }

  private rehash(): void {
    this.capacity *= 2;
    this.slots = new Int32Array(this.capacity).fill(-1);
    for (let node = 0; node < this.count; node++) {
      let slot = hash(this.parent(node), this.key(node)) & (this.capacity - 1);
      while ((this.slots[slot] ?? -1) >= 0) slot = (slot + 1) & (this.capacity - 1);
      this.slots[slot] = node;
    }
  }
}

/** A task's key, from the string id of its name. */
export function taskKey(stringId: number): number {
  return -1 - stringId;
}

/** The string id behind a task's key. */
export function taskName(key: number): number {
  return -1 - key;
}

function hash(parent: number, key: number): number {
  let h = Math.imul(parent + 0x9e3779b9, 0x85ebca6b) ^ Math.imul(key, 0xc2b2ae35);
  h ^= h >>> 16;
  h = Math.imul(h, 0x7feb352d);
  return (h ^ (h >>> 15)) >>> 0;
}

function doubled(from: Int32Array): Int32Array<ArrayBuffer> {
  const to = new Int32Array(from.length * 2);
  to.set(from);
  return to;
}
