/**
 * Machine code of WebAssembly modules, kept at build (scripts/compile-wasm.mjs) and taken up at start: else V8 runs a module
 * in its baseline compiler's code at first, and compiles it once more beside the work, for a tenth of a fold's CPU time.
 */
import { setFlagsFromString } from 'node:v8';
import vm from 'node:vm';

/** Lengths of the module and of its code, little-endian. */
const HEAD = 8;

/** A WebAssembly.Module, for which Node's types have no name. */
type Module = object;

/**
 * V8's own functions for this, which Node has no other name for. They are those of V8's tests
 * (src/runtime/runtime-test-wasm.cc in V8 11.3): V8 without them throws, and so does this.
 */
function withNatives<T>(expression: string, use: (native: unknown) => T): T {
  // V8's flags are the process's: nothing else may be loaded meanwhile, in any thread
  setFlagsFromString('--allow-natives-syntax');
  try {
    return use(vm.runInThisContext(expression));
  } finally {
    setFlagsFromString('--no-allow-natives-syntax');
  }
}

/** What a file of a module's machine code holds: the module it belongs to, and the code. */
export function machineCodeOf(bytes: Uint8Array, module: Module): Uint8Array {
  const code = withNatives('(module) => %SerializeWasmModule(module)', (native) =>
    (native as (module: Module) => ArrayBuffer)(module),
  );
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(bytes.length, 0);
  head.writeUInt32LE(code.byteLength, 4);
  return Buffer.concat([head, bytes, new Uint8Array(code)]);
}

/**
 * Modules of their bytes and of what `machineCodeOf` made. Null where that belongs to other bytes, is cut off, or is refused by
 * V8, which compares version, flags and features of the processor (WriteHeader in src/wasm/wasm-serialization.cc) and
 * nothing else.
 */
export function modulesOfMachineCode(
  modules: readonly { readonly bytes: Buffer; readonly kept: Buffer }[],
): (Module | null)[] {
  try {
    return withNatives('(code, bytes) => %DeserializeWasmModule(code, bytes)', (native) => {
      const deserialize = native as (code: ArrayBuffer, bytes: Uint8Array) => Module | undefined;
      return modules.map(({ bytes, kept }) => {
        const code = codeOf(bytes, kept);
        return code === null ? null : (deserialize(code, new Uint8Array(bytes)) ?? null);
      });
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
