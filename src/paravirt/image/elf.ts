import type { Faults } from './fault.js';
import type { ByteSource } from './source.js';

// ELF-64 object file format (System V gABI, chapters 4 and 5; Linux include/uapi/linux/elf.h).
const HEADER = 64;
const SECTION_HEADER = 64;
/** More than any linker writes for a kernel; a bound for hostile counts. */
const MAX_SECTIONS = 200_000;
const SHN_XINDEX = 0xffff;
const MACHINES: ReadonlyMap<number, string> = new Map([
  [3, 'i386'],
  [8, 'MIPS'],
  [20, 'PowerPC'],
  [21, 'PowerPC64'],
  [22, 'S/390'],
  [40, 'ARM'],
  [183, 'AArch64'],
  [243, 'RISC-V'],
  [258, 'LoongArch'],
]);
const USE_X86_64 = 'give the x86-64 image that was recorded';

export const SectionType = { rela: 4, note: 7, nobits: 8, symtab: 2, strtab: 3 } as const;
const SHF_ALLOC = 2n;
const SHF_EXECINSTR = 4n;
const SHF_COMPRESSED = 0x800n;

/** One section header. `address` is 0 in a relocatable module. */
export interface Section {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly allocated: boolean;
  readonly executable: boolean;
  readonly compressed: boolean;
  readonly address: bigint;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly align: number;
  readonly entrySize: number;
}

/** A parsed ELF header with its sections; contents are read on demand. */
export interface ElfFile {
  readonly source: ByteSource;
  readonly relocatable: boolean;
  readonly sections: readonly Section[];
}

/** What is wrong with a kernel of another architecture, and what to do. */
export function foreignMachine(name: string): readonly [what: string, advice: string] {
  return [`kernel image for ${name}, not for x86-64`, USE_X86_64];
}

function checkIdent(head: Buffer, faults: Faults): void {
  if (head[4] === 1) throw faults.refused('32-bit ELF image (ELFCLASS32)', USE_X86_64);
  if (head[4] !== 2) throw faults.damaged(`unknown ELF class ${head[4] ?? 0}`);
  if (head[5] === 2) throw faults.refused('big-endian ELF image', USE_X86_64);
  if (head[5] !== 1) throw faults.damaged(`unknown ELF byte order ${head[5] ?? 0}`);
  const machine = head.readUInt16LE(18);
  if (machine !== 62) {
    const name = MACHINES.get(machine) ?? `machine ${machine}`;
    throw faults.refused(...foreignMachine(name));
  }
  const type = head.readUInt16LE(16);
  if (type === 4) {
    throw faults.refused('core dump, not a kernel image', 'give the vmlinux of that kernel');
  }
  if (type < 1 || type > 3) throw faults.damaged(`unknown ELF type ${type}`);
}

/** A size or offset as a number; beyond 2^53 it cannot lie in any file, so it becomes infinite. */
function small(value: bigint): number {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : Number.POSITIVE_INFINITY;
}

/** True where the first bytes say ELF. */
export function isElf(head: Buffer): boolean {
  return head.length >= 4 && head.readUInt32BE(0) === 0x7f454c46;
}

/** Reads the ELF header and all section headers of a little-endian x86-64 image. */
export function parseElf(source: ByteSource, faults: Faults): ElfFile {
  const ident = source.read(0, Math.min(source.size, HEADER), 'the ELF header');
  if (!isElf(ident)) {
    throw faults.refused('not an ELF image', 'give a vmlinux, a bzImage/vmlinuz or a .ko module');
  }
  const head = source.read(0, HEADER, 'the ELF header');
  checkIdent(head, faults);
  const tableAt = small(head.readBigUInt64LE(40));
  if (tableAt === 0) {
    throw faults.refused(
      'ELF image without section headers',
      'give a vmlinux that was not sstripped',
    );
  }
  const entry = head.readUInt16LE(58);
  if (entry !== SECTION_HEADER) throw faults.damaged(`section headers of ${entry} bytes`);
  const first = source.read(tableAt, SECTION_HEADER, 'the section header table');
  // Counts that do not fit in 16 bits stand in the first header (gABI, "Special Sections").
  const count = head.readUInt16LE(60) || small(first.readBigUInt64LE(32));
  if (count > MAX_SECTIONS) throw faults.damaged(`${count} sections`);
  const table = source.read(tableAt, count * SECTION_HEADER, 'the section header table');
  const rawNames = head.readUInt16LE(62);
  const namesIndex = rawNames === SHN_XINDEX ? first.readUInt32LE(40) : rawNames;
  if (namesIndex >= count) throw faults.damaged('the section name table does not exist');
  const unnamed = Array.from({ length: count }, (_, i) =>
    parseSection(table.subarray(i * SECTION_HEADER, (i + 1) * SECTION_HEADER), i),
  );
  const names = sectionBytes(source, unnamed[namesIndex], faults);
  const sections = unnamed.map((s, i) => ({
    ...s,
    name: cString(names, table.readUInt32LE(i * SECTION_HEADER), 256),
  }));
  return { source, relocatable: head.readUInt16LE(16) === 1, sections };
}

function parseSection(h: Buffer, index: number): Section {
  const flags = h.readBigUInt64LE(8);
  return {
    index,
    name: '',
    type: h.readUInt32LE(4),
    allocated: (flags & SHF_ALLOC) !== 0n,
    executable: (flags & SHF_EXECINSTR) !== 0n,
    compressed: (flags & SHF_COMPRESSED) !== 0n,
    address: h.readBigUInt64LE(16),
    offset: small(h.readBigUInt64LE(24)),
    size: small(h.readBigUInt64LE(32)),
    link: h.readUInt32LE(40),
    info: h.readUInt32LE(44),
    align: small(h.readBigUInt64LE(48)),
    entrySize: small(h.readBigUInt64LE(56)),
  };
}

/** A NUL-terminated string out of a string table; '' outside it; never longer than `max`. */
export function cString(table: Buffer, at: number, max = 4096): string {
  if (at >= table.length) return '';
  const end = table.subarray(at, at + max).indexOf(0);
  return table.toString('utf8', at, end < 0 ? Math.min(table.length, at + max) : at + end);
}

/** The section of that name, if any. */
export function findSection(elf: ElfFile, name: string): Section | undefined {
  return elf.sections.find((s) => s.name === name);
}

/** A section's bytes as they stand in the file; nothing for a NOBITS section or none at all. */
export function sectionBytes(source: ByteSource, s: Section | undefined, faults: Faults): Buffer {
  if (s === undefined || s.type === SectionType.nobits || s.size === 0) return Buffer.alloc(0);
  if (s.compressed) {
    throw faults.refused(`compressed section ${s.name}`, 'run objcopy --decompress-debug-sections');
  }
  return source.read(s.offset, s.size, s.name === '' ? `section ${s.index}` : `section ${s.name}`);
}
