import { boundaryCheck } from './boundary.js';
import { indirectCall } from './calls.js';
import { SectionType } from './elf.js';
import type { Faults } from './fault.js';
import type { ImageMemory, Region } from './memory.js';
import type { SymbolTable } from './symbols.js';

/** A call found in the text that no record of the image covers. */
export interface FoundCall {
  readonly address: bigint;
  readonly length: number;
  /** The pointer that is called through, or the static call's trampoline. */
  readonly target: bigint;
  readonly kind: 'indirect' | 'static';
}

/** What to look for. */
export interface Wanted {
  /** Address ranges of the paravirt tables. */
  readonly tables: readonly { readonly base: bigint; readonly size: number }[];
  /** Trampolines of pv static calls. */
  readonly trampolines: ReadonlySet<bigint>;
  /** Sites that are known already. */
  readonly known: ReadonlySet<bigint>;
}

const CHUNK = 1 << 20;
/** Bounds for hostile images: text to look through, and calls to look at closely. */
const MAX_TEXT = 1 << 30;
const MAX_CALLS = 200_000;
/** Longest instruction looked for, so that none is lost between two chunks. */
const OVERLAP = 7;
/** Bytes that are never run where they lie. */
const NOT_RUN = new Set(['.altinstr_replacement']);

type Probe = (bytes: Buffer, at: number, address: bigint) => FoundCall | null;

function probes(wanted: Wanted): Probe {
  const inTable = (target: bigint): boolean =>
    wanted.tables.some((t) => target >= t.base && target < t.base + BigInt(t.size));
  return (bytes, at, address) => {
    if (bytes[at] === 0xff) {
      const call = indirectCall(bytes.subarray(at, at + 7), address);
      if (call === null || !inTable(call.target)) return null;
      return { address, length: call.length, target: call.target, kind: 'indirect' };
    }
    const target = BigInt.asUintN(64, address + 5n + BigInt(bytes.readInt32LE(at + 1)));
    return wanted.trampolines.has(target) ? { address, length: 5, target, kind: 'static' } : null;
  };
}

/**
 * Looks through one section for byte patterns of calls. Distances are compared as plain numbers
 * first: a bigint for each of millions of bytes would take seconds.
 */
function candidates(memory: ImageMemory, region: Region, wanted: Wanted, out: FoundCall[]): void {
  const probe = probes(wanted);
  const near = [...wanted.trampolines].map((t) => Number(BigInt.asIntN(64, t - region.start)));
  const nearSet = new Set(near);
  const lowest = Math.min(...near);
  const size = Number(region.end - region.start);
  for (let from = 0; from < size; from += CHUNK) {
    const take = Math.min(CHUNK + OVERLAP, size - from);
    const bytes = memory.read(region.start + BigInt(from), take);
    if (bytes === null) return;
    const stop = Math.min(CHUNK, take - 5);
    for (let i = 0; i <= stop && i + 5 <= take; i++) {
      const first = bytes[i];
      if (first === 0xff) {
        const second = bytes[i + 1];
        if (second !== 0x15 && (second !== 0x14 || bytes[i + 2] !== 0x25)) continue;
      } else if (first === 0xe8 || first === 0xe9) {
        if (near.length === 0) continue;
        const to = from + i + 5 + bytes.readInt32LE(i + 1);
        if (to < lowest || !nearSet.has(to)) continue;
      } else continue;
      const address = region.start + BigInt(from + i);
      if (wanted.known.has(address)) continue;
      const found = probe(bytes, i, address);
      // The last overlap byte of one chunk is the first byte of the next.
      if (found !== null && out.at(-1)?.address !== address) out.push(found);
      if (out.length > MAX_CALLS) return;
    }
  }
}

/**
 * Calls through the paravirt tables (and to trampolines of pv static calls) in the image's text
 * that are in no table of the image. Byte patterns find them; a decoder that starts at the
 * function's first byte confirms that an instruction begins there.
 */
export async function scanText(
  memory: ImageMemory,
  symbols: SymbolTable,
  wanted: Wanted,
  faults: Faults,
): Promise<readonly FoundCall[]> {
  if (wanted.tables.length === 0 && wanted.trampolines.size === 0) return [];
  const found: FoundCall[] = [];
  let left = MAX_TEXT;
  for (const region of memory.regions) {
    const { executable, type, name } = region.section;
    if (!executable || type === SectionType.nobits || NOT_RUN.has(name)) continue;
    left -= Number(region.end - region.start);
    if (left < 0) throw faults.damaged('more than 1 GB of text');
    candidates(memory, region, wanted, found);
    if (found.length > MAX_CALLS)
      throw faults.damaged('more calls through the tables than a kernel has');
  }
  if (found.length === 0) return [];
  const isInstruction = await boundaryCheck(memory, symbols, wanted.known, faults);
  return found.filter((call) => isInstruction(call.address));
}
