import type { Faults } from './fault.js';
import type { ImageMemory } from './memory.js';

/** One row of `.altinstructions`: what boot code writes over `address` on CPUs with a feature. */
export interface Alternative {
  readonly address: bigint;
  /** Bytes at `address` that the row may overwrite. */
  readonly length: number;
  /** CPU feature: word * 32 + bit. */
  readonly cpuid: number;
  /** Applied where the feature is absent. */
  readonly not: boolean;
  /** ALT_FLAG_DIRECT_CALL: the row turns an indirect call into a direct one (Linux 6.8+). */
  readonly directCall: boolean;
  readonly replacementAddress: bigint;
  /** Empty also where it is code of another file. */
  readonly replacement: Buffer;
}

export type EntrySize = 12 | 13 | 14;

interface Row {
  readonly address: bigint;
  readonly replacementAddress: bigint;
  readonly cpuid: number;
  readonly flags: number;
  readonly length: number;
  readonly replacementLength: number;
}

const NOT = 1;
const DIRECT_CALL = 2;
/** A hundred times a distribution kernel's; a bound for hostile tables. */
const MAX_ROWS = 1_000_000;
const MAX_INSTRUCTION_BYTES = 254;

/**
 * struct alt_instr (arch/x86/include/asm/alternative.h). Both offsets are relative to their own
 * field. 12 bytes: u16 cpuid with bit 15 = NOT (5.11 to 6.2; without NOT before); 13: a padlen byte at the end
 * (4.1 to 5.12); 14: u32 with the flags in the upper half (6.3 and later).
 */
function rowAt(bytes: Buffer, at: number, address: bigint, size: EntrySize): Row {
  const word = size === 14 ? bytes.readUInt32LE(at + 8) : bytes.readUInt16LE(at + 8);
  const lengths = at + (size === 14 ? 12 : 10);
  return {
    address: BigInt.asUintN(64, address + BigInt(bytes.readInt32LE(at))),
    replacementAddress: BigInt.asUintN(64, address + 4n + BigInt(bytes.readInt32LE(at + 4))),
    cpuid: size === 14 ? word & 0xffff : word & 0x7fff,
    flags: size === 14 ? word >>> 16 : word >>> 15,
    length: bytes[lengths] ?? 0,
    replacementLength: bytes[lengths + 1] ?? 0,
  };
}

/** Where a table lies, and whether its file is still to be linked. */
interface Table {
  readonly start: bigint;
  readonly bytes: Buffer;
  readonly relocatable: boolean;
}

/** True where every row read with this entry size points into text and fits its replacement. */
function fits(memory: ImageMemory, table: Table, size: EntrySize): boolean {
  const { start, bytes, relocatable } = table;
  if (bytes.length % size !== 0) return false;
  for (let at = 0; at < bytes.length; at += size) {
    const row = rowAt(bytes, at, start + BigInt(at), size);
    if (row.length > MAX_INSTRUCTION_BYTES || row.replacementLength > row.length) return false;
    if (memory.regionAt(row.address)?.section.executable !== true) return false;
    if (row.replacementLength === 0) continue;
    // a module's row of 5.13 and 5.14 may name code of the kernel, __x86_indirect_alt_call_rax
    if (relocatable && bytes.readInt32LE(at + 4) === 0) continue;
    // mostly .altinstr_replacement; objtool of 5.13 replaces calls of retpolines by code in .text
    if (memory.regionAt(row.replacementAddress)?.section.executable !== true) return false;
  }
  return true;
}

/**
 * The entry size of this image. The section's size does not tell (129948 divides by 12, 13 and
 * 14), so the size that BTF states is tried first and whatever is taken must decode.
 */
export function entrySize(
  memory: ImageMemory,
  table: Table,
  stated: number | null,
): EntrySize | null {
  const sizes: readonly EntrySize[] = [14, 12, 13];
  const ordered = [...sizes.filter((s) => s === stated), ...sizes.filter((s) => s !== stated)];
  return ordered.find((size) => fits(memory, table, size)) ?? null;
}

/** All alternatives in the order in which boot code applies them (later rows win). */
export function readAlternatives(
  memory: ImageMemory,
  relocatable: boolean,
  stated: number | null,
  faults: Faults,
): readonly Alternative[] {
  const section = memory.section('.altinstructions');
  if (section === null || section.bytes.length === 0) return [];
  const { start, bytes } = section;
  if (bytes.length > MAX_ROWS * 12) throw faults.damaged('.altinstructions has too many rows');
  const size = entrySize(memory, { start, bytes, relocatable }, stated);
  if (size === null) throw faults.damaged('.altinstructions does not decode with any entry size');
  const replacements = memory.section('.altinstr_replacement');
  const replacementOf = ({ replacementAddress, replacementLength }: Row): Buffer => {
    if (replacementLength === 0) return Buffer.alloc(0);
    const from = Number(replacementAddress - (replacements?.start ?? 0n));
    const to = from + replacementLength;
    if (replacements !== null && from >= 0 && to <= replacements.bytes.length)
      return replacements.bytes.subarray(from, to);
    const isCode = memory.regionAt(replacementAddress)?.section.executable === true;
    return (isCode ? memory.read(replacementAddress, replacementLength) : null) ?? Buffer.alloc(0);
  };
  const out: Alternative[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const row = rowAt(bytes, at, start + BigInt(at), size);
    out.push({
      address: row.address,
      length: row.length,
      cpuid: row.cpuid,
      not: (row.flags & NOT) !== 0,
      directCall: (row.flags & DIRECT_CALL) !== 0,
      replacementAddress: row.replacementAddress,
      replacement: replacementOf(row),
    });
  }
  return out;
}
