import type { FrameTable } from '../ingest/index.js';

/**
 * Callchains as a prefix tree, root first. A node's key is its parent and what it stands for: a frame
 * id (0 or more), or a task, coded as -1 - (string id of its name), which is only found at the top.
 * Parents come before children. Open addressing over typed arrays: recordings hold millions of
 * samples, but only so many distinct stacks.
 */
export class StackTable {
  /** The index; empty where there is none yet. */
  private slots = new Int32Array(0);
  /** Nodes that are in the index: those that were appended come in when it is asked. */
  private indexed = 0;
  private parents: Int32Array;
  private keys: Int32Array;
  private count = 0;

  /** `expected` nodes are stored without growing, which takes longer than filling. */
  constructor(private readonly expected = 0) {
    this.parents = new Int32Array(Math.max(expected, 1 << 11));
    this.keys = new Int32Array(this.parents.length);
  }

  get size(): number {
    return this.count;
  }

  /** The node of `key` under `parent` (-1: at the top), made if it is new. */
  child(parent: number, key: number): number {
    if (this.indexed < this.count || this.slots.length < 2 * this.count + 2) this.index();
    const { slots, parents, keys } = this;
    const mask = slots.length - 1;
    let slot = hash(parent, key) & mask;
    for (;;) {
      const node = slots[slot] ?? -1;
      if (node < 0) break;
      if (parents[node] === parent && keys[node] === key) return node;
      slot = (slot + 1) & mask;
    }
    slots[slot] = this.count;
    this.indexed++;
    return this.append(parent, key);
  }

  private append(parent: number, key: number): number {
    const node = this.count++;
    if (node >= this.parents.length) {
      this.parents = doubled(this.parents);
      this.keys = doubled(this.keys);
    }
    this.parents[node] = parent;
    this.keys[node] = key;
    return node;
  }

  /** Takes over all nodes from elsewhere. */
  take({ parents, keys }: { parents: Int32Array; keys: Int32Array }): void {
    this.count = parents.length;
    this.parents = parents;
    this.keys = keys;
    this.slots = new Int32Array(0);
    this.indexed = 0;
  }

  parent(node: number): number {
    return this.parents[node] ?? -1;
  }

  key(node: number): number {
    return this.keys[node] ?? 0;
  }

  /** Parents and keys of all nodes, as they lie in memory. */
  get columns(): { parents: Int32Array; keys: Int32Array } {
    return {
      parents: this.parents.subarray(0, this.count),
      keys: this.keys.subarray(0, this.count),
    };
  }

  /** Brings all nodes into the index, and makes it large enough for one more. */
  private index(): void {
    let capacity = Math.max(1 << 12, this.slots.length);
    while (capacity < 2 * this.count + 2 || capacity < this.expected) capacity *= 2;
    if (capacity > this.slots.length) {
      // larger than needed now: it is made anew each time that it is full
      this.slots = new Int32Array(capacity * 2).fill(-1);
      this.indexed = 0;
    }
    const { slots, parents, keys, count } = this;
    const mask = slots.length - 1;
    for (let node = this.indexed; node < count; node++) {
      let slot = hash(parents[node] ?? 0, keys[node] ?? 0) & mask;
      while ((slots[slot] ?? -1) >= 0) slot = (slot + 1) & mask;
      slots[slot] = node;
    }
    this.indexed = count;
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

/** What a task is called in folded stacks. */
export function foldedTask(frames: FrameTable, key: number): string {
  return frames.strings.text(taskName(key)).trim().replaceAll(' ', '_').replaceAll(';', ':');
}

function hash(parent: number, key: number): number {
  let h = Math.imul(parent + 0x9e3779b9, 0x85ebca6b) ^ Math.imul(key, 0xc2b2ae35);
  h ^= h >>> 16;
  h = Math.imul(h, 0x7feb352d);
  return (h ^ (h >>> 15)) >>> 0;
}

function doubled(from: Int32Array): Int32Array<ArrayBuffer> {
  const to = new Int32Array(from.length * 2 + 1);
  to.set(from);
  return to;
}
