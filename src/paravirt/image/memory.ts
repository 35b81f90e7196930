import { findSection, sectionBytes, SectionType, type ElfFile, type Section } from './elf.js';
import type { Faults } from './fault.js';
import type { Relocator } from './relocate.js';

/** A section placed at the address it is linked to (or, for a module, was given by `layOut`). */
export interface Region {
  readonly section: Section;
  readonly start: bigint;
  readonly end: bigint;
}

/** The image as memory: bytes by address, relocations of a module applied. */
export interface ImageMemory {
  /** Regions in address order. */
  readonly regions: readonly Region[];
  regionAt(address: bigint): Region | null;
  /** `length` bytes from `address`, null where they are not all in one section of the file. */
  read(address: bigint, length: number): Buffer | null;
  /** A whole section by name; null where the image has none (or an empty one). */
  section(name: string): { readonly start: bigint; readonly bytes: Buffer } | null;
}

const WINDOW = 1 << 20;

/**
 * Where each section lies. A linked image says so itself; a module's sections get image offsets,
 * executable ones first, in header order, so that addresses are unique within the module.
 */
export function layOut(elf: ElfFile): readonly Region[] {
  const wanted = elf.sections.filter((s) => s.allocated && s.size > 0 && Number.isFinite(s.size));
  if (!elf.relocatable) {
    return wanted
      .map((section) => ({
        section,
        start: section.address,
        end: BigInt.asUintN(64, section.address) + BigInt(section.size),
      }))
      .sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  }
  let next = 0n;
  const ordered = [...wanted.filter((s) => s.executable), ...wanted.filter((s) => !s.executable)];
  return ordered.map((section) => {
    const align = BigInt(Math.max(1, Math.min(section.align, 4096)));
    const start = ((next + align - 1n) / align) * align;
    next = start + BigInt(section.size);
    return { section, start, end: next };
  });
}

/** The last region that begins at or before `address` and reaches beyond it. */
function findRegion(regions: readonly Region[], address: bigint): Region | null {
  let low = 0;
  let high = regions.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((regions[mid]?.start ?? 0n) <= address) low = mid + 1;
    else high = mid;
  }
  const found = regions[low - 1];
  return found !== undefined && address < found.end ? found : null;
}

/** Gives the image's bytes by address. A linked image is read in windows of 1 MB. */
export function imageMemory(
  elf: ElfFile,
  regions: readonly Region[],
  relocator: Relocator | null,
  faults: Faults,
): ImageMemory {
  let window: { region: Region; from: number; bytes: Buffer } | null = null;
  const relocated = new Map<number, Buffer>();

  const whole = (region: Region): Buffer => {
    const raw = sectionBytes(elf.source, region.section, faults);
    if (relocator === null) return raw;
    const done = relocated.get(region.section.index) ?? relocator(region, raw);
    relocated.set(region.section.index, done);
    return done;
  };

  const windowed = (region: Region, from: number, length: number): Buffer => {
    if (
      window === null ||
      window.region !== region ||
      from < window.from ||
      from + length > window.from + window.bytes.length
    ) {
      const take = Math.min(Math.max(WINDOW, length), region.section.size - from);
      const bytes = elf.source.read(
        region.section.offset + from,
        take,
        `section ${region.section.name}`,
      );
      window = { region, from, bytes };
    }
    return window.bytes.subarray(from - window.from, from - window.from + length);
  };

  return {
    regions,
    regionAt: (address) => findRegion(regions, address),
    read(address, length) {
      const region = findRegion(regions, address);
      if (region === null || region.section.type === SectionType.nobits || length < 0) return null;
      const from = Number(address - region.start);
      if (from + length > region.section.size) return null;
      return relocator === null
        ? windowed(region, from, length)
        : whole(region).subarray(from, from + length);
    },
    section(name) {
      const section = findSection(elf, name);
      const region = regions.find((r) => r.section === section);
      if (region === undefined || region.section.type === SectionType.nobits) return null;
      return { start: region.start, bytes: whole(region) };
    },
  };
}
