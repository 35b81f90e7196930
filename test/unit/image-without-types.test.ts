import { describe, expect, test } from 'vitest';
import { findSites, readKernelImage } from '../../src/paravirt/image/index.js';
import { wordOrders } from '../../src/paravirt/image/word-index.js';
import { buildElf, relocations } from '../support/image-elf.js';
import { failure, scratchFile } from '../support/image-fixtures.js';
import {
  at,
  brief,
  direct,
  op,
  pvOps,
  sitesOf,
  sti,
  alternatives,
  alternativeSections,
  kernel,
  ripCall,
  TABLE,
  TEMPLATE,
  textWith,
} from '../support/image-synthetic.js';

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
  const { sites } = await findSites(image, { image: host, table: await findSites(host) });
  expect(sites.map(brief)).toEqual([
    'mod_fn+8 irq.irq_enable 6 - parainstructions',
    'mod_fn+40 cpu.read_cr0 6 - parainstructions',
  ]);
  // .init.text lies before .text: addresses are unique within the module.
  expect(sites.map((s) => s.address)).toEqual([64n + 8n, 64n + 40n]);
  const alone = await findSites(image);
  // words 4 and 1 are others in kernels without CONFIG_PARAVIRT_XXL
  expect(alone.sites.map((s) => s.op)).toEqual(['pv_ops+0x20', 'pv_ops+0x8']);
  // a kernel without BTF names its words by other means
  const bare = await readKernelImage(
    scratchFile('bare', kernel(textWith(256, new Map()), { symbols: [pvOps], structs: null })),
  );
  const [named] = (await findSites(host)).tables;
  if (named === undefined) throw new Error('no table');
  const slots = new Map([[32, 'irq.irq_enable']]);
  const tables = [{ ...named, slots, namedBy: 'word-index' } as const];
  const table = { ...(await findSites(bare)), tables };
  const borrowed = await findSites(image, { image: bare, table });
  expect(borrowed.namedBy).toBe('word-index');
  expect(borrowed.sites.map((s) => s.op)).toEqual(['irq.irq_enable', 'pv_ops+0x8']);
});

test("a module's alternative may be code of the kernel, as objtool of 5.13 writes it", async () => {
  const row = Buffer.alloc(12);
  row.writeUInt8(5, 10);
  row.writeUInt8(5, 11);
  const module = buildElf({
    relocatable: true,
    sections: [
      { name: '.text', flags: 'AX', data: textWith(64, new Map()), align: 16 },
      { name: '.altinstructions', flags: 'A', data: row },
      {
        name: '.rela.altinstructions',
        type: 4,
        link: '.symtab',
        info: '.altinstructions',
        data: relocations([
          { offset: 0, type: 2, symbol: 1, addend: 8 },
          { offset: 4, type: 2, symbol: 2, addend: 0 },
        ]),
      },
      { name: '.modinfo', flags: 'A', data: Buffer.from('vermagic=5.14.0 SMP \0') },
    ],
    symbols: [
      { name: 'mod_fn', value: 0n, size: 64, section: '.text' },
      { name: '__x86_indirect_alt_call_rax', value: 0n, type: 'notype' },
    ],
  });
  const { alternatives: rows } = await readKernelImage(scratchFile('objtool.ko', module));
  expect(rows.map((r) => [r.address, r.length, r.replacement.length])).toEqual([[8n, 5, 0]]);
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
  const twoSteps = (from: number, to: number, between: string, mov = '488b05'): Buffer => {
    const load = Buffer.from(`${mov}00000000`, 'hex');
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

  test('through any register, and by the thunk of that one only', async () => {
    const rcx = '488b0d';
    const code = textWith(
      256,
      new Map([
        // call *%rcx
        [16, twoSteps(16, 240, 'ffd1', rcx)],
        [64, twoSteps(64, 240, '90', rcx)],
        [128, twoSteps(128, 224, '90', rcx)],
      ]),
    );
    const other = { name: '__x86_indirect_thunk_rcx', value: at(224), section: '.text' };
    const elf = kernel(code, { symbols: [pvOps, thunk, other] });
    expect((await sitesOf(elf)).map(brief)).toEqual([
      'first+23 cpu.read_cr0 2 - text loose',
      'second+8 cpu.read_cr0 5 - text loose',
    ]);
  });
});
