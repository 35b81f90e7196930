import { cString, sectionBytes, SectionType, type ElfFile, type Section } from './elf.js';
import type { Faults } from './fault.js';
import type { Region } from './memory.js';

/** Applies a module's relocations to one section's bytes (a copy is returned). */
export type Relocator = (region: Region, raw: Buffer) => Buffer;

// Relocation types of the x86-64 psABI, table 4.9; the kernel applies the same set
// (arch/x86/kernel/module.c, Linux 6.12).
const R_64 = 1;
const R_PC32 = 2;
const R_PLT32 = 4;
const R_32 = 10;
const R_32S = 11;
const R_PC64 = 24;
const RELA = 24;
const SYMBOL = 24;
/** A hundred times a large module's; a bound for hostile tables. */
const MAX_RELOCATIONS = 10_000_000;
const SHN_LORESERVE = 0xff00;
const SHN_ABS = 0xfff1;

/**
 * Undefined symbols that a module's paravirt tables refer to: each gets a place of its own behind
 * the module, so that what is read from the module looks like a linked image.
 */
const FOREIGN = /^(pv_[a-z]+_ops|pv_ops(_lock)?|__SC[KT]__.*)$/;
const FOREIGN_SPACING = 0x1000n;

/** Where the symbols of a module lie, and its relocator. */
export interface ModuleLinks {
  readonly relocate: Relocator;
  /** Symbols defined elsewhere that got a place here: name to address. */
  readonly foreign: ReadonlyMap<string, bigint>;
}

interface SymbolPlaces {
  readonly address: (index: number) => bigint | null;
  readonly foreign: ReadonlyMap<string, bigint>;
}

function placeSymbols(elf: ElfFile, regions: readonly Region[], faults: Faults): SymbolPlaces {
  const symtab = elf.sections.find((s) => s.type === SectionType.symtab);
  const symbols = sectionBytes(elf.source, symtab, faults);
  const names = sectionBytes(elf.source, elf.sections[symtab?.link ?? -1], faults);
  const starts = new Map(regions.map((r) => [r.section.index, r.start]));
  const end = regions.reduce((max, r) => (r.end > max ? r.end : max), 0n);
  const foreign = new Map<string, bigint>();
  let next = ((end >> 12n) + 16n) << 12n;
  const undefinedAt = new Map<number, bigint>();
  for (let i = 0; (i + 1) * SYMBOL <= symbols.length; i++) {
    if (symbols.readUInt16LE(i * SYMBOL + 6) !== 0) continue;
    const name = cString(names, symbols.readUInt32LE(i * SYMBOL), 256);
    if (!FOREIGN.test(name)) continue;
    const at = foreign.get(name) ?? next;
    if (!foreign.has(name)) next += FOREIGN_SPACING;
    foreign.set(name, at);
    undefinedAt.set(i, at);
  }
  const address = (index: number): bigint | null => {
    if ((index + 1) * SYMBOL > symbols.length) return null;
    const home = symbols.readUInt16LE(index * SYMBOL + 6);
    const value = symbols.readBigUInt64LE(index * SYMBOL + 8);
    if (home === 0) return undefinedAt.get(index) ?? null;
    if (home === SHN_ABS) return value;
    const start = home < SHN_LORESERVE ? starts.get(home) : undefined;
    return start === undefined ? null : BigInt.asUintN(64, start + value);
  };
  return { address, foreign };
}

/** Prepares the relocation of a module whose sections lie at `regions`. */
export function moduleLinks(elf: ElfFile, regions: readonly Region[], faults: Faults): ModuleLinks {
  const places = placeSymbols(elf, regions, faults);
  const tables = new Map<number, Section[]>();
  for (const s of elf.sections) {
    if (s.type !== SectionType.rela) continue;
    tables.set(s.info, [...(tables.get(s.info) ?? []), s]);
  }
  let left = MAX_RELOCATIONS;
  const relocate: Relocator = (region, raw) => {
    const out = Buffer.from(raw);
    for (const table of tables.get(region.section.index) ?? []) {
      const rows = sectionBytes(elf.source, table, faults);
      left -= rows.length / RELA;
      if (left < 0) throw faults.damaged('too many relocations');
      for (let at = 0; at + RELA <= rows.length; at += RELA) {
        const target = places.address(rows.readUInt32LE(at + 12));
        // What points outside the module and is no paravirt symbol stays 0: nothing here reads it.
        if (target === null) continue;
        const value = target + rows.readBigInt64LE(at + 16);
        patch(out, rows.readBigUInt64LE(at), rows.readUInt32LE(at + 8), value, region);
      }
    }
    return out;
  };
  return { relocate, foreign: places.foreign };
}

/** Writes one relocation; one that would reach beyond the section is passed over. */
function patch(out: Buffer, offset: bigint, type: number, value: bigint, region: Region): void {
  const width = type === R_64 || type === R_PC64 ? 8 : 4;
  if (offset + BigInt(width) > BigInt(out.length)) return;
  const at = Number(offset);
  const here = region.start + offset;
  if (type === R_64) out.writeBigUInt64LE(BigInt.asUintN(64, value), at);
  else if (type === R_PC64) out.writeBigUInt64LE(BigInt.asUintN(64, value - here), at);
  else if (type === R_PC32 || type === R_PLT32) {
    out.writeInt32LE(Number(BigInt.asIntN(32, value - here)), at);
  } else if (type === R_32 || type === R_32S) {
    out.writeInt32LE(Number(BigInt.asIntN(32, value)), at);
  }
}
