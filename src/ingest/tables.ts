/** A frame's fields, texts by their ids; `inlined` is 0 or 1. */
export type FrameFields = [
  addressHi: number,
  addressLo: number,
  symbol: number,
  offset: number,
  dso: number,
  inlined: number,
];

/** Holds the texts and frames while a scanner reads, which must know them before this side does. */
export interface TableSource {
  readonly texts: number;
  /** The id of a text, made if it is new. */
  textId(text: string): number;
  text(id: number): string;
  /** The id of a frame, made if it is new. */
  frameId(...frame: FrameFields): number;
}

/** Texts as UTF-8, one behind the other in the order of their ids, and where each ends. */
export interface TextPool {
  /** In memory of their own. */
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
}

const NO_TEXTS = { bytes: Buffer.alloc(0), ends: new Uint32Array(0) };

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Interns strings: equal text, equal id; ids count from 0 in order of first sight. */
export class StringTable {
  private readonly ids = new Map<string, number>();
  /** Texts that were asked for, or that came as such. */
  private texts: (string | undefined)[] = [];
  private count = 0;
  /** Of the first ids: their texts, wherever they are not in `texts`. */
  private pool: TextPool & { bytes: Buffer } = NO_TEXTS;
  /** Whether `ids` has all texts. */
  private indexed = true;
  private source: TableSource | null = null;

  id(text: string): number {
    if (this.source !== null) return this.source.textId(text);
    if (!this.indexed) this.index();
    const known = this.ids.get(text);
    if (known !== undefined) return known;
    const id = this.count++;
    this.ids.set(text, id);
    this.texts[id] = text;
    return id;
  }

  /** Text of an id handed out by this table. */
  text(id: number): string {
    if (this.source !== null) return this.source.text(id);
    return this.texts[id] ?? this.decoded(id);
  }

  get size(): number {
    return this.source?.texts ?? this.count;
  }

  /** All texts, by their ids. */
  get values(): string[] {
    return Array.from({ length: this.size }, (_, id) => this.text(id));
  }

  /** All texts as bytes, without making strings of them where there are none. */
  get utf8(): TextPool {
    if (this.pool.ends.length === this.count && this.count > 0) return this.pool;
    const { values } = this;
    const ends = new Uint32Array(values.length);
    let end = 0;
    values.forEach((text, id) => (ends[id] = end += Buffer.byteLength(text)));
    return { bytes: new Uint8Array(Buffer.from(values.join(''))), ends };
  }

  /** From here on texts are the source's, which has those of this table already. */
  follow(source: TableSource): void {
    this.source = source;
  }

  /** Takes over all texts from a source, which is left. */
  take(pool: TextPool): void {
    this.source = null;
    this.pool = { ...pool, bytes: asBuffer(pool.bytes) };
    this.count = pool.ends.length;
    this.texts = new Array<string | undefined>(this.count);
    this.indexed = false;
  }

  private decoded(id: number): string {
    const { bytes, ends } = this.pool;
    const end = ends[id];
    if (end === undefined) throw new RangeError(`string id ${id} of ${this.count}`);
    return (this.texts[id] = bytes.toString('utf8', id === 0 ? 0 : ends[id - 1], end));
  }

  private index(): void {
    for (let id = 0; id < this.count; id++) this.ids.set(this.text(id), id);
    this.indexed = true;
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

/** Frames in parallel columns. */
export interface FrameColumns {
  readonly addressHi: Uint32Array;
  readonly addressLo: Uint32Array;
  readonly symbol: Int32Array;
  readonly offset: Float64Array;
  readonly dso: Int32Array;
  readonly inlined: Uint8Array;
}

/** Interns frames by all their fields; ids count from 0. Columns are parallel; what stands behind `size` says nothing. */
export class FrameTable implements FrameColumns {
  private source: TableSource | null = null;
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

  /** From here on frames are the source's, which has those of this table already; null: none are any more. */
  follow(source: TableSource | null): void {
    this.source = source;
    // what is added meanwhile is not in the index
    this.slots = new Int32Array(0);
  }

  /** Takes over the frames that columns have beyond this table's. */
  take(columns: FrameColumns): void {
    const { count: from } = this;
    const to = columns.symbol.length;
    if (to === from) return;
    if (to > this.room) this.grow(to);
    this.addressHi.set(columns.addressHi.subarray(from), from);
    this.addressLo.set(columns.addressLo.subarray(from), from);
    this.symbol.set(columns.symbol.subarray(from), from);
    this.offset.set(columns.offset.subarray(from), from);
    this.dso.set(columns.dso.subarray(from), from);
    this.inlined.set(columns.inlined.subarray(from), from);
    this.count = to;
  }

  private find(...frame: FrameFields): number {
    if (this.source !== null) return this.source.frameId(...frame);
    const [addressHi, addressLo, symbol, offset, dso, inlined] = frame;
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
    if (id === this.room) this.grow(id + 1);
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

  private grow(size: number): void {
    this.room = Math.max(size, 2 * this.room);
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
