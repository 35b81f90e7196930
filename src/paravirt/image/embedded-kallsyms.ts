import type { ImageMemory } from './memory.js';
import { isNamed, symbolTable, type RawSymbol, type SymbolTable } from './symbols.js';

// The symbol names that a kernel carries for itself, as scripts/kallsyms.c writes them into
// .rodata (CONFIG_KALLSYMS). Nothing points at these tables in a stripped image, so
// they are found by their shape: the token table holds "0\0" to "9\0" in a row.
//   to 6.3:  offsets, relative_base, num_syms, names, markers, [seqs,] token_table, token_index
//   to 6.19: num_syms, names, markers, token_table, token_index, offsets, relative_base, seqs
//   7.0 on:  num_syms, names, markers, token_table, token_index, offsets, seqs
// (each aligned to 8 bytes, since 7.0 to 4; seqs_of_names is there since 6.2; markers have 8 bytes to 4.19, then 4). Offsets are relative to
// relative_base, and without one each to its own place.

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

/** What the tables are aligned to, and how long a marker is; the most likely first. */
const FORMS = [
  { unit: 8, marker: 4 },
  { unit: 4, marker: 4 },
  { unit: 8, marker: 8 },
] as const;

/** Where the tables are searched, and how. */
interface Search {
  readonly bytes: Buffer;
  readonly unit: 4 | 8;
  readonly marker: 4 | 8;
  /** Steps that may still be taken: a hostile image may look right in too many places. */
  left: number;
}
const STEPS = 20_000_000;

const align = ({ unit }: Search, at: number): number => Math.ceil(at / unit) * unit;

/** Reads 256 tokens at `start`, if the index behind them says the same. */
function tokensAt(search: Search, start: number): Tokens | null {
  const { bytes } = search;
  const texts: string[] = [];
  const offsets: number[] = [];
  let at = start;
  for (let i = 0; i < TOKENS; i++) {
    const end = bytes.indexOf(0, at);
    if (end < 0 || end - at > 512 || (search.left -= 20) < 0) return null;
    offsets.push(at - start);
    texts.push(bytes.toString('latin1', at, end));
    at = end + 1;
  }
  const index = align(search, at);
  if (index + 2 * TOKENS > bytes.length) return null;
  const agrees = offsets.every((offset, i) => bytes.readUInt16LE(index + 2 * i) === offset);
  return agrees ? { start, end: index + 2 * TOKENS, texts } : null;
}

function findTokens(search: Search): Tokens | null {
  const { bytes, unit } = search;
  for (
    let at = bytes.indexOf(DIGITS);
    at >= 0 && search.left > 0;
    at = bytes.indexOf(DIGITS, at + 1)
  ) {
    const lowest = Math.max(0, at - SEARCH);
    for (let start = at - (at % unit); start >= lowest; start -= unit) {
      const found = tokensAt(search, start);
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
function meetsMarkers(search: Search, names: Names, markers: readonly number[]): boolean {
  const { bytes } = search;
  let at = names.start;
  for (let i = 0; i < names.count; i++) {
    if (i % STRIDE === 0 && at - names.start !== markers[i / STRIDE]) return false;
    at = nameAt(bytes, at)[1];
    if (at > bytes.length || (search.left -= 1) < 0) return false;
  }
  return true;
}

/** The markers that end at `end` (padding before it allowed), going back to the first, which is 0. */
function markersBefore(search: Search, end: number): { start: number; values: number[] } | null {
  const { bytes, marker } = search;
  let at = end - marker;
  if (marker === 4 && at >= 4 && bytes.readUInt32LE(at) === 0) at -= 4;
  const values: number[] = [];
  for (let above = bytes.length; at >= 0; at -= marker) {
    const value = bytes.readUInt32LE(at);
    if (marker === 8 && bytes.readUInt32LE(at + 4) !== 0) return null;
    if (value >= above || (search.left -= 1) < 0) return null;
    values.push(value);
    if (value === 0) return { start: at, values: values.reverse() };
    above = value;
  }
  return null;
}

function namesBefore(search: Search, end: number): Names | null {
  const { bytes, unit } = search;
  const markers = markersBefore(search, end);
  if (markers === null || markers.values.length < 2) return null;
  const { values } = markers;
  const highest = markers.start - (values.at(-1) ?? 0);
  const lowest = Math.max(unit, highest - TAIL_SEARCH);
  for (let start = highest - (highest % unit); start >= lowest; start -= unit) {
    const count = bytes.readUInt32LE(start - unit);
    if (count <= STRIDE * (values.length - 1) || count > STRIDE * values.length) continue;
    const names = { start, count };
    if (meetsMarkers(search, names, values)) return names;
  }
  return null;
}

/**
 * Names that lie right before the tokens, or before the `seqs` of 6.2 and 6.3 (3 bytes a symbol,
 * also in Debian's 6.1), whose size depends on the count that is being looked for.
 */
function findNames(search: Search, tokens: Tokens): Names | null {
  const lowest = Math.max(16, tokens.start - 3 * MAX_SYMBOLS);
  for (let end = tokens.start; end >= lowest && search.left > 0; end -= search.unit) {
    const found = namesBefore(search, end);
    const between = tokens.start - end;
    if (found !== null && (between === 0 || between === align(search, 3 * found.count)))
      return found;
  }
  return null;
}

/** Gives the address of the symbol of a number. */
type Addresses = (index: number) => bigint;

/**
 * To 6.14. With KALLSYMS_ABSOLUTE_PERCPU, which x86-64 has with SMP, a negative offset is -1 less the distance
 * from the base; the others are values of per-CPU symbols, which are no addresses and may come out as any. Without
 * it all offsets are distances.
 */
function fromBase(bytes: Buffer, offsets: number, base: bigint): Addresses {
  return (i) => {
    const offset = bytes.readInt32LE(offsets + 4 * i);
    return offset < 0 ? base - 1n - BigInt(offset) : base + BigInt(offset);
  };
}

function fromPlaces(bytes: Buffer, offsets: number, start: bigint): Addresses {
  return (i) => {
    const at = offsets + 4 * i;
    return start + BigInt(at) + BigInt(bytes.readInt32LE(at));
  };
}

/** Symbols are written in the order of their addresses, and the text begins with one. */
function inOrder(addresses: Addresses, count: number, text: bigint): boolean {
  let last = text;
  if (addresses(0) !== text) return false;
  for (let i = 1; i < count; i++) {
    const address = addresses(i);
    if (address < last) return false;
    last = address;
  }
  return true;
}

/** Where the offsets are: the relative base beside them must be the start of the text, or they must need none. */
function findAddresses(
  search: Search,
  tokens: Tokens,
  names: Names,
  { start, text }: { readonly start: bigint; readonly text: bigint },
): Addresses | null {
  const { bytes } = search;
  const size = align(search, names.count * 4);
  const after = align(search, tokens.end);
  if (search.unit === 4) {
    if (after + size > bytes.length) return null;
    const addresses = fromPlaces(bytes, after, start);
    return inOrder(addresses, names.count, text) ? addresses : null;
  }
  const isBase = (at: number): boolean =>
    at >= 0 && at + 8 <= bytes.length && bytes.readBigUInt64LE(at) === text;
  if (isBase(after + size)) return fromBase(bytes, after, text);
  const base = names.start - 16;
  return base >= size && isBase(base) ? fromBase(bytes, base - size, text) : null;
}

interface Embedded {
  readonly tokens: Tokens;
  readonly names: Names;
  readonly addresses: Addresses;
}

function findEmbedded(bytes: Buffer, places: { start: bigint; text: bigint }): Embedded | null {
  for (const form of FORMS) {
    const search: Search = { bytes, ...form, left: STEPS };
    const tokens = findTokens(search);
    const names = tokens === null ? null : findNames(search, tokens);
    if (tokens === null || names === null) continue;
    const addresses = findAddresses(search, tokens, names, places);
    if (addresses !== null) return { tokens, names, addresses };
  }
  return null;
}

/**
 * The symbols that a stripped kernel carries for itself; null where it carries none, or in a form
 * not known here. `text` is the start of `.text`.
 */
export function readEmbedded(memory: ImageMemory): SymbolTable | null {
  const rodata = memory.section('.rodata');
  const text = memory.regions.find((r) => r.section.name === '.text')?.start;
  if (rodata === null || text === undefined || rodata.bytes.length > MAX_RODATA) return null;
  const { bytes, start } = rodata;
  const found = findEmbedded(bytes, { start, text });
  if (found === null) return null;
  const { tokens, names, addresses } = found;
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
    const address = addresses(i);
    if (keep) named.set(name, { address, size: 0 });
    const binding = type === 'T' ? 'global' : type === 't' ? 'local' : 'weak';
    if (inText) raws.push({ address, size: 0n, name, binding, typed: true });
  }
  return symbolTable('built-in', raws, named, memory.regions);
}
