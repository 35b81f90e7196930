import { leaveMemory } from '../../src/ingest/index.js';

const BYTES = [0xa5, 1, 0xff];
let calls = 0;

/** Leaves memory full of rubbish to the next WebAssembly module: none may take what it is given for zeros. */
export function leaveDirtyMemory(): void {
  const memory = new WebAssembly.Memory({ initial: 32 });
  new Uint8Array(memory.buffer).fill(BYTES[calls++ % BYTES.length] ?? 0);
  leaveMemory({ memory });
}

/** Leaves more than 2 GB, untouched: Node's Buffer does not write into, or read from, views of so much. */
export function leaveLargeMemory(): void {
  leaveMemory({ memory: new WebAssembly.Memory({ initial: 33_000 }) });
}
