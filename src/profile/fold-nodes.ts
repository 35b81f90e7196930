/**
 * Nodes of a prefix tree of names, found by their parent and name; parents come before children. As
 * `StackTable`, and made for its expected size at once: growing in steps took longer than filling.
 */
export class FoldNodes {
  private slots: Int32Array;
  private parents: Int32Array;
  private keys: Int32Array;
  private count = 0;

  constructor(expected: number) {
    this.parents = new Int32Array(Math.max(expected, 16));
    this.keys = new Int32Array(this.parents.length);
    this.slots = emptySlots(this.parents.length);
  }

  /** The node of `name` under `parent` (-1: at the top), made if it is new. */
  child(parent: number, name: number): number {
    const { slots, parents, keys } = this;
    const mask = slots.length - 1;
    let slot = hash(parent, name) & mask;
    for (;;) {
      const node = slots[slot] ?? -1;
      if (node < 0) break;
      if (parents[node] === parent && keys[node] === name) return node;
      slot = (slot + 1) & mask;
    }
    if (this.count === parents.length) {
      this.grow();
      return this.child(parent, name);
    }
    const node = this.count++;
    slots[slot] = node;
    parents[node] = parent;
    keys[node] = name;
    return node;
  }

  /** Parent of each node; -1 at the top. */
  get parent(): Int32Array {
    return this.parents.subarray(0, this.count);
  }

  get name(): Int32Array {
    return this.keys.subarray(0, this.count);
  }

  private grow(): void {
    const { parents, keys } = this;
    this.parents = new Int32Array(parents.length * 2);
    this.keys = new Int32Array(this.parents.length);
    this.slots = emptySlots(this.parents.length);
    this.count = 0;
    for (let node = 0; node < parents.length; node++)
      this.child(parents[node] ?? -1, keys[node] ?? 0);
  }
}

/** At least twice as many slots as nodes, so that runs of taken ones stay short. */
function emptySlots(nodes: number): Int32Array {
  return new Int32Array(2 ** Math.ceil(Math.log2(nodes * 2))).fill(-1);
}

function hash(parent: number, name: number): number {
  let h = Math.imul(parent + 0x9e3779b9, 0x85ebca6b) ^ Math.imul(name, 0xc2b2ae35);
  h ^= h >>> 16;
  h = Math.imul(h, 0x7feb352d);
  return h ^ (h >>> 15);
}
