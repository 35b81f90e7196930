import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { readAlternatives, type Alternative } from './alternatives.js';
import { parseBtf, type Btf } from './btf.js';
import { findSection, parseElf, SectionType, type ElfFile } from './elf.js';
import { faultsOf, type Faults } from './fault.js';
import { moduleName, readBuildId, readRelease } from './identity.js';
import { readListing } from './kallsyms.js';
import { imageMemory, layOut, type ImageMemory } from './memory.js';
import { bestNames } from './names.js';
import { readParainstructions } from './parainstructions.js';
import type { PatchSite } from './parainstructions.js';
import { moduleLinks } from './relocate.js';
import { fileSource } from './source.js';
import { NO_SYMBOLS, readSymtab, type FunctionSymbol, type SymbolTable } from './symbols.js';
import { unpackImage, type Packing } from './unpack.js';

export type ImageKind = 'vmlinux' | 'bzImage' | 'module';

/** A kernel image or module, read as far as paravirt sites need it. */
export interface KernelImage {
  readonly path: string;
  readonly kind: ImageKind;
  readonly packings: readonly Packing[];
  /** Kernel release ("6.12.117"), from the banner, the boot header or the module's vermagic. */
  readonly release: string | null;
  /** GNU build id in hex. */
  readonly buildId: string | null;
  /** A module's own name ("xfs"); null for a kernel. */
  readonly module: string | null;
  readonly symbols: SymbolTable;
  /** What KASLR had added to the addresses of the `--kallsyms` copy; 0 without one. */
  readonly slide: bigint;
  readonly btf: Btf | null;
  readonly memory: ImageMemory;
  /** All alternatives, in the order in which boot code applies them. */
  readonly alternatives: readonly Alternative[];
  /** Rows of `.parainstructions` (to Linux 6.7). */
  readonly patchSites: readonly PatchSite[];
  /** Bytes of the image at an address, as built (before boot-time patching); null outside it. */
  readText(address: bigint, length: number): Buffer | null;
  /** The function at an address, with the distance from its start. */
  symbolAt(address: bigint): { readonly symbol: FunctionSymbol; readonly offset: number } | null;
}

export interface ImageOptions {
  /** Text of a /proc/kallsyms copy or System.map and the path to name in errors. */
  readonly listing?: { readonly path: string; readonly text: string };
}

/** Ten times a distribution kernel's. */
const MAX_BTF = 64 << 20;

function sizeOf(path: string, faults: Faults): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined)
    throw faults.refused('no such file', 'check the path of the kernel image');
  if (!stat.isFile()) throw faults.refused('not a regular file', 'give a kernel image');
  if (stat.size === 0) throw faults.refused('empty file', 'give a kernel image');
  return stat.size;
}

function btfOf(memory: ImageMemory, elf: ElfFile, faults: Faults): Btf | null {
  // A module's .BTF only adds to the kernel's; alone it cannot be read.
  const section = elf.relocatable ? null : memory.section('.BTF');
  if (section !== null && section.bytes.length > MAX_BTF) throw faults.damaged('.BTF is too large');
  return section === null || section.bytes.length === 0 ? null : parseBtf(section.bytes, faults);
}

/** Refuses ELF files that are no kernel or module, and debug files that hold no code. */
function checkKernel(elf: ElfFile, release: string | null, faults: Faults): void {
  const advice = 'give a vmlinux, a bzImage/vmlinuz or a .ko module';
  const text = findSection(elf, '.text');
  if (text?.type === SectionType.nobits) {
    throw faults.refused('separate debug information, without the code', advice);
  }
  const patched = ['.altinstructions', '.parainstructions'].some((n) => findSection(elf, n));
  const isKernel = elf.relocatable ? findSection(elf, '.modinfo') !== undefined : release !== null;
  if (!isKernel && !patched)
    throw faults.refused('ELF file, but not a Linux kernel or module', advice);
}

/**
 * Reads a kernel image: vmlinux, bzImage/vmlinuz or module, plain or packed, by content. Of a
 * plain file only the sections that are needed are read.
 */
export async function readKernelImage(
  path: string,
  options: ImageOptions = {},
): Promise<KernelImage> {
  const faults = faultsOf(path);
  const file = fileSource(path, sizeOf(path, faults), faults);
  const unpacked = await unpackImage(file, faults);
  const elf = parseElf(unpacked.source, faults);
  const regions = layOut(elf);
  const links = elf.relocatable ? moduleLinks(elf, regions, faults) : null;
  const memory = imageMemory(elf, regions, links?.relocate ?? null, faults);
  const { listing } = options;
  const listed =
    listing === undefined || elf.relocatable
      ? null
      : readListing(listing.text, memory, faultsOf(listing.path));
  const own = readSymtab(elf, regions, links?.foreign ?? new Map(), faults);
  const symbols = elf.relocatable
    ? (own ?? NO_SYMBOLS)
    : bestNames(memory, own, listed?.table ?? null);
  const release = readRelease(memory, symbols, elf.relocatable) ?? unpacked.release;
  checkKernel(elf, release, faults);
  const btf = btfOf(memory, elf, faults);
  return {
    path,
    kind: elf.relocatable ? 'module' : unpacked.bzImage ? 'bzImage' : 'vmlinux',
    packings: unpacked.packings,
    release,
    buildId: readBuildId(elf, faults),
    module: elf.relocatable ? (moduleName(memory) ?? moduleFromPath(path)) : null,
    symbols,
    slide: listed?.slide ?? 0n,
    btf,
    memory,
    alternatives: readAlternatives(
      memory,
      elf.relocatable,
      btf?.sizeOf('alt_instr') ?? null,
      faults,
    ),
    patchSites: readParainstructions(memory, faults),
    readText: (address, length) => memory.read(address, length),
    symbolAt: (address) => symbols.lookup(address),
  };
}

/** "xfs" for ".../xfs.ko.xz". Modules write "_" where their file's name has "-". */
function moduleFromPath(path: string): string {
  return basename(path)
    .replace(/\.ko(\..*)?$/, '')
    .replaceAll('-', '_');
}
