import { SectionType, type ElfFile } from './elf.js';
import { sectionBytes } from './elf.js';
import type { Faults } from './fault.js';
import type { ImageMemory } from './memory.js';
import type { SymbolTable } from './symbols.js';

const NT_GNU_BUILD_ID = 3;
const CHUNK = 1 << 20;
const MAX_NOTE_SECTIONS = 64;
const BANNER = 'Linux version ';

/** The GNU build id as hex (ELF notes, gABI chapter 5); null where the image has none. */
export function readBuildId(elf: ElfFile, faults: Faults): string | null {
  const sections = elf.sections.filter((s) => s.type === SectionType.note && s.size <= CHUNK);
  for (const section of sections.slice(0, MAX_NOTE_SECTIONS)) {
    const notes = sectionBytes(elf.source, section, faults);
    for (let at = 0; at + 12 <= notes.length;) {
      const nameSize = notes.readUInt32LE(at);
      const size = notes.readUInt32LE(at + 4);
      const name = at + 12;
      const value = name + Math.ceil(nameSize / 4) * 4;
      if (value + size > notes.length) break;
      const isGnu = notes.toString('latin1', name, name + nameSize) === 'GNU\0';
      if (isGnu && notes.readUInt32LE(at + 8) === NT_GNU_BUILD_ID && size > 0 && size <= 64) {
        return notes.toString('hex', value, value + size);
      }
      at = value + Math.ceil(size / 4) * 4;
    }
  }
  return null;
}

function bannerRelease(text: string): string | null {
  return /^Linux version ([0-9][^\s\0]*)/.exec(text)?.[1] ?? null;
}

/** The release in `linux_banner`, found by symbol or else by its text in `.rodata`. */
function kernelRelease(memory: ImageMemory, symbols: SymbolTable): string | null {
  const banner = symbols.named('linux_banner');
  const bytes = banner === null ? null : memory.read(banner.address, 128);
  const named = bytes === null ? null : bannerRelease(bytes.toString('latin1'));
  if (named !== null) return named;
  const rodata = memory.regions.find((r) => r.section.name === '.rodata');
  if (rodata === undefined) return null;
  const size = Number(rodata.end - rodata.start);
  for (let from = 0; from < size; from += CHUNK) {
    const take = Math.min(CHUNK + 128, size - from);
    const chunk = memory.read(rodata.start + BigInt(from), take);
    if (chunk === null) return null;
    for (let at = chunk.indexOf(BANNER); at >= 0; at = chunk.indexOf(BANNER, at + 1)) {
      const found = bannerRelease(chunk.toString('latin1', at, at + 128));
      if (found !== null) return found;
    }
  }
  return null;
}

/** The release that a module was built for: `vermagic=` in `.modinfo`. */
function moduleRelease(memory: ImageMemory): string | null {
  const info = memory.section('.modinfo')?.bytes.toString('latin1') ?? '';
  return /(?:^|\0)vermagic=([^\s\0]+)/.exec(info)?.[1] ?? null;
}

/** `name=` in `.modinfo`: what the running kernel calls the module. */
export function moduleName(memory: ImageMemory): string | null {
  const info = memory.section('.modinfo')?.bytes.toString('latin1') ?? '';
  return /(?:^|\0)name=([\w-]+)/.exec(info)?.[1] ?? null;
}

/** The kernel release of an image; null where it does not say. */
export function readRelease(
  memory: ImageMemory,
  symbols: SymbolTable,
  isModule: boolean,
): string | null {
  return isModule ? moduleRelease(memory) : kernelRelease(memory, symbols);
}
