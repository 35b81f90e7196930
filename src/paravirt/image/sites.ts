import { faultsOf } from './fault.js';
import { functionHeld } from './held.js';
import { TELLING_FORMS } from './inline-forms.js';
import type { KernelImage } from './kernel-image.js';
import { nativePatch } from './native-patch.js';
import {
  findOpTables,
  layoutsOf,
  namedByKernel,
  opAt,
  type NamedBy,
  slotsByIndex,
  type OpTable,
  wordOfIndex,
} from './op-tables.js';
import { recordedSites, type RecordedSite } from './records.js';
import { scanText } from './scan.js';
import { readStaticCalls, staticCallForms, staticCallTargets } from './static-calls.js';

export type SiteSource = 'parainstructions' | 'altinstructions' | 'static_call' | 'text';

/** A paravirt call site of an image. */
export interface Site {
  readonly address: bigint;
  /** Raw name of the function, null without symbols. */
  readonly function: string | null;
  readonly offset: number | null;
  readonly length: number;
  /** `group.member`; `pv_ops+0x10` where the word has no known name. */
  readonly op: string;
  /** Hex bytes that boot code may write over the call; null where it only makes it direct. */
  readonly inline: string | null;
  readonly section: string;
  readonly source: SiteSource;
  /** False for a call that no record of the image covers: it is never patched. */
  readonly tabled: boolean;
}

/** All sites of one image, in address order, with what was used to name them. */
export interface SiteTable {
  readonly sites: readonly Site[];
  readonly tables: readonly OpTable[];
  readonly namedBy: NamedBy;
  /** What could not be known of this image, one sentence each. */
  readonly limits: readonly string[];
}

/** The op of a recorded site: by the word that it calls through, else by its index. */
function opOf(
  { type }: RecordedSite,
  word: bigint | null,
  tables: readonly OpTable[],
  byIndex: ReadonlyMap<number, string>,
): string {
  const byWord = word === null ? null : opAt(tables, word);
  if (byWord !== null) return byWord;
  if (type !== null) {
    const slots = tables.find((t) => t.symbol === 'pv_ops')?.slots ?? byIndex;
    return slots.get(type * 8) ?? `pv_ops+0x${(type * 8).toString(16)}`;
  }
  return 'unknown';
}

/** Sites whose inline form belongs to another op than their word. */
function contradicted(sites: readonly Site[]): number {
  return sites.filter(({ op, inline }) => {
    const telling = TELLING_FORMS.get(inline ?? '');
    return telling !== undefined && telling !== op && /^[a-z]+\.\w/.test(op);
  }).length;
}

function limitsOf(image: KernelImage, named: NamedBy, sites: readonly Site[]): readonly string[] {
  const limits: string[] = [];
  const from = (...sources: readonly SiteSource[]): boolean =>
    sites.some(({ source }) => sources.includes(source));
  const recorded = from('parainstructions', 'altinstructions');
  if (image.symbols.origin === null) {
    limits.push(
      'The image is stripped: functions and static-call sites are unknown without --kallsyms.',
    );
  }
  if (recorded && named === 'none') {
    limits.push('No type information names the ops of this image: words are given by offset.');
  }
  if (!recorded && from('text') && image.kind !== 'module') {
    limits.push(
      'The image has no patch records, though every kernel with paravirt has them: that its calls are never patched is not known.',
    );
  }
  const wrong = contradicted(sites);
  if (wrong > 0) {
    limits.push(
      `At ${wrong} sites the inline form is that of another op: the image may be damaged.`,
    );
  }
  return limits;
}

/**
 * The site table of an image. A module names its ops by the kernel that it was built for: give that as `kernel`, since the
 * tables lie there, and what tells their words' names.
 */
export async function findSites(
  image: KernelImage,
  kernel: { readonly image: KernelImage; readonly table: SiteTable } | null = null,
): Promise<SiteTable> {
  const btf = image.btf ?? kernel?.image.btf ?? null;
  const { memory, symbols } = image;
  const raws = recordedSites(image);
  const layouts = layoutsOf(btf, image.release);
  const found = findOpTables({ memory, symbols, btf }, layouts, raws);
  const tables = kernel === null ? found : namedByKernel(found, kernel.table.tables);
  const place = (address: bigint): Pick<Site, 'address' | 'function' | 'offset' | 'section'> => {
    const at = symbols.lookup(address);
    return {
      address,
      function: at?.symbol.name ?? null,
      offset: at?.offset ?? null,
      section: memory.regionAt(address)?.section.name ?? '',
    };
  };
  const byIndex = slotsByIndex(layouts, raws);
  const indexed = wordOfIndex(tables, raws);
  const sites: Site[] = raws.map((raw) => {
    const { length, source } = raw;
    const word = raw.target ?? (raw.type === null ? null : indexed(raw.type));
    const op = opOf(raw, word, tables, byIndex);
    const held = word === null ? null : functionHeld(memory, symbols, word);
    const byCode =
      source === 'parainstructions'
        ? nativePatch(op, length, image.release, held?.name ?? null)
        : null;
    const inline = raw.inline ?? byCode;
    return { ...place(raw.address), length, op, inline, source, tabled: true };
  });
  const listed = readStaticCalls(memory, symbols);
  const forms = staticCallForms((kernel?.image ?? image).memory);
  for (const { address, op, length } of listed) {
    sites.push({
      ...place(address),
      length,
      op,
      inline: forms.get(op) ?? null,
      source: 'static_call',
      tabled: true,
    });
  }
  const targets = staticCallTargets(symbols);
  const known = new Set([...sites.map((s) => s.address), ...raws.map((raw) => raw.call)]);
  // Listed static calls are all of them; without a list their trampolines tell.
  const trampolines = new Set(listed.length > 0 ? [] : targets.keys());
  const wanted = { tables, trampolines, known };
  for (const call of await scanText(memory, symbols, wanted, faultsOf(image.path))) {
    const isStatic = call.kind === 'static';
    const op = isStatic ? targets.get(call.target) : opAt(tables, call.target);
    const source = isStatic ? 'static_call' : 'text';
    sites.push({
      ...place(call.address),
      length: call.length,
      op: op ?? 'unknown',
      inline: null,
      source,
      tabled: false,
    });
  }
  const namedBy = tables.find((t) => t.namedBy !== 'none')?.namedBy ?? 'none';
  sites.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
  return { sites, tables, namedBy, limits: limitsOf(image, namedBy, sites) };
}
