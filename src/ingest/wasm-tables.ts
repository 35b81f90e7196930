/** Texts and frames in the scanner's memory (assembly/names.ts), for as long as it reads. */
import type { FrameColumns, FrameFields, FrameTable, TableSource, TextPool } from './tables.js';
import { bytesIn, columnIn, type WasmMemory } from './wasm.js';

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

/** Texts and frames kept by the module while it reads, for the tables that follow it. */
export class WasmTables implements TableSource {
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
    const length = Buffer.byteLength(text);
    const at = wasm.placeForText(length);
    bytesIn(wasm, at, length).write(text);
    return wasm.text(at, length);
  }

  text(id: number): string {
    const { wasm } = this;
    if (!(id >= 0 && id < this.texts)) throw new RangeError(`string id ${id} of ${this.texts}`);
    const begin = id === 0 ? 0 : wasm.textEnd(id - 1);
    return bytesIn(wasm, wasm.textsAt() + begin, wasm.textEnd(id) - begin).toString();
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
    const size = wasm.framesKnown();
    return {
      addressHi: columnIn(Uint32Array, wasm, wasm.addressHiAt(), size),
      addressLo: columnIn(Uint32Array, wasm, wasm.addressLoAt(), size),
      symbol: columnIn(Int32Array, wasm, wasm.symbolAt(), size),
      offset: columnIn(Float64Array, wasm, wasm.offsetAt(), size),
      dso: columnIn(Int32Array, wasm, wasm.dsoAt(), size),
      inlined: columnIn(Uint8Array, wasm, wasm.inlinedAt(), size),
    };
  }

  private pool(): TextPool {
    const { wasm } = this;
    const ends = columnIn(Uint32Array, wasm, wasm.textEnds(), this.texts).slice();
    const bytes = columnIn(Uint8Array, wasm, wasm.textsAt(), ends.at(-1) ?? 0).slice();
    return { bytes, ends };
  }
}
