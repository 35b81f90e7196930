/** Loads the WebAssembly modules that the build puts beside the program. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keptBeside } from '../this-node.js';
import { modulesOfMachineCode } from './wasm-code.js';

/** The part of WebAssembly that is used; Node's types leave it to those of browsers. */
type Module = object;
interface Engine {
  readonly Memory: new (limits: { initial: number }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => Module;
  readonly Instance: new (module: Module, imports: object) => { readonly exports: unknown };
}
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** A module that lends memory. */
export interface WasmAllocator {
  readonly memory: WasmMemory;
  allocate(size: number): number;
}

export type Column = Uint8Array | Uint32Array | Int32Array | Float64Array;
export type ColumnType<T extends Column> = new (
  buffer: ArrayBuffer,
  at: number,
  length: number,
) => T;

/**
 * A column in a module's memory, good until it grows. Addresses in the upper 2 GB come out of a module as negative
 * numbers.
 */
export function columnIn<T extends Column>(
  type: ColumnType<T>,
  module: { readonly memory: WasmMemory },
  at: number,
  length: number,
): T {
  return new type(module.memory.buffer, at >>> 0, length);
}

/**
 * The same of bytes that are text. Not a view of all memory: Node's Buffer counts in 31 bits where it writes into one.
 */
export function bytesIn(
  module: { readonly memory: WasmMemory },
  at: number,
  length: number,
): Buffer {
  return Buffer.from(module.memory.buffer, at >>> 0, length);
}

/** Copies bytes into a module's memory, and says where. */
export function putInto(module: WasmAllocator, from: Column): number {
  const at = module.allocate(from.byteLength) >>> 0;
  new Uint8Array(module.memory.buffer).set(
    new Uint8Array(from.buffer, from.byteOffset, from.byteLength),
    at,
  );
  return at;
}

/** Pages of 64 KB that every module begins with (scripts/build.mjs). */
const FIRST_PAGES = 4;
/** Memories that their modules are done with. */
const spare: WasmMemory[] = [];

/**
 * Leaves a module's memory to the next one that is instantiated; nobody may call the module, or look into its memory,
 * from now on. A page that is touched for the first time costs as much as several thousand steps.
 */
export function leaveMemory(module: { readonly memory: WasmMemory }): void {
  spare.push(module.memory);
}

const engine = (globalThis as unknown as { WebAssembly?: Engine }).WebAssembly;
/** All there are (scripts/build.mjs). */
const NAMES = ['scan.wasm', 'fold.wasm', 'trees.wasm', 'batches.wasm', 'columns.wasm'];
/** What the build keeps of `compiledNatives` (wasm-code.ts) lies beside this name. */
const NATIVES = 'natives';
const compiled = new Map<string, Module | null>();
let askedForCode = false;
let assetsFolder: string | undefined;

/** Modules by name, null where there is no SIMD: as one thread hands them to another. */
export type WasmModules = ReadonlyMap<string, Module | null>;

/** What folding takes. */
export const TO_FOLD: readonly string[] = ['scan.wasm', 'fold.wasm'];

/**
 * Takes up the machine code of modules, where the build kept some for this Node and V8 does not refuse it; the others
 * are compiled when they are asked for. The first call counts; before `compileLess` changes V8's flags.
 */
export function takeUpModules(names: readonly string[] = NAMES): void {
  if (askedForCode || engine === undefined || isTurnedOff()) return;
  askedForCode = true;
  const folder = assets();
  const natives = folder === undefined ? undefined : keptBeside(join(folder, NATIVES));
  if (folder === undefined || natives === undefined) return;
  const taken = names.flatMap((name) => {
    const kept = keptBeside(join(folder, name));
    const bytes = bytesOf(folder, name);
    return kept === undefined || bytes === undefined ? [] : [{ name, bytes, kept }];
  });
  modulesOfMachineCode(natives, taken).forEach((module, i) => {
    if (module !== null) compiled.set(taken[i]?.name ?? '', module);
  });
}

/** What has been taken up and compiled so far. */
export function modulesSoFar(): WasmModules {
  return compiled;
}

/** Takes over another thread's modules. */
export function takeOverModules(modules: WasmModules): void {
  for (const [name, module] of modules) compiled.set(name, module);
}

/**
 * What makes an instance of a module, given what it imports; null where this machine has no WebAssembly with SIMD, or it
 * was turned off (`PVFLAME_WASM=off`).
 */
export function instantiator<Exports>(name: string): ((env: object) => Exports) | null {
  if (engine === undefined || isTurnedOff()) return null;
  let module = compiled.get(name);
  if (module === undefined) compiled.set(name, (module = compile(engine, name)));
  if (module === null) return null;
  const abort = () => {
    throw new Error(`${name}: out of memory`);
  };
  const loaded = module;
  return (env) => {
    const memory = spare.pop() ?? new engine.Memory({ initial: FIRST_PAGES });
    return new engine.Instance(loaded, { env: { memory, abort, ...env } }).exports as Exports;
  };
}

function isTurnedOff(): boolean {
  return process.env['PVFLAME_WASM'] === 'off';
}

function compile(engine: Engine, name: string): Module | null {
  const folder = assets();
  const bytes = folder === undefined ? undefined : bytesOf(folder, name);
  if (bytes === undefined) return null;
  try {
    return new engine.Module(bytes);
  } catch {
    // no SIMD
    return null;
  }
}

/** undefined where the build left none. */
function bytesOf(folder: string, name: string): Buffer | undefined {
  const file = join(folder, name);
  return existsSync(file) ? readFileSync(file) : undefined;
}

/** The folder of the modules; undefined where nothing was built. */
function assets(): string | undefined {
  if (assetsFolder !== undefined) return assetsFolder;
  const here = dirname(fileURLToPath(import.meta.url));
  // beside dist/ingest, beside the packs, or built where src is run from
  const places = ['../assets', '../../assets', '../../dist/assets'];
  assetsFolder = places
    .map((place) => join(here, place))
    .find((place) => existsSync(join(place, 'scan.wasm')));
  return assetsFolder;
}
