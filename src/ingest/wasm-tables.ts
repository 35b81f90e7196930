/** Texts and frames in the scanner's memory (assembly/names.ts), for as long as it reads. */
import type { FrameColumns, FrameFields, FrameTable, TableSource, TextPool } from './tables.js';
import type { WasmMemory } from './wasm.js';

export interface TableExports {
  readonly memory: WasmMemory;
  placeForText(size: number): number;
  text(at: number, length: number): number;
  textCount(): number;
  textsAt(): number;
  textEnd(id: number): number;
  textEnds(): number;
  frame(...frame: FrameFields): number;
  framesKnown(): number;
  addressHiAt(): number;
  addressLoAt(): number;
  symbolAt(): number;
  dsoAt(): number;
  offsetAt(): number;
  inlinedAt(): number;
}

export class WasmTables implements TableSource {
  /** All of the module's memory. */
  private bytes = Buffer.alloc(0);

  /** From here on `frames`, and its strings, are the module's. */
  constructor(
    private readonly wasm: TableExports,
    private readonly frames: FrameTable,
  ) {
    const { strings, size } = frames;
    for (const text of strings.values) this.textId(text);
    for (let id = 0; id < size; id++) {
      const [hi, lo] = [frames.addressHi[id] ?? 0, frames.addressLo[id] ?? 0];
      const [symbol, dso] = [frames.symbol[id] ?? 0, frames.dso[id] ?? 0];
      wasm.frame(hi, lo, symbol, frames.offset[id] ?? -1, dso, frames.inlined[id] ?? 0);
    }
    strings.follow(this);
    frames.follow(this);
  }

  get texts(): number {
    return this.wasm.textCount();
  }

  textId(text: string): number {
    const { wasm } = this;
    const at = wasm.placeForText(Buffer.byteLength(text));
    return wasm.text(at, this.memory.write(text, at));
  }

  text(id: number): string {
    const { wasm } = this;
    if (!(id >= 0 && id < this.texts)) throw new RangeError(`string id ${id} of ${this.texts}`);
    const begin = id === 0 ? 0 : wasm.textEnd(id - 1);
    const at = wasm.textsAt();
    return this.memory.toString('utf8', at + begin, at + wasm.textEnd(id));
  }

  frameId(...frame: FrameFields): number {
    const id = this.wasm.frame(...frame);
    this.pull();
    return id;
  }

  /** Brings the frame table's columns up to date. */
  pull(): void {
    if (this.wasm.framesKnown() > this.frames.size) this.frames.take(this.columns());
  }

  /** Gives texts and frames back to their tables, which are their own again. */
  release(): void {
    const { frames } = this;
    frames.take(this.columns());
    frames.follow(null);
    frames.strings.take(this.pool());
  }

  private columns(): FrameColumns {
    const { wasm } = this;
    const { buffer } = wasm.memory;
    const size = wasm.framesKnown();
    return {
      addressHi: new Uint32Array(buffer, wasm.addressHiAt(), size),
      addressLo: new Uint32Array(buffer, wasm.addressLoAt(), size),
      symbol: new Int32Array(buffer, wasm.symbolAt(), size),
      offset: new Float64Array(buffer, wasm.offsetAt(), size),
      dso: new Int32Array(buffer, wasm.dsoAt(), size),
      inlined: new Uint8Array(buffer, wasm.inlinedAt(), size),
    };
  }

  private pool(): TextPool {
    const { wasm } = this;
    const endsAt = wasm.textEnds();
    const ends = new Uint32Array(wasm.memory.buffer, endsAt, this.texts).slice();
    const at = wasm.textsAt();
    const bytes = new Uint8Array(wasm.memory.buffer, at, ends.at(-1) ?? 0).slice();
    return { bytes, ends };
  }

  /** Growing memory takes the old view away. */
  get memory(): Buffer {
    const { buffer } = this.wasm.memory;
    if (this.bytes.buffer !== buffer) this.bytes = Buffer.from(buffer);
    return this.bytes;
  }
}
