/** Hand-built ELF-64 images for tests of the kernel-image reader. */

export interface SectionSpec {
  readonly name: string;
  /** SHT_*; PROGBITS (1) where not given. */
  readonly type?: number;
  readonly flags?: 'A' | 'AX' | 'WA' | '';
  readonly address?: bigint;
  readonly data?: Buffer;
  /** Size of a NOBITS section. */
  readonly size?: number;
  /** Name of the linked section; index of the section that relocations apply to. */
  readonly link?: string;
  readonly info?: string;
  readonly entrySize?: number;
  readonly align?: number;
}

export interface SymbolSpec {
  readonly name: string;
  readonly value: bigint;
  readonly size?: number;
  readonly type?: 'func' | 'object' | 'notype';
  readonly binding?: 'local' | 'global' | 'weak';
  /** Section name; undefined symbols have none. */
  readonly section?: string;
}

export interface ElfSpec {
  readonly relocatable?: boolean;
  readonly sections: readonly SectionSpec[];
  readonly symbols?: readonly SymbolSpec[];
}

const FLAGS = { '': 0n, A: 2n, WA: 3n, AX: 6n } as const;
const TYPES = { notype: 0, object: 1, func: 2 } as const;
const BINDINGS = { local: 0, global: 1, weak: 2 } as const;

class Strings {
  private text = '\0';
  private readonly known = new Map<string, number>();
  add(name: string): number {
    const found = this.known.get(name);
    if (found !== undefined) return found;
    const at = this.text.length;
    this.known.set(name, at);
    this.text += `${name}\0`;
    return at;
  }
  bytes(): Buffer {
    return Buffer.from(this.text, 'latin1');
  }
}

function symtab(
  symbols: readonly SymbolSpec[],
  index: ReadonlyMap<string, number>,
  names: Strings,
): Buffer {
  const out = Buffer.alloc(24 * (symbols.length + 1));
  symbols.forEach((s, i) => {
    const at = 24 * (i + 1);
    out.writeUInt32LE(names.add(s.name), at);
    out.writeUInt8((BINDINGS[s.binding ?? 'global'] << 4) | TYPES[s.type ?? 'func'], at + 4);
    out.writeUInt16LE(s.section === undefined ? 0 : (index.get(s.section) ?? 0), at + 6);
    out.writeBigUInt64LE(s.value, at + 8);
    out.writeBigUInt64LE(BigInt(s.size ?? 0), at + 16);
  });
  return out;
}

/** Writes an x86-64 ELF with the given sections, a symbol table where there are symbols. */
export function buildElf(spec: ElfSpec): Buffer {
  const strings = new Strings();
  const all: SectionSpec[] = [...spec.sections];
  if (spec.symbols !== undefined) {
    all.push({ name: '.symtab', type: 2, link: '.strtab', entrySize: 24, align: 8 });
    all.push({ name: '.strtab', type: 3 });
  }
  all.push({ name: '.shstrtab', type: 3 });
  const index = new Map(all.map((s, i) => [s.name, i + 1]));
  const symbols = spec.symbols === undefined ? null : symtab(spec.symbols, index, strings);
  const names = new Strings();
  for (const s of all) names.add(s.name);
  const data = all.map((s) => {
    if (s.name === '.symtab' && symbols !== null) return symbols;
    if (s.name === '.strtab') return strings.bytes();
    if (s.name === '.shstrtab') return names.bytes();
    return s.data ?? Buffer.alloc(0);
  });
  const headers = Buffer.alloc(64 * (all.length + 1));
  const parts: Buffer[] = [Buffer.alloc(64)];
  let offset = 64;
  all.forEach((s, i) => {
    const bytes = data[i] ?? Buffer.alloc(0);
    const pad = (8 - (offset % 8)) % 8;
    parts.push(Buffer.alloc(pad), bytes);
    offset += pad;
    const h = headers.subarray(64 * (i + 1));
    h.writeUInt32LE(names.add(s.name), 0);
    h.writeUInt32LE(s.type ?? 1, 4);
    h.writeBigUInt64LE(FLAGS[s.flags ?? ''], 8);
    h.writeBigUInt64LE(s.address ?? 0n, 16);
    h.writeBigUInt64LE(BigInt(offset), 24);
    h.writeBigUInt64LE(BigInt(s.size ?? bytes.length), 32);
    h.writeUInt32LE(s.link === undefined ? 0 : (index.get(s.link) ?? 0), 40);
    h.writeUInt32LE(s.info === undefined ? 0 : (index.get(s.info) ?? 0), 44);
    h.writeBigUInt64LE(BigInt(s.align ?? 1), 48);
    h.writeBigUInt64LE(BigInt(s.entrySize ?? 0), 56);
    offset += bytes.length;
  });
  const pad = (8 - (offset % 8)) % 8;
  const head = parts[0] ?? Buffer.alloc(64);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(head);
  head.writeUInt16LE(spec.relocatable === true ? 1 : 2, 16);
  head.writeUInt16LE(62, 18);
  head.writeUInt32LE(1, 20);
  head.writeBigUInt64LE(BigInt(offset + pad), 40);
  head.writeUInt16LE(64, 52);
  head.writeUInt16LE(64, 58);
  head.writeUInt16LE(all.length + 1, 60);
  head.writeUInt16LE(all.length, 62);
  return Buffer.concat([...parts, Buffer.alloc(pad), headers]);
}

/** A `.rela` section's rows. */
export function relocations(
  rows: readonly { offset: number; type: number; symbol: number; addend: number }[],
): Buffer {
  const out = Buffer.alloc(24 * rows.length);
  rows.forEach((r, i) => {
    out.writeBigUInt64LE(BigInt(r.offset), 24 * i);
    out.writeUInt32LE(r.type, 24 * i + 8);
    out.writeUInt32LE(r.symbol, 24 * i + 12);
    out.writeBigInt64LE(BigInt(r.addend), 24 * i + 16);
  });
  return out;
}
