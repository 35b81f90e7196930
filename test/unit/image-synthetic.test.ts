import { describe, expect, test } from 'vitest';
import {
  findSites,
  readKernelImage,
  siteCoder,
  type Site,
} from '../../src/paravirt/image/index.js';
import { wordOrders } from '../../src/paravirt/image/word-index.js';
import { buildElf, relocations, type SymbolSpec } from '../support/image-elf.js';
import { failure, scratchFile } from '../support/image-fixtures.js';
import {
  absCall,
  alternatives,
  alternativeSections,
  kernel,
  PV_OPS,
  REPLACEMENTS,
  ripCall,
  RODATA,
  TABLE,
  TEMPLATE,
  TEXT,
  textWith,
} from '../support/image-synthetic.js';

let files = 0;
async function sitesOf(elf: Buffer): Promise<readonly Site[]> {
  files += 1;
  return (await findSites(await readKernelImage(scratchFile(`synthetic-${files}`, elf)))).sites;
}
const brief = (s: Site): string =>
  `${s.function}+${s.offset} ${s.op} ${s.length} ${s.inline ?? '-'} ${s.source}${s.tabled ? '' : ' loose'}`;

const pvOps = {
  name: 'pv_ops',
  value: PV_OPS,
  size: 40,
  type: 'object',
  section: '.data',
} as const;
const at = (offset: number): bigint => TEXT + BigInt(offset);
const op = (offset: number): bigint => PV_OPS + BigInt(offset);
const direct = { length: 6, cpuid: 117, flags: 2, bytes: Buffer.from('e800000000', 'hex') };
const sti = { length: 6, cpuid: 272, flags: 1, bytes: Buffer.from('fb', 'hex') };

describe('alternatives', () => {
  const text = textWith(
    256,
    new Map([
      [16, ripCall(at(16), op(32))],
      [160, ripCall(at(160), op(8))],
    ]),
  );
  const rows = [
    { address: at(16), ...direct },
    { address: at(16), ...sti },
    { address: at(160), ...direct },
  ];
  const expected = [
    'first+16 irq.irq_enable 6 fb altinstructions',
    'second+32 cpu.read_cr0 6 - altinstructions',
  ];

  test('of 14 bytes name site, op and inline form', async () => {
    const sections = alternativeSections(alternatives(14, rows));
    expect((await sitesOf(kernel(text, { sections, symbols: [pvOps] }))).map(brief)).toEqual(
      expected,
    );
  });

  test('a replacement may lie in the text, where objtool of 5.13 has those of retpolines', async () => {
    const made = alternatives(12, [
      { address: at(16), ...direct },
      { address: at(16), ...sti },
    ]);
    const thunk = { address: at(200), length: 5, cpuid: 7, bytes: Buffer.from('90', 'hex') };
    const last = alternatives(12, [thunk, thunk, thunk]).table.subarray(24);
    // the third row: it replaces the nop at 200 by the one at 210, and both are in the text
    last.writeInt32LE(Number(at(200) - (TABLE + 24n)), 0);
    last.writeInt32LE(Number(at(210) - (TABLE + 28n)), 4);
    const sections = alternativeSections({ ...made, table: Buffer.concat([made.table, last]) });
    const image = await readKernelImage(
      scratchFile('retpolines', kernel(text, { sections, symbols: [pvOps] })),
    );
    expect(image.alternatives.map((row) => row.replacement.toString('hex'))).toEqual([
      'e800000000',
      'fb',
      '90',
    ]);
  });

  test('the table is found by the inline forms where there are no symbols', async () => {
    const sections = alternativeSections(alternatives(14, rows));
    const sites = await sitesOf(kernel(text, { sections, symbols: null }));
    expect(sites.map((s) => `${s.function} ${s.op}`)).toEqual([
      'null irq.irq_enable',
      'null cpu.read_cr0',
    ]);
  });

  // 84 = 7 * 12 = 6 * 14: the size of the section fits both.
  test.each([12, 13, 14] as const)('the entry size %i is told by decoding', async (size) => {
    const plain = { length: 6, cpuid: 272, flags: 1, bytes: Buffer.from('fb', 'hex') };
    const many = Array.from({ length: size === 12 ? 7 : size === 14 ? 6 : 84 }, () => ({
      address: at(16),
      ...plain,
    }));
    const patch = Buffer.alloc(16);
    patch.writeBigUInt64LE(at(16), 0);
    patch.writeUInt8(4, 8);
    patch.writeUInt8(6, 9);
    const sections = [
      ...alternativeSections(alternatives(size, many)),
      { name: '.parainstructions', flags: 'A', address: 0xffffffff81700000n, data: patch } as const,
    ];
    const image = await readKernelImage(
      scratchFile(`entry-${size}`, kernel(text, { sections, symbols: [pvOps] })),
    );
    expect(image.alternatives).toHaveLength(many.length);
    expect(image.alternatives[0]).toMatchObject({
      address: at(16),
      cpuid: 272,
      not: true,
      directCall: false,
      length: 6,
      replacementAddress: REPLACEMENTS,
    });
    // The other call through the table stands in no record of this image.
    expect((await findSites(image)).sites.map(brief)).toEqual([
      'first+16 irq.irq_enable 6 fb parainstructions',
      'second+32 cpu.read_cr0 6 - text loose',
    ]);
  });
});

describe('calls in no record', () => {
  test('are found where an instruction begins, and nowhere else', async () => {
    // mov $imm64,%rax whose immediate holds the bytes of a call.
    const hidden = Buffer.concat([
      Buffer.from([0x48, 0xb8]),
      ripCall(at(66), op(0)),
      Buffer.from([0, 0]),
    ]);
    const text = textWith(
      256,
      new Map([
        [64, hidden],
        [140, ripCall(at(140), op(0))],
        [180, absCall(op(24))],
      ]),
    );
    expect((await sitesOf(kernel(text, { symbols: [pvOps] }))).map(brief)).toEqual([
      'second+12 cpu.io_delay 6 - text loose',
      'second+52 irq.irq_disable 7 - text loose',
    ]);
  });

  test('calls to other tables are not paravirt', async () => {
    const text = textWith(
      256,
      new Map([
        [64, ripCall(at(64), op(40))],
        [96, ripCall(at(96), op(-8))],
      ]),
    );
    expect(await sitesOf(kernel(text, { symbols: [pvOps] }))).toEqual([]);
  });

  test('two chunks of text meet', async () => {
    const size = 2 << 20;
    const places = [(1 << 20) - 7, (1 << 20) - 1, (1 << 20) + 5, size - 6];
    const text = textWith(size, new Map(places.map((p) => [p, ripCall(at(p), op(0))])));
    const sites = await sitesOf(kernel(text, { symbols: [pvOps] }));
    expect(sites.map((s) => Number(s.address - TEXT))).toEqual(places);
  });
});

test('old kernels: one table for each group, absolute calls, named by what the words point to', async () => {
  const pointers = Buffer.alloc(48);
  [at(128), 0n, at(192), at(64)].forEach((p, i) => pointers.writeBigUInt64LE(p, 8 * i));
  const irqOps = 0xffffffff81210000n;
  const text = textWith(
    256,
    new Map([
      [16, absCall(irqOps)],
      [32, absCall(irqOps + 16n)],
      [48, absCall(irqOps + 40n)],
    ]),
  );
  const elf = kernel(text, {
    structs: null,
    banner: 'Linux version 4.9.0 (x)\0',
    sections: [{ name: '.data.old', flags: 'WA', address: irqOps, data: pointers }],
    symbols: [
      { name: 'native_save_fl', value: at(128), section: '.text' },
      { name: '__raw_callee_save_native_irq_disable', value: at(192), section: '.text' },
      { name: 'native_read_cr0', value: at(64), section: '.text' },
      { name: 'pv_irq_ops', value: irqOps, size: 48, type: 'object', section: '.data.old' },
    ],
  });
  expect((await sitesOf(elf)).map((s) => `${s.op} ${s.length}`)).toEqual([
    'irq.save_fl 7',
    'irq.irq_disable 7',
    // read_cr0 is no irq op: a word without a name keeps its place.
    'pv_irq_ops+0x28 7',
  ]);
});

describe('kernels that patch by code of their own (to 5.12)', () => {
  const record = (address: bigint, type: number, length: number): Buffer => {
    const out = Buffer.alloc(16);
    out.writeBigUInt64LE(address, 0);
    out.writeUInt8(type, 8);
    out.writeUInt8(length, 9);
    return out;
  };
  const text = textWith(
    256,
    new Map([
      [16, absCall(op(16))],
      [32, absCall(op(24))],
      [48, ripCall(at(48), op(8))],
      [64, Buffer.concat([Buffer.from('ff25', 'hex'), ripCall(at(64), op(0)).subarray(2)])],
    ]),
  );
  const image = (release: string): Buffer =>
    kernel(text, {
      banner: `Linux version ${release} (x)\0`,
      sections: [
        {
          name: '.parainstructions',
          flags: 'A',
          address: 0xffffffff81700000n,
          data: Buffer.concat([
            record(at(16), 2, 7),
            record(at(32), 3, 1),
            record(at(48), 1, 6),
            record(at(64), 0, 6),
          ]),
        },
      ],
      symbols: [pvOps],
    });

  test('have no record of what they write, and the form is known', async () => {
    expect((await sitesOf(image('5.10.223'))).map(brief)).toEqual([
      'first+16 irq.save_fl 7 9c58 parainstructions',
      'first+32 irq.irq_disable 1 fa parainstructions',
      'first+48 cpu.read_cr0 6 - parainstructions',
      'first+64 cpu.io_delay 6 - parainstructions',
    ]);
  });

  test('a jump through the table stays a jump', async () => {
    const table = 0xffffffff81900000n;
    const pointers = Buffer.alloc(40);
    pointers.writeBigUInt64LE(at(128), 0);
    const jump = ripCall(at(64), table);
    jump[1] = 0x25;
    const elf = kernel(textWith(256, new Map([[64, jump]])), {
      banner: 'Linux version 5.10.223 (x)\0',
      sections: [
        { name: '.pv', flags: 'WA', address: table, data: pointers },
        {
          name: '.parainstructions',
          flags: 'A',
          address: 0xffffffff81700000n,
          data: record(at(64), 0, 6),
        },
      ],
      symbols: [{ name: 'pv_ops', value: table, size: 40, type: 'object', section: '.pv' }],
    });
    const read = await readKernelImage(scratchFile('jump', elf));
    const sites = await findSites(read);
    const code = await siteCoder(read, sites);
    expect(sites.sites.map((s) => [code(s).built.text, code(s).patched])).toEqual([
      ['jmp *(cpu.io_delay)', { bytes: 'e93b00000090', text: 'jmp second; nop' }],
    ]);
  });

  test('a form that does not fit is not written', async () => {
    const cramped = Buffer.from(image('5.10.223'));
    const row = cramped.indexOf(record(at(16), 2, 7));
    cramped.writeUInt8(1, row + 9);
    expect((await sitesOf(cramped)).map(brief)[0]).toBe(
      'first+16 irq.save_fl 1 - parainstructions',
    );
  });

  test('later ones write what their alternatives say, and nothing else', async () => {
    expect((await sitesOf(image('5.13.0'))).map((s) => s.inline)).toEqual([null, null, null, null]);
  });
});

test('old tables without sizes end where the next one begins', async () => {
  const cpuOps = 0xffffffff81210000n;
  const irqOps = cpuOps + 16n;
  const pointers = Buffer.alloc(48);
  [at(64), at(224), at(128), at(192)].forEach((p, i) => pointers.writeBigUInt64LE(p, 8 * i));
  const text = textWith(
    256,
    new Map([
      [8, absCall(cpuOps + 8n)],
      [16, absCall(cpuOps)],
      [32, absCall(irqOps)],
      [48, absCall(irqOps + 8n)],
    ]),
  );
  const records = Buffer.alloc(64);
  [8, 16, 32, 48].forEach((place, i) => {
    records.writeBigUInt64LE(at(place), 16 * i);
    records.writeUInt8(7, 16 * i + 9);
  });
  const table = (name: string, value: bigint): SymbolSpec => ({
    name,
    value,
    type: 'object',
    section: '.data.old',
  });
  const elf = kernel(text, {
    structs: null,
    banner: 'Linux version 4.15.0 (x)\0',
    sections: [
      { name: '.data.old', flags: 'WA', address: cpuOps, data: pointers },
      { name: '.parainstructions', flags: 'A', address: 0xffffffff81700000n, data: records },
    ],
    symbols: [
      { name: 'native_read_cr0', value: at(64), section: '.text' },
      { name: 'native_save_fl', value: at(128), section: '.text' },
      { name: '__raw_callee_save_native_irq_disable', value: at(192), section: '.text' },
      { name: '_paravirt_ident_64', value: at(224), section: '.text' },
      table('pv_cpu_ops', cpuOps),
      table('pv_irq_ops', irqOps),
    ],
  });
  expect((await sitesOf(elf)).map((s) => `${s.op} ${s.inline}`)).toEqual([
    // a word without a name, which holds what gives its argument back
    'pv_cpu_ops+0x8 4889f8',
    'cpu.read_cr0 null',
    'irq.save_fl 9c58',
    'irq.irq_disable fa',
  ]);
});

test('a table of its own for the locks (7.0 and later)', async () => {
  const locks = 0xffffffff81208000n;
  const structs = [
    ...TEMPLATE,
    {
      name: 'pv_lock_ops',
      size: 16,
      members: [
        { name: 'wait', offset: 0 },
        { name: 'kick', offset: 8 },
      ],
    },
  ];
  const text = textWith(256, new Map([[16, ripCall(at(16), locks + 8n)]]));
  const sections = alternativeSections(alternatives(14, [{ address: at(16), ...direct }]));
  const symbols = [
    pvOps,
    { name: 'pv_ops_lock', value: locks, size: 16, type: 'object', section: '.data' } as const,
  ];
  expect((await sitesOf(kernel(text, { structs, sections, symbols }))).map((s) => s.op)).toEqual([
    'lock.kick',
  ]);
});

describe('without BTF', () => {
  const [ops = []] = wordOrders('6.12');
  const text = textWith(
    256,
    new Map([[16, ripCall(at(16), op(ops.indexOf('irq.irq_enable') * 8))]]),
  );
  const rows = [
    { address: at(16), ...direct },
    { address: at(16), ...sti },
  ];
  const sections = alternativeSections(alternatives(14, rows));
  const table = (words: number) => [{ ...pvOps, size: words * 8 }];

  test('the word order of that version is used where the image agrees', async () => {
    const banner = 'Linux version 6.12.9 (x)\0';
    const same = kernel(text, { structs: null, banner, sections, symbols: table(ops.length) });
    expect((await sitesOf(same)).map((s) => s.op)).toEqual(['irq.irq_enable']);
    // Without CONFIG_X86_IOPL_IOPERM every later word moves by two: sti would be irq.safe_halt's.
    const moved = kernel(text, { structs: null, banner, sections, symbols: table(ops.length - 2) });
    expect((await sitesOf(moved)).map((s) => s.op)).toEqual(['pv_ops+0x100']);
  });

  test('an image without any names, whose configuration moves the table, gives the ops that are sure', async () => {
    // without CONFIG_X86_IOPL_IOPERM irq_enable is word 30, not 32, and the table may begin two words sooner or later
    const [, less = []] = wordOrders('6.12');
    const calls = textWith(
      256,
      new Map([
        [16, ripCall(at(16), op(less.indexOf('irq.irq_enable') * 8))],
        [160, ripCall(at(160), op(0))],
      ]),
    );
    const direct2 = [...rows, { address: at(160), ...direct }];
    const elf = kernel(calls, {
      structs: null,
      banner: 'Linux version 6.12.9 (x)\0',
      sections: alternativeSections(alternatives(14, direct2)),
      symbols: null,
    });
    const found = await findSites(await readKernelImage(scratchFile('no-names', elf)));
    expect(found.sites.map((s) => s.op)).toEqual(['irq.irq_enable', 'unknown']);
  });

  test('words of an unknown version stay words', async () => {
    const elf = kernel(text, {
      structs: null,
      banner: 'Linux version 7.99.1 (x)\0',
      sections,
      symbols: table(80),
    });
    const image = await readKernelImage(scratchFile('unknown-version', elf));
    const found = await findSites(image);
    expect(found.sites.map((s) => s.op)).toEqual(['pv_ops+0x100']);
    expect(found.namedBy).toBe('none');
    expect(found.limits.join()).toContain('No type information');
  });
});

describe('static calls', () => {
  const key = 0xffffffff81204000n;
  const trampoline = at(224);
  const call = Buffer.from([0xe8, 0, 0, 0, 0]);
  call.writeInt32LE(224 - 16 - 5, 1);
  const loose = Buffer.from([0xe9, 0, 0, 0, 0]);
  loose.writeInt32LE(224 - 160 - 5, 1);
  const text = textWith(
    256,
    new Map([
      [16, call],
      [160, loose],
    ]),
  );
  const symbols = [
    { name: '__SCK__pv_steal_clock', value: key, type: 'object', section: '.data' },
    { name: '__SCT__pv_steal_clock', value: trampoline, section: '.text' },
    { name: '__start_static_call_sites', value: RODATA + 64n, type: 'notype', section: '.rodata' },
    { name: '__stop_static_call_sites', value: RODATA + 72n, type: 'notype', section: '.rodata' },
  ] as const;

  test('are listed by key', async () => {
    const row = Buffer.alloc(8);
    row.writeInt32LE(Number(at(16) - (RODATA + 64n)), 0);
    row.writeInt32LE(Number(key + 2n - (RODATA + 68n)), 4);
    // The table lies behind the banner in .rodata.
    const elf = kernel(text, { symbols, banner: 'Linux version 6.9.1 (x)'.padEnd(72, '\0') });
    row.copy(elf, elf.indexOf('Linux version') + 64);
    expect((await sitesOf(elf)).map(brief)).toEqual(['first+16 time.steal_clock 5 - static_call']);
  });

  /** The image whose only listed static call is at `first+16`; `rest` lies in .rodata. */
  const listing = (own: readonly SymbolSpec[], rest: Buffer, address = key): Buffer => {
    const row = Buffer.alloc(8);
    row.writeInt32LE(Number(at(16) - (RODATA + 64n)), 0);
    row.writeInt32LE(Number(address - (RODATA + 68n)), 4);
    const head = Buffer.from('Linux version 7.3.4 (x)'.padEnd(64, '\0'));
    const holder = Buffer.alloc(16);
    holder.writeBigUInt64LE(at(128), 0);
    return kernel(text, {
      symbols: own,
      banner: Buffer.concat([head, row, rest]),
      sections: [{ name: '.keys', flags: 'WA', address: KEYS, data: holder }],
    });
  };
  const KEYS = 0xffffffff81900000n;
  const patchedAt16 = async (elf: Buffer): Promise<unknown> => {
    const image = await readKernelImage(scratchFile(`static-${++files}`, elf));
    const table = await findSites(image);
    const code = await siteCoder(image, table);
    return table.sites.map((s) => [s.inline, code(s).patched]);
  };

  test('of the unlock become its store, in kernels that have it', async () => {
    const unlock = symbols.map((s) => ({
      ...s,
      name: s.name.replace('pv_steal_clock', 'queued_spin_unlock'),
    }));
    const store = Buffer.from('3e3ec60700', 'hex');
    expect(await patchedAt16(listing(unlock, store))).toEqual([
      ['3e3ec60700', { bytes: '3e3ec60700', text: 'movb $0,(%rdi)' }],
    ]);
    expect(await patchedAt16(listing(unlock, Buffer.alloc(8)))).toEqual([[null, null]]);
  });

  test('become a direct call of what their key holds', async () => {
    const held = symbols.map((s) =>
      s.name.startsWith('__SCK__') ? { ...s, value: KEYS, section: '.keys' } : s,
    );
    expect(await patchedAt16(listing(held, Buffer.alloc(8), KEYS))).toEqual([
      [null, { bytes: 'e86b000000', text: 'call second' }],
    ]);
  });

  test('go to the function itself, also where another has its name', async () => {
    const held: readonly SymbolSpec[] = [
      ...symbols.map((s) =>
        s.name.startsWith('__SCK__') ? ({ ...s, value: KEYS, section: '.keys' } as const) : s,
      ),
      { name: 'second', value: at(240), binding: 'local', section: '.text' },
    ];
    expect(await patchedAt16(listing(held, Buffer.alloc(8), KEYS))).toEqual([
      [null, { bytes: 'e86b000000', text: 'call second' }],
    ]);
  });

  test('are found by their trampoline where the image does not list them', async () => {
    const elf = kernel(text, { symbols: symbols.slice(0, 2) });
    expect((await sitesOf(elf)).map(brief)).toEqual([
      'first+16 time.steal_clock 5 - static_call loose',
      'second+32 time.steal_clock 5 - static_call loose',
    ]);
  });
});

test('a module: relocations give addresses, ops come from the kernel', async () => {
  const text = textWith(
    64,
    new Map([
      [8, Buffer.from('ff1500000000', 'hex')],
      [40, Buffer.from('ff1500000000', 'hex')],
    ]),
  );
  const paraRow = Buffer.alloc(32);
  [4, 1].forEach((type, i) => {
    paraRow.writeUInt8(type, 16 * i + 8);
    paraRow.writeUInt8(6, 16 * i + 9);
  });
  const module = buildElf({
    relocatable: true,
    sections: [
      { name: '.init.text', flags: 'AX', data: text, align: 16 },
      { name: '.text', flags: 'AX', data: text, align: 16 },
      {
        name: '.rela.text',
        type: 4,
        link: '.symtab',
        info: '.text',
        data: relocations([
          { offset: 10, type: 2, symbol: 2, addend: 32 - 4 },
          { offset: 42, type: 4, symbol: 2, addend: 8 - 4 },
        ]),
      },
      { name: '.parainstructions', flags: 'A', data: paraRow, align: 8 },
      {
        name: '.rela.parainstructions',
        type: 4,
        link: '.symtab',
        info: '.parainstructions',
        data: relocations([
          { offset: 0, type: 1, symbol: 1, addend: 8 },
          { offset: 16, type: 1, symbol: 1, addend: 40 },
          { offset: 9999, type: 1, symbol: 1, addend: 0 },
        ]),
      },
      {
        name: '.modinfo',
        flags: 'A',
        data: Buffer.from('license=GPL\0name=test_mod\0vermagic=6.9.1-test SMP \0'),
      },
    ],
    symbols: [
      { name: 'mod_fn', value: 0n, size: 64, section: '.text' },
      { name: 'pv_ops', value: 0n, type: 'notype' },
    ],
  });
  const host = await readKernelImage(
    scratchFile('host', kernel(textWith(256, new Map()), { symbols: [pvOps] })),
  );
  const image = await readKernelImage(scratchFile('test-mod.ko', module));
  expect([image.kind, image.module, image.release]).toEqual(['module', 'test_mod', '6.9.1-test']);
  const { sites } = await findSites(image, host);
  expect(sites.map(brief)).toEqual([
    'mod_fn+8 irq.irq_enable 6 - parainstructions',
    'mod_fn+40 cpu.read_cr0 6 - parainstructions',
  ]);
  // .init.text lies before .text: addresses are unique within the module.
  expect(sites.map((s) => s.address)).toEqual([64n + 8n, 64n + 40n]);
  const alone = await findSites(image);
  // words 4 and 1 are others in kernels without CONFIG_PARAVIRT_XXL
  expect(alone.sites.map((s) => s.op)).toEqual(['pv_ops+0x20', 'pv_ops+0x8']);
});

describe('word orders by version', () => {
  const names = (version: string): string[] => wordOrders(version).map((order) => order.join(' '));

  test('one that was seen has as many as its configuration allows', () => {
    // with and without I/O permissions and a fifth level of page tables, and without what only Xen guests need
    expect(wordOrders('6.12').map((order) => order.length)).toEqual([83, 81, 80, 78, 13, 15]);
    expect(wordOrders('7.3')[0]).toHaveLength(73);
  });

  test('one between two that are alike has the same', () => {
    expect(names('6.17')).toEqual(names('6.16'));
    expect(names('6.18')).toEqual(names('6.19'));
  });

  test('one between two that differ has all that lie between, and those of both', () => {
    const between = names('6.3');
    expect(new Set(between).size).toBe(between.length);
    for (const order of [...names('6.2'), ...names('6.5')]) expect(between).toContain(order);
  });

  test('one on its way may have what the one before it has, or the next', () => {
    for (const release of ['7.2.0-rc1', '7.1.0-next-20260601']) {
      for (const order of [...names('7.1'), ...names('7.2')])
        expect(names(release)).toContain(order);
    }
    expect(names('7.2.0-1-amd64')).toEqual(names('7.2'));
  });

  test('older and newer ones are not known', () => {
    expect([names('5.3'), names('7.4'), names(''), names('4.19')]).toEqual([[], [], [], []]);
  });
});

test('BTF that says another entry size than the table decodes with is overruled', async () => {
  const rows = [{ address: at(16), ...sti }];
  const text = textWith(256, new Map());
  const structs = [...TEMPLATE, { name: 'alt_instr', size: 12, members: [] }];
  const sections = alternativeSections(alternatives(14, rows));
  const image = await readKernelImage(
    scratchFile('overruled', kernel(text, { structs, sections })),
  );
  expect(image.alternatives.map((a) => [a.address, a.replacement.toString('hex')])).toEqual([
    [at(16), 'fb'],
  ]);
});

test('alternatives that decode in no way are refused', async () => {
  const broken = alternatives(14, [{ address: TABLE, ...sti }]);
  const elf = kernel(textWith(256, new Map()), { sections: alternativeSections(broken) });
  const error = await failure(() => readKernelImage(scratchFile('broken-alternatives', elf)));
  expect(error.message).toContain('.altinstructions does not decode');
});

describe('retpoline builds call in two steps', () => {
  /** mov table(%rip),%rax; xor %edx,%edx; call to */
  const twoSteps = (from: number, to: number, between: string): Buffer => {
    const load = Buffer.from('488b0500000000', 'hex');
    load.writeInt32LE(Number(op(8) - at(from) - 7n), 3);
    const middle = Buffer.from(between, 'hex');
    const call = Buffer.from('e800000000', 'hex');
    call.writeInt32LE(to - (from + 7 + middle.length + 5), 1);
    return Buffer.concat([load, middle, call]);
  };
  const thunk = { name: '__x86_indirect_thunk_rax', value: at(240), section: '.text' };
  const text = textWith(
    256,
    new Map([
      [16, twoSteps(16, 240, '31d2')],
      // The register is overwritten before: xor %eax,%eax.
      [64, twoSteps(64, 240, '31c0')],
      // Called after a branch: je.
      [96, twoSteps(96, 240, '7400')],
      // call *%rax, as in __init code; the bytes behind it are not looked at.
      [192, twoSteps(192, 240, 'ffd0')],
      // call *%rbx calls something else.
      [216, twoSteps(216, 240, 'ffd3')],
      // A function that is no thunk gets the pointer.
      [160, twoSteps(160, 128, '90')],
    ]),
  );

  test('the call of the thunk is the site', async () => {
    const elf = kernel(text, { symbols: [pvOps, thunk] });
    expect((await sitesOf(elf)).map(brief)).toEqual([
      'first+25 cpu.read_cr0 5 - text loose',
      'second+71 cpu.read_cr0 2 - text loose',
    ]);
  });
});
