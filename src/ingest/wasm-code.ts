/**
 * Machine code of WebAssembly modules, kept at build (scripts/compile-wasm.mjs) and taken up at start: else V8 runs a module
 * in its baseline compiler's code at first, and compiles it once more beside the work, for a tenth of a fold's CPU time.
 */
import vm from 'node:vm';

/** Lengths of the module and of its code, little-endian. */
const HEAD = 8;

/** A WebAssembly.Module, for which Node's types have no name. */
type Module = object;

/**
 * V8's own functions for this, which Node has no other name for. They are those of V8's tests
 * (src/runtime/runtime-test-wasm.cc in V8 11.3). V8 parses their names under a flag only: the build compiles this under it, and keeps what
 * V8 made (`compiledNatives`), which needs no flag.
 */
const NATIVES = `(function (code, bytes) { return %DeserializeWasmModule(code, bytes); })`;

type Deserialize = (code: ArrayBuffer, bytes: Uint8Array) => Module | undefined;

/** Where V8 notes the hash of its flags in what it compiled (SerializedCodeData in src/snapshot/code-serializer.h, V8 11.3). */
const FLAG_HASH = 12;

/** For the build: what V8 makes of `NATIVES`, as if it had been made under the flags of a start. `allow` turns the flag on or off. */
export function compiledNatives(allow: (natives: boolean) => void): Buffer {
  allow(true);
  const natives = new vm.Script(NATIVES).createCachedData();
  allow(false);
  const plain = new vm.Script('(function () {})').createCachedData();
  plain.copy(natives, FLAG_HASH, FLAG_HASH, FLAG_HASH + 4);
  return natives;
}

/** For the build: what a file of a module's machine code holds, the module it belongs to and the code. */
export function machineCodeOf(
  serialize: (module: Module) => ArrayBuffer,
  bytes: Uint8Array,
  module: Module,
): Uint8Array {
  const code = serialize(module);
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(bytes.length, 0);
  head.writeUInt32LE(code.byteLength, 4);
  return Buffer.concat([head, bytes, new Uint8Array(code)]);
}

/**
 * Modules of their bytes and of what `machineCodeOf` made, through what `compiledNatives` made. Null where that belongs to other
 * bytes, is cut off, or is refused by V8, which compares version, flags and features of the processor (WriteHeader in
 * src/wasm/wasm-serialization.cc) and nothing else.
 */
export function modulesOfMachineCode(
  natives: Buffer,
  modules: readonly { readonly bytes: Buffer; readonly kept: Buffer }[],
): (Module | null)[] {
  try {
    // refused: V8 parses the text, which it cannot
    const deserialize = new vm.Script(NATIVES, {
      cachedData: natives,
    }).runInThisContext() as Deserialize;
    return modules.map(({ bytes, kept }) => {
      const code = codeOf(bytes, kept);
      return code === null ? null : (deserialize(code, new Uint8Array(bytes)) ?? null);
    });
  } catch {
    return modules.map(() => null);
  }
}

function codeOf(bytes: Buffer, kept: Buffer): ArrayBuffer | null {
  const code = HEAD + bytes.length;
  if (kept.length <= code) return null;
  const lengths = [kept.readUInt32LE(0), kept.readUInt32LE(4)];
  if (lengths[0] !== bytes.length || lengths[1] !== kept.length - code) return null;
  if (!kept.subarray(HEAD, code).equals(bytes)) return null;
  return new Uint8Array(kept.subarray(code)).buffer;
}
