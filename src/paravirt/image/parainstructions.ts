import type { Faults } from './fault.js';
import type { ImageMemory } from './memory.js';

/** One row of `.parainstructions`. */
export interface PatchSite {
  readonly address: bigint;
  /** Word index into struct paravirt_patch_template. */
  readonly type: number;
  readonly length: number;
}

/** struct paravirt_patch_site with its padding (arch/x86/include/asm/paravirt_types.h, to 6.7). */
const ENTRY = 16;
/** A hundred times a distribution kernel's; a bound for hostile tables. */
const MAX_ROWS = 1_000_000;
/** u64 instr; u8 type; u8 len: what must be there of the last entry. */
const USED = 10;

/** Reads `.parainstructions`; nothing where the image has none (6.8 and later, native kernels). */
export function readParainstructions(memory: ImageMemory, faults: Faults): readonly PatchSite[] {
  const section = memory.section('.parainstructions');
  if (section === null) return [];
  const { bytes } = section;
  if (bytes.length > MAX_ROWS * ENTRY) throw faults.damaged('.parainstructions has too many rows');
  const out: PatchSite[] = [];
  for (let at = 0; at + USED <= bytes.length; at += ENTRY) {
    const address = bytes.readBigUInt64LE(at);
    if (memory.regionAt(address)?.section.executable !== true) {
      throw faults.damaged(`.parainstructions entry ${at / ENTRY} points outside the text`);
    }
    out.push({ address, type: bytes[at + 8] ?? 0, length: bytes[at + 9] ?? 0 });
  }
  return out;
}
