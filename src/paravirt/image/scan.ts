import { codeDecoder } from './code.js';
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
  readonly kind: 'indirect' | 'static' | 'load';
}

/** What to look for. */
export interface Wanted {
  /** Address ranges of the paravirt tables. */
  readonly tables: readonly { readonly base: bigint; readonly size: number }[];
  /** Trampolines of pv static calls, where the image does not list those calls. */
  readonly trampolines: ReadonlySet<bigint>;
  /** Sites that are known already. */
  readonly known: ReadonlySet<bigint>;
}

const CHUNK = 1 << 20;
/** Bounds for hostile images: text to look through, and calls to look at closely. */
const MAX_TEXT = 1 << 30;
const MAX_CALLS = 200_000;
/** One byte less than the longest form, so that none is lost between two chunks. */
const OVERLAP = 6;
/** Bytes that are never run where they lie. */
const NOT_RUN = new Set(['.altinstr_replacement']);

/** First bytes of `call *rel32(%rip)` and `call *abs32`, and of a call and a jump to a trampoline. */
const INDIRECT = [Buffer.from('ff15', 'hex'), Buffer.from('ff1425', 'hex')];
const DIRECT = [Buffer.from('e8', 'hex'), Buffer.from('e9', 'hex')];

/**
 * `mov table(%rip),%reg`: retpoline builds load the pointer, and a few instructions later call a thunk that jumps to it (in
 * `__init` code the register itself). The instruction's first bytes, for every register.
 */
const LOADS = [0x48, 0x4c].flatMap((prefix) =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((register) => Buffer.from([prefix, 0x8b, (register << 3) | 5])),
);
const LOAD_BYTES = 7;

type Probe = (bytes: Buffer, at: number, address: bigint) => FoundCall | null;

function indirectProbe(wanted: Wanted): Probe {
  const inTable = (target: bigint): boolean =>
    wanted.tables.some((t) => target >= t.base && target < t.base + BigInt(t.size));
  return (bytes, at, address) => {
    const call = indirectCall(bytes.subarray(at, at + 7), address);
    if (call === null || !inTable(call.target)) return null;
    return { address, length: call.length, target: call.target, kind: 'indirect' };
  };
}

/** Distances are compared as plain numbers: a bigint for each of 100,000 calls would take long. */
function directProbe(
  wanted: Wanted,
  start: bigint,
): (bytes: Buffer, at: number, from: number) => FoundCall | null {
  const near = new Map(
    [...wanted.trampolines].map((t) => [Number(BigInt.asIntN(64, t - start)), t]),
  );
  return (bytes, at, from) => {
    if (at + 5 > bytes.length) return null;
    const target = near.get(from + at + 5 + bytes.readInt32LE(at + 1));
    if (target === undefined) return null;
    return { address: start + BigInt(from + at), length: 5, target, kind: 'static' };
  };
}

function loadProbe(wanted: Wanted): Probe {
  return (bytes, at, address) => {
    if (at + LOAD_BYTES > bytes.length) return null;
    const target = address + BigInt(LOAD_BYTES + bytes.readInt32LE(at + 3));
    if (!wanted.tables.some((t) => target >= t.base && target < t.base + BigInt(t.size)))
      return null;
    return { address, length: LOAD_BYTES, target, kind: 'load' };
  };
}

/** Looks through one section for byte patterns of calls. */
function candidates(memory: ImageMemory, region: Region, wanted: Wanted, out: FoundCall[]): void {
  const load = loadProbe(wanted);
  const indirect = indirectProbe(wanted);
  const direct = directProbe(wanted, region.start);
  const size = Number(region.end - region.start);
  for (let from = 0; from < size; from += CHUNK) {
    const bytes = memory.read(region.start + BigInt(from), Math.min(CHUNK + OVERLAP, size - from));
    if (bytes === null) return;
    const add = (needle: Buffer, probe: (at: number) => FoundCall | null): void => {
      for (
        let at = bytes.indexOf(needle);
        at >= 0 && at < CHUNK;
        at = bytes.indexOf(needle, at + 1)
      ) {
        const found = probe(at);
        if (found !== null && !wanted.known.has(found.address)) out.push(found);
        if (out.length > MAX_CALLS) return;
      }
    };
    for (const needle of INDIRECT) {
      add(needle, (at) => indirect(bytes, at, region.start + BigInt(from + at)));
    }
    for (const needle of LOADS) {
      add(needle, (at) => load(bytes, at, region.start + BigInt(from + at)));
    }
    if (wanted.trampolines.size === 0) continue;
    for (const needle of DIRECT) add(needle, (at) => direct(bytes, at, from));
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
  const decoder = await codeDecoder(memory, symbols, wanted.known, faults);
  return found.flatMap((call): FoundCall[] => {
    if (!decoder.isInstruction(call.address)) return [];
    if (call.kind !== 'load') return [call];
    const at = decoder.callOfLoaded(call.address);
    return at === null ? [] : [{ ...at, target: call.target, kind: 'indirect' }];
  });
}
