import { describe, expect, test } from 'vitest';
import { findSites, readKernelImage } from '../../src/paravirt/image/index.js';

import { type SymbolSpec } from '../support/image-elf.js';
import { scratchFile } from '../support/image-fixtures.js';
import {
  absCall,
  at,
  brief,
  direct,
  hiddenCall,
  op,
  pvOps,
  sitesOf,
  sti,
  alternatives,
  alternativeSections,
  kernel,
  REPLACEMENTS,
  ripCall,
  TABLE,
  TEMPLATE,
  TEXT,
  textWith,
} from '../support/image-synthetic.js';

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
    const hidden = hiddenCall(66);
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
