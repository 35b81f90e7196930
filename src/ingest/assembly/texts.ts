// Interned texts: what frames and sample lines are told apart by, and their ids.
import { filled, grown, hashOf, same } from './memory';

/** No such entry; -1 is an entry that is not regular. */
export const NONE: i32 = -2;

export class Texts {
  capacity: i32 = 1 << 13;
  slots: usize = filled(1 << 13);
  room: i32 = 1 << 12;
  /** Each entry: hash (8), arena offset (4), length (4), id (4), first part's length (4). */
  entries: usize = heap.alloc((1 << 12) * 24);
  count: i32 = 0;
  arena: usize = heap.alloc(1 << 18);
  arenaSize: usize = 1 << 18;
  arenaUsed: usize = 0;

  /** The id of a text in two parts; NONE where it is new. */
  @inline
  find(hash: u64, a: usize, aLength: i32, b: usize, bLength: i32): i32 {
    let slot = <i32>hash & (this.capacity - 1);
    let entry = load<i32>(this.slots + (<usize>slot << 2));
    let found = NONE;
    while (entry >= 0) {
      const at = this.entries + <usize>entry * 24;
      if (load<u64>(at) == hash && load<i32>(at, 12) == aLength + bLength && load<i32>(at, 20) == aLength) {
        const text = this.arena + <usize>load<u32>(at, 8);
        if (same(text, a, aLength) && same(text + aLength, b, bLength)) {
          found = load<i32>(at, 16);
          break;
        }
      }
      slot = (slot + 1) & (this.capacity - 1);
      entry = load<i32>(this.slots + (<usize>slot << 2));
    }
    return found;
  }

  /** The id of a text in a table where ids are the numbers of entries; made if it is new. */
  id(at: usize, length: i32): i32 {
    const hash = hashOf(0, at, length);
    const known = this.find(hash, at, length, at, 0);
    if (known != NONE) return known;
    const id = this.count;
    this.add(hash, at, length, at, 0, id);
    return id;
  }

  /** Where an entry's text begins in the arena. */
  @inline
  startOf(entry: i32): i32 { return <i32>load<u32>(this.entries + <usize>entry * 24, 8); }

  /** Where an entry's text ends in the arena: texts lie there one behind the other. */
  @inline
  endOf(entry: i32): i32 {
    const at = this.entries + <usize>entry * 24;
    return <i32>load<u32>(at, 8) + load<i32>(at, 12);
  }

  /** Where each entry's text ends, 4 bytes each: a copy. */
  ends(): usize {
    const ends = heap.alloc(<usize>this.count << 2);
    for (let entry = 0; entry < this.count; entry++) store<i32>(ends + (<usize>entry << 2), this.endOf(entry));
    return ends;
  }

  /** Adds a text that `find` did not find. */
  add(hash: u64, a: usize, aLength: i32, b: usize, bLength: i32, id: i32): void {
    const entry = this.count++;
    if (entry == this.room) {
      this.entries = grown(this.entries, <usize>this.room * 24);
      this.room *= 2;
    }
    const length = <usize>(aLength + bLength);
    while (this.arenaUsed + length + 16 > this.arenaSize) {
      this.arena = grown(this.arena, this.arenaSize);
      this.arenaSize *= 2;
    }
    memory.copy(this.arena + this.arenaUsed, a, aLength);
    memory.copy(this.arena + this.arenaUsed + aLength, b, bLength);
    const at = this.entries + <usize>entry * 24;
    store<u64>(at, hash);
    store<u32>(at, <u32>this.arenaUsed, 8);
    store<i32>(at, aLength + bLength, 12);
    store<i32>(at, id, 16);
    store<i32>(at, aLength, 20);
    this.arenaUsed += length;
    if (this.count * 2 > this.capacity) this.rehash();
    else this.place(entry);
  }

  private place(entry: i32): void {
    let slot = <i32>load<u64>(this.entries + <usize>entry * 24) & (this.capacity - 1);
    while (load<i32>(this.slots + (<usize>slot << 2)) >= 0) slot = (slot + 1) & (this.capacity - 1);
    store<i32>(this.slots + (<usize>slot << 2), entry);
  }

  private rehash(): void {
    heap.free(this.slots);
    this.capacity *= 2;
    this.slots = filled(this.capacity);
    for (let entry = 0; entry < this.count; entry++) this.place(entry);
  }
}
