/** Interns strings: equal text, equal id; ids count from 0 in order of first sight. */
export class StringTable {
  private readonly ids = new Map<string, number>();
  readonly values: string[] = [];

  id(text: string): number {
    const known = this.ids.get(text);
    if (known !== undefined) return known;
    const id = this.values.length;
    this.ids.set(text, id);
    this.values.push(text);
    return id;
  }

  /** The id of a text seen before, or undefined. */
  find(text: string): number | undefined {
    return this.ids.get(text);
  }

  /** Text of an id handed out by this table. */
  text(id: number): string {
    const value = this.values[id];
    if (value === undefined) throw new RangeError(`string id ${id} of ${this.values.length}`);
    return value;
  }

  get size(): number {
    return this.values.length;
  }
}

/** One frame as recorded. Addresses are split in two: no double holds 0xffffffff81000000 and its neighbour. */
export interface RawFrame {
  addressHi: number;
  addressLo: number;
  symbol: string;
  /** Bytes from the symbol's start; -1 where the recording does not say. */
  offset: number;
  /** "" where the recording does not say. */
  dso: string;
  /** perf's `(inlined)`: shares its address with the frame that it was inlined into. */
  inlined: boolean;
}

/** Interns frames by all their fields; ids count from 0. Columns are parallel; what stands behind `size` says nothing. */
export class FrameTable {
  /** Open addressing over the columns: frame id, -1 where a slot is free. Made when the first frame is asked for. */
  private slots = new Int32Array(0);
  private count = 0;
  private room = 1 << 9;
  addressHi = new Uint32Array(this.room);
  addressLo = new Uint32Array(this.room);
  symbol = new Int32Array(this.room);
  offset = new Float64Array(this.room);
  dso = new Int32Array(this.room);
  /** 1 of frames that were inlined. */
  inlined = new Uint8Array(this.room);

  constructor(readonly strings: StringTable) {}

  id(frame: RawFrame): number {
    return this.find(
      frame.addressHi,
      frame.addressLo,
      this.strings.id(frame.symbol),
      frame.offset,
      this.strings.id(frame.dso),
      frame.inlined ? 1 : 0,
    );
  }

  /** A frame with the names of `like`, at another address and offset (-1: none). */
  idLike(like: number, addressHi: number, addressLo: number, offset: number): number {
    return this.find(
      addressHi,
      addressLo,
      this.symbol[like] ?? 0,
      offset,
      this.dso[like] ?? 0,
      this.inlined[like] ?? 0,
    );
  }

  private find(
    addressHi: number,
    addressLo: number,
    symbol: number,
    offset: number,
    dso: number,
    inlined: number,
  ): number {
    if (this.slots.length < 2 * this.count + 2) this.rehash();
    const { slots, symbol: symbols } = this;
    const mask = slots.length - 1;
    let slot = frameHash(addressHi, addressLo, symbol, offset, dso) & mask;
    for (let id = slots[slot] ?? -1; id >= 0; id = slots[slot] ?? -1) {
      if (
        this.addressLo[id] === addressLo &&
        this.addressHi[id] === addressHi &&
        symbols[id] === symbol &&
        this.offset[id] === offset &&
        this.dso[id] === dso &&
        this.inlined[id] === inlined
      )
        return id;
      slot = (slot + 1) & mask;
    }
    const id = this.count++;
    if (id === this.room) this.grow();
    slots[slot] = id;
    this.addressHi[id] = addressHi;
    this.addressLo[id] = addressLo;
    this.symbol[id] = symbol;
    this.offset[id] = offset;
    this.dso[id] = dso;
    this.inlined[id] = inlined;
    return id;
  }

  /** The frame behind an id handed out by this table. */
  frame(id: number): RawFrame {
    if (!(id >= 0 && id < this.count)) throw new RangeError(`frame id ${id} of ${this.count}`);
    return {
      addressHi: this.addressHi[id] ?? 0,
      addressLo: this.addressLo[id] ?? 0,
      symbol: this.strings.text(this.symbol[id] ?? 0),
      offset: this.offset[id] ?? -1,
      dso: this.strings.text(this.dso[id] ?? 0),
      inlined: this.inlined[id] === 1,
    };
  }

  get size(): number {
    return this.count;
  }

  private grow(): void {
    this.room *= 2;
    this.addressHi = longer(this.addressHi, new Uint32Array(this.room));
    this.addressLo = longer(this.addressLo, new Uint32Array(this.room));
    this.symbol = longer(this.symbol, new Int32Array(this.room));
    this.offset = longer(this.offset, new Float64Array(this.room));
    this.dso = longer(this.dso, new Int32Array(this.room));
    this.inlined = longer(this.inlined, new Uint8Array(this.room));
  }

  private rehash(): void {
    let length = 1 << 11;
    while (length < 4 * this.size + 4) length *= 2;
    const slots = new Int32Array(length).fill(-1);
    for (let id = 0; id < this.size; id++) {
      let slot =
        frameHash(
          this.addressHi[id] ?? 0,
          this.addressLo[id] ?? 0,
          this.symbol[id] ?? 0,
          this.offset[id] ?? 0,
          this.dso[id] ?? 0,
        ) &
        (length - 1);
      while ((slots[slot] ?? -1) >= 0) slot = (slot + 1) & (length - 1);
      slots[slot] = id;
    }
    this.slots = slots;
  }
}

function longer<T extends Uint8Array | Uint32Array | Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function frameHash(hi: number, lo: number, symbol: number, offset: number, dso: number): number {
  let h = Math.imul(lo ^ Math.imul(hi, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15) ^ symbol, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13) ^ dso, 0x27d4eb2f);
  // offsets beyond 32 bits are rare, and equal in these
  h = Math.imul(h ^ (h >>> 16) ^ (offset | 0), 0x165667b1);
  return (h ^ (h >>> 15)) >>> 0;
}
