/**
 * Cuts a kernel image down to what the site reader needs, for fixtures/images. Not run by any test:
 *   npx esbuild test/support/image-reduce.ts --bundle --platform=node --format=esm \
 *     --packages=external --outfile=node_modules/.cache/reduce.mjs
 *   node node_modules/.cache/reduce.mjs VMLINUX TRUTH.tsv.gz OUT
 * writes OUT.vmlinux.gz and OUT.sites.tsv.gz. With recordings behind OUT (perf script text, gzip) it keeps
 * all function symbols and the code of every function that they show, for tests that join the two; a
 * TRUTH of `-` then writes no second file. TRUTH has the columns address, symbol, symoff,
 * pv_ops_off, op, len, section, source, ..., alt_entries (cpuid,flags,bytes).
 *
 * Addresses stay as they are. Of the text only the sites and whole functions with calls in no patch
 * record remain, the rest is zero. Of BTF only the structures that are looked for remain.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  findSites,
  readKernelImage,
  type KernelImage,
  type Site,
} from '../../src/paravirt/image/index.js';
import { buildBtf, type StructSpec } from './image-btf.js';
import { buildElf, type SectionSpec, type SymbolSpec } from './image-elf.js';

const KEPT = ['.parainstructions', '.altinstructions', '.altinstr_replacement', '.notes'];
const TEXT = ['.text', '.init.text', '.altinstr_aux', '.exit.text'];

/** Rebuilds the template's structures from the flat slots; the reader needs names and offsets. */
function structs(image: KernelImage): StructSpec[] {
  const flat = image.btf?.flatten('paravirt_patch_template');
  const size = image.btf?.sizeOf('alt_instr') ?? 0;
  const altInstr: StructSpec = { name: 'alt_instr', size, members: [] };
  if (flat === null || flat === undefined) return [altInstr];
  const names = new Map<string, { name: string; offset: number; struct?: string }[]>();
  const starts = new Map<string, number>([['', 0]]);
  for (const [offset, op] of flat.slots) {
    const parts = op.split('.');
    for (let depth = 1; depth < parts.length; depth++) {
      const path = parts.slice(0, depth).join('.');
      if (starts.has(path)) continue;
      starts.set(path, offset);
      const parent = parts.slice(0, depth - 1).join('.');
      const list = names.get(parent) ?? [];
      const name = parts[depth - 1] ?? '';
      list.push({ name, offset: offset - (starts.get(parent) ?? 0), struct: path });
      names.set(parent, list);
    }
    const parent = parts.slice(0, -1).join('.');
    const list = names.get(parent) ?? [];
    list.push({ name: parts.at(-1) ?? '', offset: offset - (starts.get(parent) ?? 0) });
    names.set(parent, list);
  }
  const rename = (path: string): string =>
    path === '' ? 'paravirt_patch_template' : `pv_${path.replaceAll('.', '_')}_ops`;
  const out = [...names].map(([path, members]) => ({
    name: rename(path),
    size: path === '' ? flat.size : 8 * members.length,
    members: members.map((m) => (m.struct === undefined ? m : { ...m, struct: rename(m.struct) })),
  }));
  return [...out, altInstr];
}

/** The text section with zeros but for the given byte ranges. */
function cut(image: KernelImage, name: string, ranges: readonly [bigint, number][]): Buffer {
  const section = image.memory.section(name);
  if (section === null) return Buffer.alloc(0);
  const out = Buffer.alloc(section.bytes.length);
  for (const [address, length] of ranges) {
    const at = Number(address - section.start);
    if (at >= 0 && at + length <= out.length) section.bytes.copy(out, at, at, at + length);
  }
  return out;
}

function keptSymbols(image: KernelImage, sites: readonly Site[], all: boolean): SymbolSpec[] {
  const out: SymbolSpec[] = [];
  const wanted = new Set<number>();
  image.symbols.functions.forEach((f, i) => {
    if (all) wanted.add(i);
    else if (sites.some((s) => s.address >= f.address && s.address < f.until))
      wanted.add(i).add(i + 1);
  });
  for (const i of wanted) {
    const f = image.symbols.functions[i];
    if (f === undefined) continue;
    const section = image.memory.regionAt(f.address)?.section.name;
    if (section === undefined) continue;
    const size = Number(f.end - f.address);
    out.push({ name: f.name, value: f.address, size, section });
    for (const name of f.aliases)
      out.push({ name, value: f.address, size, section, binding: 'weak' });
  }
  for (const [name, { address, size }] of image.symbols.names) {
    const section = image.memory.regionAt(address)?.section.name ?? '.text';
    out.push({ name, value: address, size, section, type: 'object' });
  }
  return out;
}

/** Kernel addresses that recordings show. */
function recorded(paths: readonly string[]): Set<bigint> {
  const found = new Set<bigint>();
  for (const path of paths) {
    const text = gunzipSync(readFileSync(path)).toString('latin1');
    for (const [, hex = ''] of text.matchAll(/^\t(ffffffff[0-9a-f]{8}) /gm))
      found.add(BigInt(`0x${hex}`));
  }
  return found;
}

async function main(): Promise<void> {
  const [path = '', truth = '', target = '', ...recordings] = process.argv.slice(2);
  const image = await readKernelImage(path);
  const { sites } = await findSites(image);
  const ranges: [bigint, number][] = sites.map((s) => [s.address, 7]);
  for (const s of sites.filter((x) => x.source === 'text')) {
    const f = image.symbolAt(s.address)?.symbol;
    if (f !== undefined) ranges.push([f.address, Number(f.until - f.address)]);
  }
  for (const address of recorded(recordings)) {
    const f = image.symbolAt(address)?.symbol;
    if (f !== undefined) ranges.push([f.address, Number(f.until - f.address)]);
  }
  const sections: SectionSpec[] = [];
  for (const name of [...TEXT, ...KEPT]) {
    const found = image.memory.section(name);
    if (found === null) continue;
    const isText = TEXT.includes(name);
    sections.push({
      name,
      type: name === '.notes' ? 7 : 1,
      flags: isText || name === '.altinstr_replacement' ? 'AX' : 'A',
      address: found.start,
      data: isText ? cut(image, name, ranges) : found.bytes,
    });
  }
  // The listed static calls and the banner lie in .rodata; the tables that hold them stay.
  const rodata = image.memory.section('.rodata');
  if (rodata !== null) {
    const start = image.symbols.named('__start_static_call_sites')?.address ?? 0n;
    const stop = image.symbols.named('__stop_static_call_sites')?.address ?? 0n;
    const banner = image.symbols.named('linux_banner')?.address ?? 0n;
    const data = cut(image, '.rodata', [
      [start, Number(stop - start)],
      [banner, 32],
    ]);
    sections.push({ name: '.rodata', flags: 'A', address: rodata.start, data });
  }
  const btf = image.memory.section('.BTF');
  if (btf !== null) {
    sections.push({ name: '.BTF', flags: 'A', address: btf.start, data: buildBtf(structs(image)) });
  }
  const data = image.memory.regions.find((r) => r.section.name === '.data');
  if (data !== undefined) {
    const size = data.section.size;
    sections.push({ name: '.data', type: 8, flags: 'WA', address: data.start, size });
  }
  const elf = buildElf({ sections, symbols: keptSymbols(image, sites, recordings.length > 0) });
  writeFileSync(`${target}.vmlinux.gz`, gzipSync(elf, { level: 9 }));
  if (truth === '-') return;
  const rows = gunzipSync(readFileSync(truth)).toString('utf8').trim().split('\n').slice(1);
  const lines = rows.map((row) => {
    const c = row.split('\t');
    const inline = c[11] === '-' ? '' : (c[11]?.split(',')[2] ?? '');
    return [c[0], c[1], c[2], c[4], c[5], c[6], c[7], inline].join('\t');
  });
  writeFileSync(`${target}.sites.tsv.gz`, gzipSync(`${lines.join('\n')}\n`, { level: 9 }));
}

await main();
