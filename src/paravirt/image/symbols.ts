import { cString, sectionBytes, SectionType, type ElfFile } from './elf.js';
import type { Faults } from './fault.js';
import type { Region } from './memory.js';

/** A symbol as a symbol table or kallsyms lists it, before aliases are sorted out. */
export interface RawSymbol {
  readonly address: bigint;
  /** 0 where unknown. */
  readonly size: bigint;
  readonly name: string;
  readonly binding: 'global' | 'weak' | 'local';
  /** FUNC; false for NOTYPE labels, as hand-written assembly has them. */
  readonly typed: boolean;
}

/** A function: one entry per address, its other names as aliases. */
export interface FunctionSymbol {
  readonly address: bigint;
  /** End of its own bytes. */
  readonly end: bigint;
  /**
   * Where the next symbol (or the section's end) is. The kernel names what lies in between by this
   * symbol: bodies of weak functions that another definition replaced stand there without a name.
   */
  readonly until: bigint;
  readonly name: string;
  readonly aliases: readonly string[];
}

/**
 * Where the symbols came from: the image's symbol table, a listing, or the names that the kernel
 * carries for itself. Null: there were none.
 */
export type SymbolOrigin = 'symtab' | 'system-map' | 'kallsyms' | 'built-in' | null;

/** The functions of an image by address, and the few data symbols that paravirt needs by name. */
export interface SymbolTable {
  readonly origin: SymbolOrigin;
  readonly functions: readonly FunctionSymbol[];
  /** The function that `address` is named by, and how far into it that is. */
  lookup(address: bigint): { readonly symbol: FunctionSymbol; readonly offset: number } | null;
  /** Address (and size, 0 when unknown) of `pv_ops`, `__SCK__*`, `linux_banner` and the like. */
  named(name: string): { readonly address: bigint; readonly size: number } | null;
  readonly names: ReadonlyMap<string, { readonly address: bigint; readonly size: number }>;
}

/** Names kept whatever section they are in. */
const NAMED =
  /^(pv_[a-z]+_ops|pv_ops(_lock)?|__SC[KT]__[\w.]+|linux_banner|__(start|stop)_static_call_sites|_text|_stext|_etext|_sinittext|_einittext)$/;
/** Bounds of sections, not functions: they never win over another symbol. */
const MARKER = /^(__\w+_text_(start|end)|_s?text|_etext|_[se]inittext|__init_(begin|end))$/;
/** `__pfx_f` names the padding before `f` (Linux 6.2 and later); `.L` are assembler labels. */
const SKIPPED = /^(__pfx_|\.L|\$)/;
const BINDINGS = ['local', 'global', 'weak'] as const;
const SYMBOL = 24;
/** Ten times a distribution kernel's; a bound for hostile tables. */
export const MAX_SYMBOLS = 2_000_000;
const STT_NOTYPE = 0;
const STT_OBJECT = 1;
const STT_FUNC = 2;

export const NO_SYMBOLS: SymbolTable = {
  origin: null,
  functions: [],
  lookup: () => null,
  named: () => null,
  names: new Map(),
};

function rank(s: RawSymbol): number {
  const binding = s.binding === 'global' ? 0 : s.binding === 'weak' ? 1 : 2;
  return (MARKER.test(s.name) ? 100 : 0) + binding * 10 + (s.typed ? 0 : 1);
}

function better(a: RawSymbol, b: RawSymbol): number {
  return rank(a) - rank(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

function byAddress(a: RawSymbol, b: RawSymbol): number {
  return a.address < b.address ? -1 : a.address > b.address ? 1 : better(a, b);
}

/** Sorts out aliases and missing sizes: a function without a size ends at the next one. */
function toFunctions(raws: readonly RawSymbol[], regions: readonly Region[]): FunctionSymbol[] {
  const text = regions.filter((r) => r.section.executable);
  const out: FunctionSymbol[] = [];
  const sorted = raws.filter((s) => !SKIPPED.test(s.name)).sort(byAddress);
  let inRegion = 0;
  for (let i = 0; i < sorted.length;) {
    const best = sorted[i];
    if (best === undefined) break;
    let next = i + 1;
    while (sorted[next]?.address === best.address) next++;
    while ((text[inRegion]?.end ?? 1n << 64n) <= best.address) inRegion++;
    const region = text[inRegion];
    if (region !== undefined && region.start <= best.address) {
      const same = sorted.slice(i, next);
      const size = same.reduce((max, s) => (s.size > max ? s.size : max), 0n);
      const following = sorted[next]?.address ?? region.end;
      const open = following < region.end ? following : region.end;
      const end = size > 0n && best.address + size <= region.end ? best.address + size : open;
      const aliases = same.slice(1).map((s) => s.name);
      out.push({ address: best.address, end, until: open, name: best.name, aliases });
    }
    i = next;
  }
  return out;
}

/** Makes the table out of what a symbol table or a text listing gave. */
export function symbolTable(
  origin: SymbolOrigin,
  raws: readonly RawSymbol[],
  named: ReadonlyMap<string, { readonly address: bigint; readonly size: number }>,
  regions: readonly Region[],
): SymbolTable {
  const functions = toFunctions(raws, regions);
  return {
    origin,
    functions,
    names: named,
    named: (name) => named.get(name) ?? null,
    lookup(address) {
      let low = 0;
      let high = functions.length;
      while (low < high) {
        const mid = (low + high) >> 1;
        if ((functions[mid]?.address ?? 0n) <= address) low = mid + 1;
        else high = mid;
      }
      const symbol = functions[low - 1];
      if (symbol === undefined || address >= symbol.until) return null;
      return { symbol, offset: Number(address - symbol.address) };
    },
  };
}

/** True for the data symbols that are kept by name. */
export function isNamed(name: string): boolean {
  return NAMED.test(name);
}

/** Reads `.symtab`; null where the image is stripped. `foreign` places a module's undefined names. */
export function readSymtab(
  elf: ElfFile,
  regions: readonly Region[],
  foreign: ReadonlyMap<string, bigint>,
  faults: Faults,
): SymbolTable | null {
  const symtab = elf.sections.find((s) => s.type === SectionType.symtab);
  if (symtab === undefined) return null;
  const rows = sectionBytes(elf.source, symtab, faults);
  if (rows.length > MAX_SYMBOLS * SYMBOL)
    throw faults.refused('too many symbols', 'this is no kernel image');
  const names = sectionBytes(elf.source, elf.sections[symtab.link], faults);
  const homes = new Map(regions.map((r) => [r.section.index, r]));
  const raws: RawSymbol[] = [];
  const named = new Map<string, { address: bigint; size: number }>();
  for (const [name, address] of foreign) named.set(name, { address, size: 0 });
  for (let at = 0; at + SYMBOL <= rows.length; at += SYMBOL) {
    const info = rows[at + 4] ?? 0;
    const type = info & 15;
    if (type !== STT_NOTYPE && type !== STT_OBJECT && type !== STT_FUNC) continue;
    const home = homes.get(rows.readUInt16LE(at + 6));
    if (home === undefined) continue;
    const inText = home.section.executable && type !== STT_OBJECT;
    const name = cString(names, rows.readUInt32LE(at), 1024);
    const keep = isNamed(name);
    if (name === '' || (!inText && !keep)) continue;
    const value = rows.readBigUInt64LE(at + 8);
    const address = elf.relocatable ? BigInt.asUintN(64, home.start + value) : value;
    const size = rows.readBigUInt64LE(at + 16);
    if (keep) named.set(name, { address, size: size < 1n << 31n ? Number(size) : 0 });
    const binding = BINDINGS[info >> 4] ?? 'local';
    if (inText) raws.push({ address, size, name, binding, typed: type === STT_FUNC });
  }
  return raws.length === 0 ? null : symbolTable('symtab', raws, named, regions);
}
