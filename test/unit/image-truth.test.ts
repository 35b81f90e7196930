import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { onPath } from '../../src/ingest/zstd.js';
import { findSites, initialTargets, readKernelImage } from '../../src/paravirt/image/index.js';
import {
  bzImage,
  imageBytes,
  imagePath,
  lz4Legacy,
  scratchFile,
  tabled,
  truth,
  withSize,
} from '../support/image-fixtures.js';
import { zstd } from '../support/zstd.js';

describe.each([
  { version: '6.1', sites: 4220, alternatives: 4138, source: 'parainstructions', clocks: 5 },
  { version: '6.12', sites: 4212, alternatives: 8509, source: 'altinstructions', clocks: 3 },
])('the cut-down $version kernel', ({ version, sites, alternatives, source, clocks }) => {
  test('gives the recorded truth, entry for entry', async () => {
    const image = await readKernelImage(imagePath(version));
    const table = await findSites(image);
    expect(tabled(table.sites)).toEqual(truth(version));
    expect(tabled(table.sites)).toHaveLength(sites);
    expect(table.namedBy).toBe('btf');
    expect(image.alternatives).toHaveLength(alternatives);
    expect(image.release?.startsWith(`${version}.`)).toBe(true);
    expect(image.buildId).toMatch(/^[0-9a-f]{40}$/);
  });

  test('lists the calls that no record covers, and the clocks', async () => {
    const { sites: all } = await findSites(await readKernelImage(imagePath(version)));
    const loose = all.filter((s) => !s.tabled);
    expect(loose).toHaveLength(13);
    expect(new Set(loose.map((s) => `${s.source} ${s.op} ${s.length}`))).toEqual(
      new Set(['text mmu.set_fixmap 6']),
    );
    const calls = all.filter((s) => s.source === 'static_call');
    expect(calls).toHaveLength(clocks);
    expect(new Set(calls.map((s) => s.op))).toEqual(
      new Set(['time.sched_clock', 'time.steal_clock']),
    );
    expect(all.every((s) => s.source !== 'text' || !s.tabled)).toBe(true);
    expect(
      new Set(all.filter((s) => s.tabled && s.source !== 'static_call').map((s) => s.source)),
    ).toEqual(new Set([source]));
  });

  test('reads its text by address', async () => {
    const image = await readKernelImage(imagePath(version));
    const { sites: all } = await findSites(image);
    const first = all[0];
    expect(first).toBeDefined();
    if (first === undefined) return;
    expect(image.readText(first.address, 2)?.toString('hex')).toBe('ff15');
    expect(image.symbolAt(first.address)?.symbol.name).toBe(first.function);
    expect(image.readText(0x1000n, 4)).toBeNull();
  });
});

describe('a packed kernel', () => {
  const elf = imageBytes('6.12');
  const packed: readonly (readonly [string, () => Buffer, boolean])[] = [
    ['plain', () => elf, true],
    ['gzip', () => gzipSync(elf), true],
    ['zstd', () => zstd(elf), true],
    ['xz', () => execFileSync('xz', ['-0c'], { input: elf, maxBuffer: 1 << 28 }), onPath('xz')],
    ['bzImage of gzip', () => bzImage(gzipSync(elf)), true],
    ['bzImage of LZ4', () => bzImage(withSize(lz4Legacy(elf), elf.length)), true],
    ['bzImage of zstd', () => bzImage(withSize(zstd(elf), elf.length)), true],
    [
      'bzImage of xz',
      () =>
        bzImage(
          withSize(execFileSync('xz', ['-0c'], { input: elf, maxBuffer: 1 << 28 }), elf.length),
        ),
      onPath('xz'),
    ],
    ['packed bzImage', () => gzipSync(bzImage(withSize(lz4Legacy(elf), elf.length))), true],
    ['bzImage of plain ELF', () => bzImage(elf), true],
  ];
  test.each(packed)('%s gives the same table', async (name, make, possible) => {
    if (!possible) return;
    const image = await readKernelImage(scratchFile(`${name.replaceAll(' ', '-')}.bin`, make()));
    expect(image.kind).toBe(name.includes('bzImage') ? 'bzImage' : 'vmlinux');
    expect(tabled((await findSites(image)).sites)).toEqual(truth('6.12'));
  });
});

test('what an op points to when the kernel starts is read from the table', async () => {
  // .data is left out of the cut-down images: nothing can be said, and nothing is made up.
  const image = await readKernelImage(imagePath('6.1'));
  const { tables } = await findSites(image);
  expect(tables.map((t) => [t.symbol, t.size, t.slots.size])).toEqual([['pv_ops', 632, 79]]);
  expect(initialTargets(image.memory, image.symbols, tables).size).toBe(0);
});
