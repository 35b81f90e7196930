/**
 * Maps the bytes of a line to a number, so that a line seen before is not read again. Recordings
 * repeat their frame lines by the thousand; looking one up costs one pass over its bytes.
 * Open addressing; the lines' bytes lie in one growing arena.
 */
export class LineCache {
  private capacity = 1 << 12;
  private slots = new Int32Array(this.capacity).fill(-1);
  private hashes = new Int32Array(1 << 11);
  private starts = new Uint32Array((1 << 11) + 1);
  private numbers = new Int32Array(1 << 11);
  private arena = new Uint8Array(1 << 17);
  private count = 0;

  /** The number stored for these bytes, or `make()`'s, which is then stored. */
  get(bytes: Uint8Array, start: number, end: number, make: () => number): number {
    let hash = (end - start) | 0;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] ?? 0)) | 0;
    hash ^= hash >>> 15;
    let slot = hash & (this.capacity - 1);
    for (;;) {
      const entry = this.slots[slot] ?? -1;
      if (entry < 0) break;
      if (this.hashes[entry] === hash && this.equals(entry, bytes, start, end)) {
        return this.numbers[entry] ?? 0;
      }
      slot = (slot + 1) & (this.capacity - 1);
    }
    const number = make();
    this.store(slot, hash, bytes, start, end, number);
    return number;
  }

  private equals(entry: number, bytes: Uint8Array, start: number, end: number): boolean {
    const at = this.starts[entry] ?? 0;
    if ((this.starts[entry + 1] ?? 0) - at !== end - start) return false;
    for (let i = start, j = at; i < end; i++, j++) if (bytes[i] !== this.arena[j]) return false;
    return true;
  }

  private store(
    slot: number,
    hash: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    n: number,
  ) {
    const entry = this.count++;
    if (entry === this.hashes.length) {
      this.hashes = grown(this.hashes, new Int32Array(entry * 2));
      this.numbers = grown(this.numbers, new Int32Array(entry * 2));
      this.starts = grown(this.starts, new Uint32Array(entry * 2 + 1));
    }
    const at = this.starts[entry] ?? 0;
    const after = at + end - start;
    if (after > this.arena.length) {
      this.arena = grown(this.arena, new Uint8Array(Math.max(after, this.arena.length * 2)));
    }
    this.arena.set(bytes.subarray(start, end), at);
    this.starts[entry + 1] = after;
    this.hashes[entry] = hash;
    this.numbers[entry] = n;
    this.slots[slot] = entry;
    if (this.count * 2 > this.capacity) this.rehash();
  }

  private rehash(): void {
    this.capacity *= 2;
    this.slots = new Int32Array(this.capacity).fill(-1);
    for (let entry = 0; entry < this.count; entry++) {
      let slot = (this.hashes[entry] ?? 0) & (this.capacity - 1);
      while ((this.slots[slot] ?? -1) >= 0) slot = (slot + 1) & (this.capacity - 1);
      this.slots[slot] = entry;
    }
  }
}

function grown<T extends Int32Array | Uint32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
