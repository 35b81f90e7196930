import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { findSites, readKernelImage, readListingFile } from '../../src/paravirt/image/index.js';
import { buildElf, type SectionSpec } from '../support/image-elf.js';
import { failure, imagePath, scratchFile, truth, tabled } from '../support/image-fixtures.js';
import { kallsymsTables, type KallsymsLayout, type Listed } from '../support/image-kallsyms.js';
import { kernel, PV_OPS, pvOps, RODATA, TEXT, textWith } from '../support/image-synthetic.js';

/** The 6.12 image without its symbol table, as a distribution ships it. */
async function stripped(extra: readonly SectionSpec[] = []): Promise<string> {
  const image = await readKernelImage(imagePath('6.12'));
  const sections = image.memory.regions.map(({ section }): SectionSpec => {
    const found = image.memory.section(section.name);
    const flags = section.executable ? 'AX' : 'A';
    const { type, name, address, size } = section;
    return { name, type, flags, address, size, data: found?.bytes ?? Buffer.alloc(0) };
  });
  const kept = sections.filter((s) => !extra.some((e) => e.name === s.name));
  return scratchFile(`stripped-${extra.length}`, buildElf({ sections: [...kept, ...extra] }));
}

async function listed(slide = 0n): Promise<{ rows: Listed[]; text: string }> {
  const { symbols } = await readKernelImage(imagePath('6.12'));
  const rows: Listed[] = [{ address: 0x6000n, type: 'A', name: 'per_cpu_thing' }];
  for (const f of symbols.functions) {
    // Of two names for one address the global one is preferred, as from .symtab.
    rows.push({ address: f.address, type: 'T', name: f.name });
    for (const name of f.aliases) rows.push({ address: f.address, type: 't', name });
  }
  for (const [name, { address }] of symbols.names) {
    if (!rows.some((r) => r.name === name)) rows.push({ address, type: 'D', name });
  }
  const text = rows.map((r) => {
    const moved = r.type === 'A' ? r.address : r.address + slide;
    return `${moved.toString(16).padStart(16, '0')} ${r.type} ${r.name}\n`;
  });
  return { rows, text: `${text.join('')}ffffffffc0000000 t xfs_thing\t[xfs]\n` };
}

const text612 = 0xffffffff81000000n;

describe('a stripped image', () => {
  test('gives addresses and ops, and says what it cannot', async () => {
    const found = await findSites(await readKernelImage(await stripped()));
    expect(found.sites.filter((s) => s.function !== null)).toEqual([]);
    expect(found.limits.join()).toContain('stripped');
    const bare = (line: string): string => line.replace(/ \S+ /, ' ');
    expect(tabled(found.sites).map(bare)).toEqual(truth('6.12').map(bare));
    expect(found.sites.filter((s) => !s.tabled)).toHaveLength(13);
  });

  test.each([
    ['System.map', 0n, 'system-map'],
    ['/proc/kallsyms moved by KASLR', 0x1a400000n, 'kallsyms'],
  ] as const)('gets its functions from %s', async (_name, slide, origin) => {
    const { text } = await listed(slide);
    const plain = origin === 'system-map' ? text.replace(/.*\[xfs\]\n/, '') : text;
    const listing = await readListingFile(scratchFile(`listing-${origin}`, gzipSync(plain)));
    const image = await readKernelImage(await stripped(), { listing });
    expect([image.symbols.origin, image.slide]).toEqual([origin, slide]);
    const found = await findSites(image);
    expect(tabled(found.sites)).toEqual(truth('6.12'));
    expect(found.sites.filter((s) => s.source === 'static_call')).toHaveLength(3);
  });

  test.each(['to-4.19', 'to-6.1', 'with-seqs', 'from-6.4', 'from-7.0'] as KallsymsLayout[])(
    'gets its functions from the names that it carries (%s)',
    async (layout) => {
      const { rows } = await listed();
      const image = await readKernelImage(imagePath('6.12'));
      const rodata = image.memory.section('.rodata');
      const address = rodata?.start ?? 0n;
      const own = rodata?.bytes ?? Buffer.alloc(0);
      const head = Buffer.concat([own, Buffer.alloc(8 - (own.length % 8))]);
      // without per-CPU symbols and in the order of addresses, as scripts/kallsyms.c writes them since 6.15
      const listing = [...rows, { address: text612, type: 't', name: 'x'.repeat(300) }]
        .filter((row) => layout !== 'from-7.0' || row.type !== 'A')
        .sort((a, b) => Number(a.address - b.address));
      const tables = kallsymsTables(listing, text612, layout, address + BigInt(head.length));
      const data = Buffer.concat([head, tables]);
      const section = { name: '.rodata', flags: 'A', address, data } as const;
      const bare = await readKernelImage(await stripped([section]));
      expect(bare.symbols.origin).toBe('built-in');
      const found = await findSites(bare);
      expect(tabled(found.sites)).toEqual(truth('6.12'));
      expect(found.sites.filter((s) => s.source === 'static_call')).toHaveLength(3);
    },
  );
});

test('more names that it carries win over a symbol table with a few', async () => {
  const functions = [...Array(300).keys()].map((i) => ({
    address: TEXT + BigInt(16 * i),
    type: 't',
    name: `f${i}`,
  }));
  const head = Buffer.from('Linux version 6.9.1-test (x@y) #1\0'.padEnd(64, '\0'));
  const tables = kallsymsTables(functions, TEXT, 'from-6.4', RODATA + BigInt(head.length));
  const image = (size: number): Buffer =>
    kernel(textWith(size, new Map()), { banner: Buffer.concat([head, tables]), symbols: [pvOps] });
  const nearly = await readKernelImage(scratchFile('nearly-stripped', image(4 * 4096)));
  expect(nearly.symbols.origin).toBe('built-in');
  expect(nearly.symbolAt(TEXT + 33n)?.symbol.name).toBe('f2');
  expect(nearly.symbols.named('pv_ops')).toEqual({ address: PV_OPS, size: 40 });
  const whole = await readKernelImage(scratchFile('not-stripped', image(2 * 4096)));
  expect(whole.symbols.origin).toBe('symtab');
});

describe('a listing that does not fit', () => {
  const refused: readonly (readonly [string, (text: string) => string, string])[] = [
    ['no listing', () => 'hello\nworld\n', 'not a symbol listing'],
    [
      "Debian's stub",
      () => 'ffffffffffffffff B The real System.map\n0000000000000001 T x\n',
      'no _text',
    ],
    [
      'hidden addresses',
      (text) => text.replace(/^[0-9a-f]{16}/gm, '0'.repeat(16)),
      'addresses are hidden',
    ],
    [
      'half a page off',
      (text) =>
        text
          .replace(/^ffffffff81(.*)$/gm, 'ffffffff82$1')
          .replace('ffffffff82000000 T _text', 'ffffffff82000800 T _text'),
      'another kernel',
    ],
    [
      'another init section',
      (text) => text.replace(/^\S+ (\S) _sinittext/gm, 'ffffffff81123000 $1 _sinittext'),
      'another kernel',
    ],
  ];
  test.each(refused)('%s', async (name, edit, message) => {
    const { text } = await listed();
    // A marker that the cut-down image does not list by itself.
    const image = await stripped();
    const init = (await readKernelImage(image)).memory.section('.init.text')?.start ?? 0n;
    const whole = `${text}${init.toString(16)} T _sinittext\nffffffff81000000 T _text\n`;
    const path = scratchFile(`listing-${name.replaceAll(/\W/g, '-')}`, edit(whole));
    const error = await failure(async () =>
      readKernelImage(image, { listing: await readListingFile(path) }),
    );
    expect(error.status).toBe(3);
    expect(error.message).toContain(message);
    expect(error.message.startsWith(path)).toBe(true);
  });
});

test('aliases, markers and missing sizes', async () => {
  const bytes = kernel(textWith(256, new Map()), {
    symbols: [
      { name: '__lock_text_start', value: TEXT + 32n, type: 'notype', section: '.text' },
      { name: 'local_name', value: TEXT + 32n, binding: 'local', section: '.text' },
      { name: 'global_name', value: TEXT + 32n, size: 8, section: '.text' },
      { name: 'label', value: TEXT + 32n, type: 'notype', section: '.text' },
      { name: 'unsized.cold', value: TEXT + 64n, binding: 'local', section: '.text' },
      { name: '__lock_text_end', value: TEXT + 96n, type: 'notype', section: '.text' },
    ],
  });
  const image = await readKernelImage(scratchFile('aliases', bytes));
  expect(
    image.symbols.functions.map((f) => [f.name, Number(f.end - f.address), f.aliases]),
  ).toEqual([
    ['first', 128, ['_text']],
    ['global_name', 8, ['label', 'local_name', '__lock_text_start']],
    ['unsized.cold', 32, []],
    ['__lock_text_end', 32, []],
    ['second', 128, []],
  ]);
  // Behind its end a function still names the bytes: a replaced weak body, as the kernel sees it.
  expect(image.symbolAt(TEXT + 50n)).toMatchObject({ symbol: { name: 'global_name' }, offset: 18 });
  expect(image.symbolAt(TEXT + 256n)).toBeNull();
  expect(image.symbolAt(TEXT - 1n)).toBeNull();
});
