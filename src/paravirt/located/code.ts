import type { KernelImage, Site, SiteCode, SiteTable } from '../image/index.js';
// not from the index: comparisons without images are not to load the rest of it
import { siteCoder } from '../image/site-code.js';
import { canonicalSymbol } from '../symbols.js';
import { readInstructions, type Instructions } from './instructions.js';
import {
  returnsOf,
  windowsOf,
  type CodeSite,
  type CodeWindow,
  type Place,
  type Return,
} from './site-index.js';

export interface CodeFunction {
  start: Place;
  /** End of its own bytes. */
  end: Place;
  /** Where the next symbol is; what lies between is named by this one. */
  until: Place;
  name: string;
  aliases: readonly string[];
}

/** What the comparison needs of a kernel image. */
export interface ImageCode {
  /** For messages. */
  name: string;
  release: string | null;
  buildId: string | null;
  /** All ops that the image's own types name; null where they name none. */
  ops: ReadonlySet<string> | null;
  /** Of the file: the image, or the saved table. */
  sha256: string;
  /** true: from a saved site table, which knows only functions that hold sites, and has no code. */
  partial: boolean;
  /** By address. */
  functions: CodeFunction[];
  sites: CodeSite[];
  returns: Map<Place, Return>;
  /** Sites and native equivalents, by address. */
  windows: CodeWindow[];
  /** null: from a saved site table, which has no code. */
  instructions: Instructions | null;
  /** A site's machine code in both states, by its index; null without an image. */
  show(site: number): SiteCode | null;
}

const TOP = 0xffffffffn;

/** Lower 32 bits of an address in the top 2 GiB; -1 for any other. */
export function placeOf(address: bigint): Place {
  return address >> 32n === TOP ? Number(address & TOP) : -1;
}

/** Makes an image's code searchable. `equivalents`: whether native equivalents count. */
export async function imageCode(
  image: KernelImage,
  table: SiteTable,
  options: { name: string; equivalents: boolean; sha256: string },
): Promise<ImageCode> {
  const functions = image.symbols.functions
    .map((f) => ({
      start: placeOf(f.address),
      end: placeOf(f.end),
      until: placeOf(f.until),
      name: f.name,
      aliases: f.aliases,
    }))
    .filter((f) => f.start >= 0);
  const sites = codeSites(table);
  const instructions = await readInstructions(image, sites);
  const coder = await siteCoder(image, table);
  const stretches = [
    ...sites.map((site, i) => ({
      start: site.place,
      end: site.place + site.length,
      op: site.op,
      site: i,
    })),
    ...(options.equivalents ? instructions.equivalents : []).map((e) => ({ ...e, site: -1 })),
  ];
  const end = functionEnds(functions);
  return {
    name: options.name,
    release: image.release,
    buildId: image.buildId,
    ops: opsOf(table),
    sha256: options.sha256,
    partial: false,
    functions,
    sites,
    returns: returnsOf(sites),
    windows: windowsOf(stretches, end),
    instructions,
    show: (site) => {
      const source = sites[site]?.source;
      return source === undefined ? null : coder(source);
    },
  };
}

function opsOf({ tables }: SiteTable): ReadonlySet<string> | null {
  const own = tables.filter(({ namedBy }) => namedBy === 'btf');
  return own.length === 0 ? null : new Set(own.flatMap(({ slots }) => [...slots.values()]));
}

/** A saved site table (`pvflame sites -f json`) as code without instructions. */
export function savedCode(
  saved: { release: string | null; buildId: string | null; sites: readonly Site[] },
  { name, sha256 }: { name: string; sha256: string },
): ImageCode {
  const sites = codeSites(saved);
  const starts = new Map(sites.map((site) => [site.place - site.offset, site.symbol]));
  const ordered = [...starts].sort(([a], [b]) => a - b);
  const functions = ordered.map(([start, symbol], i) => ({
    start,
    end: ordered[i + 1]?.[0] ?? start + 0x10000,
    until: ordered[i + 1]?.[0] ?? start + 0x10000,
    name: symbol,
    aliases: [],
  }));
  const stretches = sites.map((site, i) => ({
    start: site.place,
    end: site.place + site.length,
    op: site.op,
    site: i,
  }));
  return {
    name,
    release: saved.release,
    buildId: saved.buildId,
    ops: null,
    sha256,
    partial: true,
    functions,
    sites,
    returns: returnsOf(sites),
    windows: windowsOf(stretches, functionEnds(functions)),
    instructions: null,
    show: () => null,
  };
}

function codeSites(table: { sites: readonly Site[] }): CodeSite[] {
  const ranks = new Map<string, number>();
  return table.sites.flatMap((site) => {
    const place = placeOf(site.address);
    if (place < 0 || site.function === null || site.offset === null) return [];
    const name = canonicalSymbol(site.function);
    const key = `${name}\0${site.op}`;
    const ordinal = ranks.get(key) ?? 0;
    ranks.set(key, ordinal + 1);
    return [
      {
        place,
        length: site.length,
        function: name,
        symbol: site.function,
        offset: site.offset,
        op: site.op,
        inlineStarts: inlineStarts(site.inline, site.length),
        tabled: site.tabled,
        ordinal,
        source: site,
      },
    ];
  });
}

/** Where instructions begin inside the inline forms of more than one. */
const INNER_STARTS: ReadonlyMap<string, readonly number[]> = new Map([
  ['9c58', [1]], // pushf; pop
  ['579d', [1]], // push; popf
  ['0f01f8480f07', [3]], // swapgs; sysretq
  ['0f01f80f07', [3]], // swapgs; sysretl
  ['0f01f8fb0f35', [3, 4]], // swapgs; sti; sysexit
]);

/**
 * Where instructions begin inside a site that is patched inline: behind each native instruction, the
 * rest is one nop (arch/x86/kernel/alternative.c, add_nops()).
 */
function inlineStarts(inline: string | null, length: number): number[] | null {
  if (inline === null || inline === '') return null;
  const starts = [...(INNER_STARTS.get(inline) ?? []), inline.length / 2];
  return starts.filter((start) => start < length);
}

/** The end of the function that holds a place. */
export function functionEnds(functions: readonly CodeFunction[]): (place: Place) => Place {
  return (place) => {
    const f = functionAt(functions, place);
    // code behind a function's own bytes has no better bound than the next symbol
    return f === undefined ? Infinity : place < f.end ? f.end : f.until;
  };
}

/** The function that a place belongs to. */
export function functionAt(
  functions: readonly CodeFunction[],
  place: Place,
): CodeFunction | undefined {
  let low = 0;
  let high = functions.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((functions[mid]?.start ?? 0) <= place) low = mid + 1;
    else high = mid;
  }
  const found = functions[low - 1];
  return found !== undefined && place < found.until ? found : undefined;
}
