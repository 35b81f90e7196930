import { agreesWithCalls } from './called.js';
import type { Faults } from './fault.js';
import type { ImageMemory, Region } from './memory.js';
import { isNamed, MAX_SYMBOLS, symbolTable, type RawSymbol, type SymbolTable } from './symbols.js';

/** A text listing of symbols: /proc/kallsyms (moved by KASLR) or System.map (not moved). */
export interface Listing {
  readonly table: SymbolTable;
  /** What KASLR added to every address. */
  readonly slide: bigint;
}

interface Parsed {
  readonly text: readonly RawSymbol[];
  readonly named: ReadonlyMap<string, bigint>;
  readonly lines: number;
}

const LINE = /^([0-9a-f]{1,16}) ([a-zA-Z]) (\S+)(\s+\[\S+\])?\s*$/;
/** KASLR moves the kernel by whole 2 MB pages (CONFIG_PHYSICAL_ALIGN is a multiple of that). */
const SLIDE_STEP = 0x200000n;

function parse(text: string): Parsed {
  const out: RawSymbol[] = [];
  const named = new Map<string, bigint>();
  let lines = 0;
  for (let from = 0; from < text.length && lines <= MAX_SYMBOLS;) {
    const stop = text.indexOf('\n', from);
    const end = stop < 0 ? text.length : stop;
    const found = end - from > 1024 ? null : LINE.exec(text.slice(from, end));
    from = end + 1;
    if (found === null) continue;
    lines += 1;
    // A fourth column names a module: its symbols are not in this image.
    if (found[4] !== undefined) continue;
    const [, hex = '0', type = '', name = ''] = found;
    const address = BigInt(`0x${hex}`);
    if (isNamed(name)) named.set(name, address);
    if (!'tTwW'.includes(type)) continue;
    const binding = type === 'T' ? 'global' : type === 't' ? 'local' : 'weak';
    out.push({ address, size: 0n, name, binding, typed: true });
  }
  return { text: out, named, lines };
}

/** The start or end of the section of that name, as the linker script's symbol says it. */
function sectionBounds(regions: readonly Region[], name: string): Region | undefined {
  return regions.find((r) => r.section.name === name);
}

/**
 * Reads a listing of the symbols of an image. The slide is the distance of `_text` from `.text`; the other section symbols
 * must agree with it, and the image's calls go to the functions listed, or the listing is of another kernel. `listing`
 * makes errors that name the listing, not the image.
 */
export function readListing(text: string, memory: ImageMemory, listing: Faults): Listing {
  const { regions } = memory;
  const { text: raws, named, lines } = parse(text);
  if (lines === 0) {
    throw listing.refused('not a symbol listing', 'give a copy of /proc/kallsyms or a System.map');
  }
  if (lines > MAX_SYMBOLS)
    throw listing.refused('too many symbols', 'give a copy of /proc/kallsyms');
  const start = named.get('_text') ?? named.get('_stext');
  if (start === undefined) {
    throw listing.refused(
      'no _text in this symbol listing',
      'give the whole /proc/kallsyms or System.map',
    );
  }
  if (start === 0n) {
    throw listing.refused('addresses are hidden (all 0)', 'read /proc/kallsyms as root');
  }
  const textRegion = sectionBounds(regions, '.text');
  const initRegion = sectionBounds(regions, '.init.text');
  const slide = start - (textRegion?.start ?? 0n);
  const initAt = named.get('_sinittext');
  const initFits =
    initAt === undefined || initRegion === undefined || initAt - slide === initRegion.start;
  if (textRegion === undefined || slide % SLIDE_STEP !== 0n || !initFits) {
    throw listing.refused(
      'symbols of another kernel than the image',
      'give those of the same build',
    );
  }
  const unslid = (address: bigint): bigint => BigInt.asUintN(64, address - slide);
  const table = symbolTable(
    slide === 0n && !text.includes('\t[') ? 'system-map' : 'kallsyms',
    raws.map((s) => ({ ...s, address: unslid(s.address) })),
    new Map([...named].map(([name, at]) => [name, { address: unslid(at), size: 0 }])),
    regions,
  );
  // builds of one release have their sections in the same places
  if (!agreesWithCalls(memory, table.functions)) {
    throw listing.refused(
      'symbols of another kernel than the image, or not all of them: its calls go elsewhere',
      'give the whole listing of the same build',
    );
  }
  return { table, slide };
}
