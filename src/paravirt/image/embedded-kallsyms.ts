import type { ImageMemory } from './memory.js';
import { isNamed, symbolTable, type RawSymbol, type SymbolTable } from './symbols.js';

// The symbol names that a kernel carries for itself, as scripts/kallsyms.c writes them into
// .rodata (CONFIG_KALLSYMS, base-relative). Nothing points at these tables in a stripped image, so
// they are found by their shape: the token table holds "0\0" to "9\0" in a row.
//   to 6.3:  offsets, relative_base, num_syms, names, markers, [seqs,] token_table, token_index
//   6.4 on:  num_syms, names, markers, token_table, token_index, offsets, relative_base, seqs
// (each aligned to 8 bytes; seqs_of_names is there since 6.2).

const DIGITS = Buffer.from([...'0123456789'].map((d) => `${d}\0`).join(''), 'latin1');
const TOKENS = 256;
/** Symbols between two markers. */
const STRIDE = 256;
const MAX_SYMBOLS = 2_000_000;
const MAX_NAME = 1024;
const MAX_RODATA = 256 << 20;
/** Longest likely 48 tokens before "0", and symbols behind the last marker. */
const SEARCH = 4096;
const TAIL_SEARCH = STRIDE * 128;

interface Tokens {
  readonly start: number;
  /** Where the token index ends. */
  readonly end: number;
  readonly texts: readonly string[];
}

interface Names {
  readonly start: number;
  readonly count: number;
}

const align = (at: number): number => Math.ceil(at / 8) * 8;

/** Steps that the search may still take: a hostile image may look right in too many places. */
interface Budget {
  left: number;
}
const STEPS = 20_000_000;

/** Reads 256 tokens at `start`, if the index behind them says the same. */
function tokensAt(bytes: Buffer, start: number, budget: Budget): Tokens | null {
  const texts: string[] = [];
  const offsets: number[] = [];
  let at = start;
  for (let i = 0; i < TOKENS; i++) {
    const end = bytes.indexOf(0, at);
    if (end < 0 || end - at > 512 || (budget.left -= 20) < 0) return null;
    offsets.push(at - start);
    texts.push(bytes.toString('latin1', at, end));
    at = end + 1;
  }
  const index = align(at);
  if (index + 2 * TOKENS > bytes.length) return null;
  const agrees = offsets.every((offset, i) => bytes.readUInt16LE(index + 2 * i) === offset);
  return agrees ? { start, end: index + 2 * TOKENS, texts } : null;
}

function findTokens(bytes: Buffer, budget: Budget): Tokens | null {
  for (
    let at = bytes.indexOf(DIGITS);
    at >= 0 && budget.left > 0;
    at = bytes.indexOf(DIGITS, at + 1)
  ) {
    const lowest = Math.max(0, at - SEARCH);
    for (let start = at - (at % 8); start >= lowest; start -= 8) {
      const found = tokensAt(bytes, start, budget);
      if (found !== null) return found;
    }
  }
  return null;
}

/** Steps over one packed name: gives where its bytes begin and end (two length bytes since 6.1). */
function nameAt(bytes: Buffer, at: number): readonly [from: number, end: number] {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return [at + 1, at + 1 + first];
  return [at + 2, at + 2 + ((first & 0x7f) | ((bytes[at + 1] ?? 0) << 7))];
}

/** True where stepping through the names meets every marker. */
function meetsMarkers(
  bytes: Buffer,
  names: Names,
  markers: readonly number[],
  budget: Budget,
): boolean {
  let at = names.start;
  for (let i = 0; i < names.count; i++) {
    if (i % STRIDE === 0 && at - names.start !== markers[i / STRIDE]) return false;
    at = nameAt(bytes, at)[1];
    if (at > bytes.length || (budget.left -= 1) < 0) return false;
  }
  return true;
}

/** The markers that end at `end` (padding before it allowed), going back to the first, which is 0. */
function markersBefore(
  bytes: Buffer,
  end: number,
  budget: Budget,
): { start: number; values: number[] } | null {
  let at = end - 4;
  if (at >= 4 && bytes.readUInt32LE(at) === 0) at -= 4;
  const values: number[] = [];
  for (let above = bytes.length; at >= 0; at -= 4) {
    const value = bytes.readUInt32LE(at);
    if (value >= above || (budget.left -= 1) < 0) return null;
    values.push(value);
    if (value === 0) return { start: at, values: values.reverse() };
    above = value;
  }
  return null;
}

function namesBefore(bytes: Buffer, end: number, budget: Budget): Names | null {
  const markers = markersBefore(bytes, end, budget);
  if (markers === null || markers.values.length < 2) return null;
  const { values } = markers;
  const highest = markers.start - (values.at(-1) ?? 0);
  const lowest = Math.max(8, highest - TAIL_SEARCH);
  for (let start = highest - (highest % 8); start >= lowest; start -= 8) {
    const count = bytes.readUInt32LE(start - 8);
    if (count <= STRIDE * (values.length - 1) || count > STRIDE * values.length) continue;
    const names = { start, count };
    if (meetsMarkers(bytes, names, values, budget)) return names;
  }
  return null;
}

/**
 * Names that lie right before the tokens, or before the `seqs` of 6.2 and 6.3 (3 bytes a symbol,
 * also in Debian's 6.1), whose size depends on the count that is being looked for.
 */
function findNames(bytes: Buffer, tokens: Tokens, budget: Budget): Names | null {
  const lowest = Math.max(16, tokens.start - 3 * MAX_SYMBOLS);
  for (let end = tokens.start; end >= lowest && budget.left > 0; end -= 8) {
    const found = namesBefore(bytes, end, budget);
    const between = tokens.start - end;
    if (found !== null && (between === 0 || between === align(3 * found.count))) return found;
  }
  return null;
}

/** Where the offsets are: the relative base beside them must be the start of the text. */
function findOffsets(bytes: Buffer, tokens: Tokens, names: Names, text: bigint): number | null {
  const size = align(names.count * 4);
  const after = align(tokens.end);
  if (after + size + 8 <= bytes.length && bytes.readBigUInt64LE(after + size) === text)
    return after;
  const base = names.start - 16;
  const before = base - size;
  return before >= 0 && bytes.readBigUInt64LE(base) === text ? before : null;
}

/**
 * The symbols that a stripped kernel carries for itself; null where it carries none, or in a form
 * not known here. `text` is the start of `.text`.
 */
export function readEmbedded(memory: ImageMemory): SymbolTable | null {
  const bytes = memory.section('.rodata')?.bytes;
  const text = memory.regions.find((r) => r.section.name === '.text')?.start;
  if (bytes === undefined || text === undefined || bytes.length > MAX_RODATA) return null;
  const budget: Budget = { left: STEPS };
  const tokens = findTokens(bytes, budget);
  const names = tokens === null ? null : findNames(bytes, tokens, budget);
  if (tokens === null || names === null) return null;
  const offsets = findOffsets(bytes, tokens, names, text);
  if (offsets === null) return null;
  const raws: RawSymbol[] = [];
  const named = new Map<string, { address: bigint; size: number }>();
  let at = names.start;
  for (let i = 0; i < names.count; i++) {
    const [from, end] = nameAt(bytes, at);
    at = end;
    let whole = '';
    for (let j = from; j < end && whole.length < MAX_NAME; j++) {
      whole += tokens.texts[bytes[j] ?? 0] ?? '';
    }
    const type = whole[0] ?? '';
    const name = whole.slice(1);
    const inText = type === 'T' || type === 't' || type === 'W' || type === 'w';
    const keep = isNamed(name);
    if (!inText && !keep) continue;
    // KALLSYMS_ABSOLUTE_PERCPU (to 6.14): negative offsets are relative, the others per-CPU.
    const offset = bytes.readInt32LE(offsets + 4 * i);
    const address = offset < 0 ? text - 1n - BigInt(offset) : text + BigInt(offset);
    if (keep) named.set(name, { address, size: 0 });
    const binding = type === 'T' ? 'global' : type === 't' ? 'local' : 'weak';
    if (inText) raws.push({ address, size: 0n, name, binding, typed: true });
  }
  return symbolTable('built-in', raws, named, memory.regions);
}
