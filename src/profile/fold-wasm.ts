/**
 * Folding through WebAssembly (assembly/): a wide recording has a hundred thousand stacks, and JavaScript that runs once
 * is not compiled by V8 before it has ended. Most names are found there too (assembly/names.ts).
 */
import {
  bytesIn,
  columnIn,
  instantiator,
  leaveMemory,
  putInto,
  type WasmAllocator,
} from '../ingest/index.js';
import { FrameNames } from './fold-frame-names.js';
import type { FoldNameOptions } from './fold-names.js';
import type { FoldSide, StackColumns } from './fold-tree.js';
import { columnOf, type Profile } from './profile.js';
import { foldedTask } from './stacks.js';

interface Exports extends WasmAllocator {
  name(at: number, length: number): number;
  nameBegin(id: number): number;
  nameEnd(id: number): number;
  setFrames(
    texts: number,
    bytes: number,
    ends: number,
    frames: number,
    symbols: number,
    plain: boolean,
  ): void;
  fold(count: number, parents: number, keys: number): void;
  add(count: number, weights: number, samples: number): void;
  stackCount(side: number): number;
  preorder(counts: number): void;
  jsonAt(): number;
  upText(): number;
  rankText(): number;
  seenAt(): number;
  seenCount(): number;
  freshAt(): number;
  freshCount(): number;
  endsText(side: number): number;
  weightsText(side: number): number;
  sort(): void;
  write(): number;
  textAt(): number;
}

/**
 * A side's folded text in pieces of whole lines, good until the next one is asked for; undefined where there is no
 * WebAssembly, or where a task is Java's, whose frames have other names.
 */
export function wasmFoldedText(
  side: FoldSide,
  options: FoldNameOptions,
): Generator<Buffer> | undefined {
  const folder = Folder.make(options);
  if (folder?.add(side) !== true) return undefined;
  return folder.pieces();
}

/** `stackColumns` (stack-columns.ts), undefined as above. */
export function wasmStackColumns(
  sides: readonly FoldSide[],
  limit: number,
): StackColumns | undefined {
  const folder = Folder.make({ kernel: false, jit: false, addrs: false });
  if (folder === undefined) return undefined;
  for (const side of sides) if (!folder.add(side)) return undefined;
  return folder.columns(sides.length, limit);
}

/** One instance of the module, the sides that are folded into its tree, and names that it does not find itself. */
class Folder {
  private wasm!: Exports;
  private frames!: FrameNames;
  private profile!: Profile;
  /** Whether a task is Java's. */
  private java = false;

  private constructor(private readonly options: FoldNameOptions) {}

  static make(options: FoldNameOptions): Folder | undefined {
    const instance = instantiator<Exports>('fold.wasm');
    if (instance === null) return undefined;
    const folder = new Folder(options);
    folder.wasm = instance({
      printed: (weight: number, at: number) =>
        bytesIn(folder.wasm, at, 40).write(String(weight), 'latin1'),
      frameName: (frame: number) => folder.ofFrame(frame),
      taskName: (key: number) => folder.ofTask(key),
    });
    return folder;
  }

  /** Folds a side into the tree; false: it cannot be done here. */
  add({ profile, event }: FoldSide): boolean {
    const { wasm, options } = this;
    const { frames, stacks, runs } = profile;
    this.profile = profile;
    this.frames = new FrameNames(frames, false, { id: (text) => this.id(text) }, options);
    const { bytes, ends } = frames.strings.utf8;
    const plain = !options.kernel && !options.jit && !options.addrs;
    const symbols = this.put(frames.symbol.subarray(0, frames.size));
    wasm.setFrames(ends.length, this.put(bytes), this.put(ends), frames.size, symbols, plain);
    const { parents, keys } = stacks.columns;
    wasm.fold(parents.length, this.put(parents), this.put(keys));
    for (const run of runs) {
      const column = columnOf(run, event);
      if (column === undefined) continue;
      const { weights, counts } = column.columns;
      wasm.add(weights.length, this.put(weights), this.put(counts));
    }
    return !this.java;
  }

  /** The columns of so many sides that were added; the folder is of no use then. */
  columns(sides: number, limit: number): StackColumns {
    const { wasm } = this;
    const stacks = Array.from({ length: sides }, (_, side) => wasm.stackCount(side));
    const fits = stacks.map((count) => count <= limit);
    wasm.preorder(fits.reduce((bits, fit, side) => bits | (Number(fit) << side), 0));
    const json = (length: number) => columnIn(Uint8Array, wasm, wasm.jsonAt(), length).slice();
    const [up, rank] = [json(wasm.upText()), json(wasm.rankText())];
    const ends = fits.map((fit, side) =>
      fit ? { at: json(wasm.endsText(side)), weight: json(wasm.weightsText(side)) } : null,
    );
    const fresh = columnIn(Int32Array, wasm, wasm.freshAt(), wasm.freshCount()).slice();
    const names = Array.from(columnIn(Int32Array, wasm, wasm.seenAt(), wasm.seenCount()), (id) =>
      bytesIn(wasm, wasm.nameBegin(id), wasm.nameEnd(id) - wasm.nameBegin(id)).toString(),
    );
    leaveMemory(wasm);
    return { stacks, names, fresh, up, rank, ends };
  }

  /** The text of the one side that was added. */
  *pieces(): Generator<Buffer> {
    const { wasm } = this;
    wasm.sort();
    for (let length = wasm.write(); length > 0; length = wasm.write())
      yield bytesIn(wasm, wasm.textAt(), length);
  }

  private ofFrame(frame: number): number {
    const name = this.frames.of(frame);
    return name >= 0 ? name : this.list(this.frames.several(name));
  }

  private ofTask(key: number): number {
    const name = foldedTask(this.profile.frames, key);
    this.java ||= name.startsWith('java');
    return this.id(name);
  }

  private id(text: string): number {
    const bytes = Buffer.from(text);
    return this.wasm.name(this.put(bytes), bytes.length);
  }

  /** Names as assembly/names.ts takes several of them, or none. */
  private list(ids: readonly number[]): number {
    if (ids.length === 0) return -1;
    const at = this.put(Int32Array.from([ids.length, ...ids]));
    if (at >= 2 ** 31) throw new Error('fold.wasm: out of memory');
    return -2 - at;
  }

  private put(from: Parameters<typeof putInto>[1]): number {
    return putInto(this.wasm, from);
  }
}
