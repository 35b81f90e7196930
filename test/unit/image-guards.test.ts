import { describe, expect, test } from 'vitest';
import { findSites, readKernelImage, siteCoder } from '../../src/paravirt/image/index.js';
import { guessBase } from '../../src/paravirt/image/op-tables.js';
import { wordOrders } from '../../src/paravirt/image/word-index.js';
import { buildElf, relocations, type SymbolSpec } from '../support/image-elf.js';
import { failure, scratchFile } from '../support/image-fixtures.js';
import { kallsymsTables, type KallsymsLayout, type Listed } from '../support/image-kallsyms.js';
import {
  absCall,
  alternatives,
  alternativeSections,
  at,
  brief,
  direct,
  hiddenCall,
  kernel,
  op,
  PV_OPS,
  pvOps,
  ripCall,
  RODATA,
  sitesOf,
  sti,
  TEMPLATE,
  TEXT,
  textWith,
} from '../support/image-synthetic.js';

describe('where the table begins', () => {
  const votes = (agreeing: number, others: number) =>
    guessBase(
      Array.from({ length: agreeing + others }, (_, i) => ({
        // each of the others says another place
        target: PV_OPS + BigInt(8 * i) + (i < agreeing ? 0n : BigInt(0x1000 * i)),
        type: i,
        inline: null,
      })),
      null,
    );

  test('is believed where nine of ten sites say so', () => {
    expect(votes(10, 0)).toBe(PV_OPS);
    expect(votes(9, 1)).toBe(PV_OPS);
    expect(votes(8, 2)).toBeNull();
    expect(votes(0, 0)).toBeNull();
  });
});

describe('the order of words that a version may have', () => {
  const irqEnable = (order: readonly string[]) => order.indexOf('irq.irq_enable') * 8;
  /** Sites in records: one of irq_enable, and one that calls through a word behind the table. */
  const beyond = (release: string, order: readonly string[]) => {
    const text = textWith(
      256,
      new Map([
        [16, ripCall(at(16), op(irqEnable(order)))],
        [160, ripCall(at(160), op(order.length * 8 + 64))],
      ]),
    );
    const rows = [
      { address: at(16), ...direct },
      { address: at(16), ...sti },
      { address: at(160), ...direct },
    ];
    return kernel(text, {
      structs: null,
      banner: `Linux version ${release} (x)\0`,
      sections: alternativeSections(alternatives(14, rows)),
      symbols: [{ ...pvOps, size: order.length * 8 }],
    });
  };
  const first = async (elf: Buffer) => (await sitesOf(elf))[0]?.op;

  test('allows calls behind the table where the locks have their own, and nowhere else', async () => {
    const [, order73 = []] = wordOrders('7.3');
    expect(await first(beyond('7.3.1', order73))).toBe('irq.irq_enable');
    const [order612 = []] = wordOrders('6.12');
    expect(await first(beyond('6.12.9', order612))).toBe('pv_ops+0x100');
  });

  /** A table without a size whose words hold these functions; one call, of irq_disable. */
  const holding = async (release: string, order: readonly string[], held: [number, string][]) => {
    const table = 0xffffffff81900000n;
    const pointers = Buffer.alloc(0x1000);
    held.forEach(([word], i) => pointers.writeBigUInt64LE(at(130 + 8 * i), 8 * word));
    const call = ripCall(at(16), table + BigInt(order.indexOf('irq.irq_disable') * 8));
    const elf = kernel(textWith(256, new Map([[16, call]])), {
      structs: null,
      banner: `Linux version ${release} (x)\0`,
      sections: [{ name: '.pv', flags: 'WA', address: table, data: pointers }],
      symbols: [
        { name: 'pv_ops', value: table, type: 'object', section: '.pv' },
        ...held.map(([, name], i): SymbolSpec => ({
          name,
          value: at(130 + 8 * i),
          section: '.text',
        })),
      ],
    });
    return (await sitesOf(elf)).map((s) => s.op);
  };

  test('is not that of a table whose op lies behind its end', async () => {
    const [order = []] = wordOrders('6.12');
    const unlock = order.indexOf('lock.queued_spin_unlock');
    // some of this version's orders are shorter, and have the op elsewhere
    expect(wordOrders('6.12').some((other) => other.length <= unlock)).toBe(true);
    expect(
      await holding('6.12.9', order, [
        [unlock, '__raw_callee_save___native_queued_spin_unlock'],
        [order.indexOf('irq.irq_enable'), 'native_irq_enable'],
      ]),
    ).toEqual(['irq.irq_disable']);
  });

  test('may be that of a table behind whose end another one lies', async () => {
    const [longest = [], order = []] = wordOrders('7.3');
    expect(order.length).toBeLessThan(longest.length);
    expect(
      await holding('7.3.1', order, [
        [order.indexOf('irq.irq_enable'), 'native_irq_enable'],
        [order.indexOf('mmu.flush_tlb_user'), 'native_flush_tlb_local'],
        [order.length, 'native_queued_spin_unlock'],
      ]),
    ).toEqual(['irq.irq_disable']);
  });
});

test('members of a structure with bit fields have offsets of 24 bits', async () => {
  const structs = TEMPLATE.map((struct) => ({ ...struct, withBits: true }));
  const text = textWith(256, new Map([[16, ripCall(at(16), op(32))]]));
  const sections = alternativeSections(alternatives(14, [{ address: at(16), ...direct }]));
  const elf = kernel(text, { structs, sections, symbols: [pvOps] });
  expect((await sitesOf(elf)).map((s) => s.op)).toEqual(['irq.irq_enable']);
});

test.each([
  ['is longer than its site', { ...direct, length: 4 }],
  ['is of a site longer than any', { ...sti, length: 255 }],
])('a row of .altinstructions whose replacement %s does not decode', async (name, row) => {
  const made = alternatives(14, [{ address: at(16), ...row }]);
  const elf = kernel(textWith(512, new Map()), { sections: alternativeSections(made) });
  const error = await failure(() =>
    readKernelImage(scratchFile(`row-${name.replaceAll(' ', '-')}`, elf)),
  );
  expect([error.status, error.message]).toEqual([
    3,
    expect.stringContaining('.altinstructions does not decode'),
  ]);
});

test('without names a call is one where most ways to decode the code before it meet', async () => {
  const hidden = hiddenCall(302);
  const text = textWith(
    1024,
    new Map([
      [16, ripCall(at(16), op(32))],
      [300, hidden],
      [600, ripCall(at(600), op(0))],
    ]),
  );
  const rows = [
    { address: at(16), ...direct },
    { address: at(16), ...sti },
  ];
  const sections = alternativeSections(alternatives(14, rows));
  const sites = await sitesOf(kernel(text, { sections, symbols: null }));
  expect(sites.map((s) => [Number(s.address - TEXT), s.op])).toEqual([
    [16, 'irq.irq_enable'],
    [600, 'cpu.io_delay'],
  ]);
});

test('a conditional jump to a static call is six bytes, and what is written over it is not said', async () => {
  const keys = 0xffffffff81900000n;
  const jump = Buffer.from('0f8400000000', 'hex');
  jump.writeInt32LE(224 - 16 - 6, 2);
  const row = Buffer.alloc(8);
  row.writeInt32LE(Number(at(16) - (RODATA + 64n)), 0);
  row.writeInt32LE(Number(keys - (RODATA + 68n)), 4);
  const holder = Buffer.alloc(16);
  holder.writeBigUInt64LE(at(128), 0);
  const marker = (name: string, offset: bigint): SymbolSpec => ({
    name,
    value: RODATA + offset,
    type: 'notype',
    section: '.rodata',
  });
  const elf = kernel(textWith(256, new Map([[16, jump]])), {
    banner: Buffer.concat([Buffer.from('Linux version 6.9.1 (x)'.padEnd(64, '\0')), row]),
    sections: [{ name: '.keys', flags: 'WA', address: keys, data: holder }],
    symbols: [
      { name: '__SCK__pv_steal_clock', value: keys, type: 'object', section: '.keys' },
      { name: '__SCT__pv_steal_clock', value: at(224), section: '.text' },
      marker('__start_static_call_sites', 64n),
      marker('__stop_static_call_sites', 72n),
    ],
  });
  const image = await readKernelImage(scratchFile('conditional', elf));
  const table = await findSites(image);
  expect(table.sites.map(brief)).toEqual(['first+16 time.steal_clock 6 - static_call']);
  const code = await siteCoder(image, table);
  expect(table.sites.map((s) => code(s).patched)).toEqual([null]);
});

test('relocations of a module are relative or not, as each says', async () => {
  const call = Buffer.from('ff1500000000', 'hex');
  const text = textWith(
    64,
    new Map([
      [8, call],
      [16, absCall(0n)],
      [24, absCall(0n)],
      [40, call],
    ]),
  );
  const module = buildElf({
    relocatable: true,
    sections: [
      { name: '.text', flags: 'AX', data: text, align: 16 },
      {
        name: '.rela.text',
        type: 4,
        link: '.symtab',
        info: '.text',
        data: relocations([
          { offset: 10, type: 2, symbol: 2, addend: 32 - 4 },
          { offset: 19, type: 11, symbol: 2, addend: 16 },
          { offset: 27, type: 10, symbol: 2, addend: 24 },
          { offset: 42, type: 4, symbol: 2, addend: 8 - 4 },
        ]),
      },
      { name: '.modinfo', flags: 'A', data: Buffer.from('name=m\0vermagic=6.9.1-test SMP \0') },
    ],
    symbols: [
      { name: 'mod_fn', value: 0n, size: 64, section: '.text' },
      { name: 'pv_ops', value: 0n, type: 'notype' },
    ],
  });
  const host = kernel(textWith(256, new Map()), { symbols: [pvOps] });
  const kernelImage = await readKernelImage(scratchFile('guards-host', host));
  const { sites } = await findSites(
    await readKernelImage(scratchFile('guards-module.ko', module)),
    { image: kernelImage, table: await findSites(kernelImage) },
  );
  expect(sites.map((s) => `${s.offset} ${s.op}`)).toEqual([
    '8 irq.irq_enable',
    '16 irq.save_fl',
    '24 irq.irq_disable',
    '40 cpu.read_cr0',
  ]);
});

test('of names for one address the global one goes first, then the weak one', async () => {
  const symbol = (name: string, offset: number, binding: 'local' | 'global' | 'weak') =>
    ({ name, value: at(offset), binding, section: '.text' }) as const;
  const bytes = kernel(textWith(256, new Map()), {
    symbols: [
      symbol('a_weak', 32, 'weak'),
      symbol('z_global', 32, 'global'),
      symbol('a_local', 64, 'local'),
      symbol('z_weak', 64, 'weak'),
    ],
  });
  const { symbols } = await readKernelImage(scratchFile('bindings', bytes));
  expect(symbols.functions.slice(1, 3).map((f) => [f.name, f.aliases])).toEqual([
    ['z_global', ['a_weak']],
    ['z_weak', ['a_local']],
  ]);
});

describe('names that a kernel carries for itself', () => {
  const rows: Listed[] = Array.from({ length: 300 }, (_, i) => ({
    address: at(8 * i),
    type: 'T',
    name: `fn_${String(i).padStart(3, '0')}`,
  }));
  const read = async (listing: Listed[], layout: KallsymsLayout, absolute?: boolean) => {
    const head = Buffer.from('Linux version 6.9.1 (x)'.padEnd(64, '\0'));
    const tables = kallsymsTables(listing, TEXT, layout, RODATA + 64n, absolute);
    const elf = kernel(textWith(4096, new Map()), {
      symbols: null,
      banner: Buffer.concat([head, tables]),
    });
    const image = await readKernelImage(scratchFile(`own-${layout}-${listing[1]?.name}`, elf));
    const found = image.symbolAt(at(8 * 123 + 2));
    return [image.symbols.origin, found?.symbol.name ?? null, found?.offset ?? null];
  };

  test.each(['to-6.1', 'from-6.4'] as const)(
    'are found with distances or not (%s)',
    async (layout) => {
      expect(await read(rows, layout)).toEqual(['built-in', 'fn_123', 2]);
      expect(await read(rows, layout, false)).toEqual(['built-in', 'fn_123', 2]);
    },
  );

  test('stand in the order of their addresses (from 7.0), else they are none', async () => {
    expect(await read(rows, 'from-7.0')).toEqual(['built-in', 'fn_123', 2]);
    const swapped = [rows[0], ...rows.slice(1).reverse()].flatMap((row) => row ?? []);
    expect(await read(swapped, 'from-7.0')).toEqual([null, null, null]);
    const last = rows.map((row, i) => (i === 299 ? { ...row, address: at(0) } : row));
    expect(await read(last, 'from-7.0')).toEqual([null, null, null]);
    const later = rows.map((row) => ({ ...row, address: row.address + 8n }));
    expect(await read(later, 'from-7.0')).toEqual([null, null, null]);
  });
});
