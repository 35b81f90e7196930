/**
 * Folded stacks as text through WebAssembly (assembly/fold.ts): a wide recording has a hundred thousand of them, and
 * JavaScript that runs once is not compiled by V8 before it has ended.
 */
import { instantiator, StringTable, type WasmMemory } from '../ingest/index.js';
import { FrameNames } from './fold-frame-names.js';
import type { FoldOptions } from './fold-names.js';
import { columnOf, type Profile } from './profile.js';
import { taskName } from './stacks.js';

interface Exports {
  memory: WasmMemory;
  allocate(size: number): number;
  fold(count: number, parents: number, keys: number, nameOf: number, lists: number): void;
  add(count: number, weights: number, samples: number): void;
  sort(names: number, order: number, pool: number, starts: number): void;
  write(): number;
  textAt(): number;
}

/** What frames and tasks are called: of each key its name, as assembly/fold.ts takes it. */
interface Names {
  texts: string[];
  nameOf: Int32Array;
  lists: number[];
  /** The profile's keys, with tasks behind the frames. */
  keys: Int32Array;
}

/**
 * The text in pieces of whole lines, good until the next one is asked for; undefined where there is no WebAssembly, or
 * where a task is Java's, whose frames have other names. `inOrder` gives the texts 2 * name and 2 * name + 1 (with a
 * semicolon) in bytewise order.
 */
export function wasmFoldedText(
  profile: Profile,
  options: FoldOptions,
  inOrder: (names: readonly string[]) => number[],
): Generator<Buffer> | undefined {
  const names = namesOf(profile, options);
  if (names === undefined) return undefined;
  const instance = instantiator<Exports>('fold.wasm');
  if (instance === null) return undefined;
  const wasm: Exports = instance({
    printed: (weight: number, at: number) =>
      Buffer.from(wasm.memory.buffer).write(String(weight), at, 'latin1'),
  });
  return pieces(wasm, profile, options, names, inOrder(names.texts));
}

function* pieces(
  wasm: Exports,
  profile: Profile,
  options: FoldOptions,
  names: Names,
  order: number[],
): Generator<Buffer> {
  const put = (from: Int32Array | Uint32Array | Float64Array): number => {
    const at = wasm.allocate(from.byteLength);
    const raw = new Uint8Array(from.buffer, from.byteOffset, from.byteLength);
    new Uint8Array(wasm.memory.buffer).set(raw, at);
    return at;
  };
  const { parents } = profile.stacks.columns;
  wasm.fold(
    parents.length,
    put(parents),
    put(names.keys),
    put(names.nameOf),
    put(Int32Array.from(names.lists)),
  );
  for (const run of profile.runs) {
    const column = columnOf(run, options.event);
    if (column === undefined) continue;
    const { weights, counts } = column.columns;
    wasm.add(weights.length, put(weights), put(counts));
  }
  const { pool, starts } = textPool(wasm, names.texts);
  wasm.sort(names.texts.length, put(Int32Array.from(order)), pool, put(starts));
  for (let length = wasm.write(); length > 0; length = wasm.write())
    yield Buffer.from(wasm.memory.buffer, wasm.textAt(), length);
}

/** All names' bytes one behind the other, and where each begins. */
function textPool(wasm: Exports, texts: readonly string[]): { pool: number; starts: Int32Array } {
  const whole = Buffer.from(texts.join(''), 'utf8');
  const pool = wasm.allocate(whole.length);
  new Uint8Array(wasm.memory.buffer).set(whole, pool);
  const starts = new Int32Array(texts.length + 1);
  let at = 0;
  texts.forEach((text, id) => {
    starts[id] = at;
    at += whole.length === 0 ? 0 : Buffer.byteLength(text, 'utf8');
  });
  starts[texts.length] = at;
  return { pool, starts };
}

function namesOf({ frames, stacks }: Profile, options: FoldOptions): Names | undefined {
  const texts = new StringTable();
  const lists: number[] = [];
  const listed = (names: readonly number[]) => {
    if (names.length === 0) return -1;
    lists.push(names.length, ...names);
    return -2 - (lists.length - names.length - 1);
  };
  const known = new FrameNames(frames, false, texts, options);
  const nameOf: number[] = [];
  for (let frame = 0; frame < frames.size; frame++) {
    const name = known.of(frame);
    nameOf.push(name >= 0 ? name : listed(known.several(name)));
  }
  const keys = stacks.columns.keys.slice();
  const tasks = new Map<number, number>();
  for (let node = 0; node < keys.length; node++) {
    const key = keys[node] ?? 0;
    if (key >= 0) continue;
    let task = tasks.get(key);
    if (task === undefined) {
      const comm = frames.strings.text(taskName(key)).trim().replaceAll(' ', '_');
      if (comm.startsWith('java')) return undefined;
      // a comm may hold what separates frames
      const parts = comm.split(';').map((part) => texts.id(part));
      task = nameOf.push(parts.length === 1 ? (parts[0] ?? 0) : listed(parts)) - 1;
      tasks.set(key, task);
    }
    keys[node] = task;
  }
  return { texts: texts.values, nameOf: Int32Array.from(nameOf), lists, keys };
}
