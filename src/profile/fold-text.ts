/**
 * Folded stacks as text through WebAssembly (assembly/fold.ts): a wide recording has a hundred thousand of them, and
 * JavaScript that runs once is not compiled by V8 before it has ended. Most names are found there too (assembly/names.ts).
 */
import { instantiator, type WasmMemory } from '../ingest/index.js';
import { FrameNames } from './fold-frame-names.js';
import type { FoldOptions } from './fold-names.js';
import { columnOf, type Profile } from './profile.js';
import { taskNames } from './stacks.js';

interface Exports {
  memory: WasmMemory;
  allocate(size: number): number;
  name(at: number, length: number): number;
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
  sort(): void;
  write(): number;
  textAt(): number;
}

/**
 * The text in pieces of whole lines, good until the next one is asked for; undefined where there is no WebAssembly, or
 * where a task is Java's, whose frames have other names.
 */
export function wasmFoldedText(
  profile: Profile,
  options: FoldOptions,
): Generator<Buffer> | undefined {
  const instance = instantiator<Exports>('fold.wasm');
  if (instance === null) return undefined;
  const names = new Names(profile, options);
  const wasm = instance({
    printed: (weight: number, at: number) => names.memory.write(String(weight), at, 'latin1'),
    frameName: (frame: number) => names.ofFrame(frame),
    taskName: (key: number) => names.ofTask(key),
  });
  names.wasm = wasm;
  foldInto(wasm, profile, options);
  return names.java ? undefined : pieces(wasm);
}

function foldInto(wasm: Exports, { frames, stacks, runs }: Profile, options: FoldOptions): void {
  const put = (from: Uint8Array | Int32Array | Uint32Array | Float64Array): number => {
    const at = wasm.allocate(from.byteLength);
    const raw = new Uint8Array(from.buffer, from.byteOffset, from.byteLength);
    new Uint8Array(wasm.memory.buffer).set(raw, at);
    return at;
  };
  const { bytes, ends } = frames.strings.utf8;
  const plain = !options.kernel && !options.jit && !options.addrs;
  const symbols = put(frames.symbol.subarray(0, frames.size));
  wasm.setFrames(ends.length, put(bytes), put(ends), frames.size, symbols, plain);
  const { parents, keys } = stacks.columns;
  wasm.fold(parents.length, put(parents), put(keys));
  for (const run of runs) {
    const column = columnOf(run, options.event);
    if (column === undefined) continue;
    const { weights, counts } = column.columns;
    wasm.add(weights.length, put(weights), put(counts));
  }
}

function* pieces(wasm: Exports): Generator<Buffer> {
  wasm.sort();
  for (let length = wasm.write(); length > 0; length = wasm.write())
    yield Buffer.from(wasm.memory.buffer, wasm.textAt(), length);
}

/** Gives names that assembly/names.ts does not find itself, as it takes them. */
class Names {
  wasm: Exports | undefined;
  /** Whether a task is Java's. */
  java = false;
  private readonly frames: FrameNames;

  constructor(
    private readonly profile: Profile,
    options: FoldOptions,
  ) {
    this.frames = new FrameNames(profile.frames, false, { id: (text) => this.id(text) }, options);
  }

  get memory(): Buffer {
    return Buffer.from(this.wasm?.memory.buffer ?? new ArrayBuffer(0));
  }

  ofFrame(frame: number): number {
    const name = this.frames.of(frame);
    return name >= 0 ? name : this.list(this.frames.several(name));
  }

  ofTask(key: number): number {
    const parts = taskNames(this.profile.frames, key);
    this.java ||= parts[0]?.startsWith('java') === true;
    const ids = parts.map((part) => this.id(part));
    return ids.length === 1 ? (ids[0] ?? 0) : this.list(ids);
  }

  private id(text: string): number {
    const bytes = Buffer.from(text);
    return this.wasm?.name(this.put(bytes), bytes.length) ?? 0;
  }

  private list(ids: readonly number[]): number {
    if (ids.length === 0) return -1;
    const raw = Int32Array.from([ids.length, ...ids]);
    return -2 - this.put(new Uint8Array(raw.buffer));
  }

  private put(bytes: Uint8Array): number {
    const at = this.wasm?.allocate(bytes.length) ?? 0;
    this.memory.set(bytes, at);
    return at;
  }
}
