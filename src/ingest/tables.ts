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

/** Interns frames by all their fields; ids count from 0. Columns are parallel. */
export class FrameTable {
  private readonly ids = new Map<string, number>();
  readonly addressHi: number[] = [];
  readonly addressLo: number[] = [];
  readonly symbol: number[] = [];
  readonly offset: number[] = [];
  readonly dso: number[] = [];
  readonly inlined: boolean[] = [];

  constructor(readonly strings: StringTable) {}

  id(frame: RawFrame): number {
    const symbol = this.strings.id(frame.symbol);
    const dso = this.strings.id(frame.dso);
    const key = `${frame.addressHi},${frame.addressLo},${symbol},${frame.offset},${dso},${frame.inlined ? 1 : 0}`;
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const id = this.symbol.length;
    this.ids.set(key, id);
    this.addressHi.push(frame.addressHi);
    this.addressLo.push(frame.addressLo);
    this.symbol.push(symbol);
    this.offset.push(frame.offset);
    this.dso.push(dso);
    this.inlined.push(frame.inlined);
    return id;
  }

  /** The frame behind an id handed out by this table. */
  frame(id: number): RawFrame {
    const symbol = this.symbol[id];
    if (symbol === undefined) throw new RangeError(`frame id ${id} of ${this.symbol.length}`);
    return {
      addressHi: this.addressHi[id] ?? 0,
      addressLo: this.addressLo[id] ?? 0,
      symbol: this.strings.text(symbol),
      offset: this.offset[id] ?? -1,
      dso: this.strings.text(this.dso[id] ?? 0),
      inlined: this.inlined[id] ?? false,
    };
  }

  get size(): number {
    return this.symbol.length;
  }
}
