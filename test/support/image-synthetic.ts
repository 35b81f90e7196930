/** A small kernel written by hand: two functions, tables as the test asks for them. */
import { buildBtf, type StructSpec } from './image-btf.js';
import { findSites, readKernelImage, type Site } from '../../src/paravirt/image/index.js';
import { buildElf, type SectionSpec, type SymbolSpec } from './image-elf.js';
import { scratchFile } from './image-fixtures.js';

export const TEXT = 0xffffffff81000000n;
export const PV_OPS = 0xffffffff81200000n;
export const REPLACEMENTS = 0xffffffff81300000n;
export const TABLE = 0xffffffff81400000n;
export const RODATA = 0xffffffff81500000n;
const RELEASE = 'Linux version 6.9.1-test (x@y) #1\0';

/** cpu {a b}, irq {save_fl irq_disable irq_enable}, lock inside a nested group. */
export const TEMPLATE: readonly StructSpec[] = [
  { name: 'paravirt_callee_save', size: 8, members: [{ name: 'func', offset: 0 }] },
  {
    name: 'pv_cpu_ops',
    size: 16,
    members: [
      { name: 'io_delay', offset: 0 },
      { name: 'read_cr0', offset: 8 },
    ],
  },
  {
    name: 'pv_irq_ops',
    size: 24,
    members: [
      { name: 'save_fl', offset: 0, struct: 'paravirt_callee_save' },
      { name: 'irq_disable', offset: 8, struct: 'paravirt_callee_save' },
      { name: 'irq_enable', offset: 16, struct: 'paravirt_callee_save' },
    ],
  },
  {
    name: 'paravirt_patch_template',
    size: 40,
    members: [
      { name: 'cpu', offset: 0, struct: 'pv_cpu_ops' },
      { name: 'irq', offset: 16, struct: 'pv_irq_ops' },
    ],
  },
];

/** `call *target(%rip)` at an address. */
export function ripCall(address: bigint, target: bigint): Buffer {
  const out = Buffer.from([0xff, 0x15, 0, 0, 0, 0]);
  out.writeInt32LE(Number(target - address - 6n), 2);
  return out;
}

/** `call *abs32` with a sign-extended operand. */
export function absCall(target: bigint): Buffer {
  const out = Buffer.from([0xff, 0x14, 0x25, 0, 0, 0, 0]);
  out.writeInt32LE(Number(BigInt.asIntN(32, target)), 3);
  return out;
}

/** Text filled with one-byte nops but for the given pieces. */
export function textWith(size: number, pieces: ReadonlyMap<number, Buffer>): Buffer {
  const out = Buffer.alloc(size, 0x90);
  for (const [at, bytes] of pieces) bytes.copy(out, at);
  return out;
}

/** Rows of .altinstructions in one of its three sizes; replacements lie one after another. */
export function alternatives(
  size: 12 | 13 | 14,
  rows: readonly {
    address: bigint;
    length: number;
    cpuid: number;
    flags?: number;
    bytes: Buffer;
  }[],
): { table: Buffer; replacements: Buffer } {
  const table = Buffer.alloc(size * rows.length);
  let used = 0;
  rows.forEach((row, i) => {
    const at = size * i;
    table.writeInt32LE(Number(row.address - (TABLE + BigInt(at))), at);
    table.writeInt32LE(Number(REPLACEMENTS + BigInt(used) - (TABLE + BigInt(at) + 4n)), at + 4);
    const flags = row.flags ?? 0;
    if (size === 14) {
      table.writeUInt32LE(((flags << 16) | row.cpuid) >>> 0, at + 8);
      table.writeUInt8(row.length, at + 12);
      table.writeUInt8(row.bytes.length, at + 13);
    } else {
      table.writeUInt16LE(((flags & 1) << 15) | row.cpuid, at + 8);
      table.writeUInt8(row.length, at + 10);
      table.writeUInt8(row.bytes.length, at + 11);
    }
    used += row.bytes.length;
  });
  return { table, replacements: Buffer.concat(rows.map((r) => r.bytes)) };
}

const bytesOf = (data: string | Buffer): Buffer =>
  typeof data === 'string' ? Buffer.from(data) : data;

/** The image around a text section. */
export function kernel(
  text: Buffer,
  parts: {
    readonly sections?: readonly SectionSpec[];
    readonly symbols?: readonly SymbolSpec[] | null;
    readonly structs?: readonly StructSpec[] | null;
    readonly banner?: string | Buffer;
  } = {},
): Buffer {
  const half = BigInt(text.length / 2);
  const symbols: readonly SymbolSpec[] = [
    { name: '_text', value: TEXT, type: 'notype', section: '.text' },
    { name: '__pfx_first', value: TEXT, size: 4, section: '.text' },
    { name: 'first', value: TEXT, size: Number(half), binding: 'local', section: '.text' },
    { name: 'second', value: TEXT + half, section: '.text' },
  ];
  const own = parts.symbols === null ? undefined : [...symbols, ...(parts.symbols ?? [])];
  const btf = parts.structs === null ? null : buildBtf(parts.structs ?? TEMPLATE);
  return buildElf({
    sections: [
      { name: '.text', flags: 'AX', address: TEXT, data: text },
      { name: '.data', type: 8, flags: 'WA', address: PV_OPS, size: 0x10000 },
      { name: '.rodata', flags: 'A', address: RODATA, data: bytesOf(parts.banner ?? RELEASE) },
      ...(btf === null
        ? []
        : [{ name: '.BTF', flags: 'A', address: 0xffffffff81600000n, data: btf } as const]),
      ...(parts.sections ?? []),
    ],
    ...(own === undefined ? {} : { symbols: own }),
  });
}

/** Sections for .altinstructions rows. */
export function alternativeSections(made: { table: Buffer; replacements: Buffer }): SectionSpec[] {
  return [
    { name: '.altinstructions', flags: 'A', address: TABLE, data: made.table },
    { name: '.altinstr_replacement', flags: 'AX', address: REPLACEMENTS, data: made.replacements },
  ];
}

let files = 0;
/** The sites of an image that is written to a file for it. */
export async function sitesOf(elf: Buffer): Promise<readonly Site[]> {
  files += 1;
  return (await findSites(await readKernelImage(scratchFile(`synthetic-${files}`, elf)))).sites;
}
/** A site in one line. */
export const brief = (s: Site): string =>
  `${s.function}+${s.offset} ${s.op} ${s.length} ${s.inline ?? '-'} ${s.source}${s.tabled ? '' : ' loose'}`;

/** The symbol of the table that TEMPLATE describes. */
export const pvOps = {
  name: 'pv_ops',
  value: PV_OPS,
  size: 40,
  type: 'object',
  section: '.data',
} as const;
/** An address in the text. */
export const at = (offset: number): bigint => TEXT + BigInt(offset);
/** The address of a word of `pv_ops`. */
export const op = (offset: number): bigint => PV_OPS + BigInt(offset);

/** Rows of .altinstructions at a site: a direct call in place of one through the table, and its inline form. */
export const direct = { length: 6, cpuid: 117, flags: 2, bytes: Buffer.from('e800000000', 'hex') };
export const sti = { length: 6, cpuid: 272, flags: 1, bytes: Buffer.from('fb', 'hex') };

/** mov $imm64,%rax whose immediate holds the bytes of a call through the table; `offset`: of the call in the text. */
export function hiddenCall(offset: number): Buffer {
  return Buffer.concat([
    Buffer.from([0x48, 0xb8]),
    ripCall(at(offset), op(0)),
    Buffer.from([0, 0]),
  ]);
}
