import type { Btf } from './btf.js';
import { functionHeld } from './held.js';
import { INLINE_FORMS, TELLING_FORMS } from './inline-forms.js';
import type { ImageMemory } from './memory.js';
import type { FunctionSymbol, SymbolTable } from './symbols.js';
import { NATIVE_IMPLEMENTATIONS, wordOrders } from './word-index.js';

/** A table of paravirt function pointers in the image, its words named as far as can be known. */
export interface OpTable {
  /** `pv_ops`, `pv_ops_lock`, or `pv_irq_ops` and its kin (Linux 2.6.24 to 4.19). */
  readonly symbol: string;
  readonly base: bigint;
  readonly size: number;
  /** False where the image allows several bases: `base` is then the lowest, and words without a name have no offset. */
  readonly placed: boolean;
  /** Byte offset to `group.member`. */
  readonly slots: ReadonlyMap<number, string>;
  /** What named the slots. */
  readonly namedBy: NamedBy;
}

export type NamedBy = 'btf' | 'word-index' | 'pointers' | 'none';

/** Word order of the template without where it lies. */
export interface OpLayout {
  readonly size: number;
  readonly slots: ReadonlyMap<number, string>;
  readonly namedBy: NamedBy;
}

/** What a site says about the table it calls through. */
export interface TableEvidence {
  /** Address of the pointer that the site calls through. */
  readonly target: bigint | null;
  /** Word index, in kernels to 6.7. */
  readonly type: number | null;
  readonly inline: string | null;
}

const TEMPLATE = 'paravirt_patch_template';
const SPLIT_TABLES = /^pv_(init|time|cpu|irq|apic|mmu|lock)_ops$/;
const MAX_WORDS = 512;

/** Layouts that the image's own types, else its version, allow for `pv_ops`. */
export function layoutsOf(btf: Btf | null, release: string | null): readonly OpLayout[] {
  const own = btf?.flatten(TEMPLATE) ?? null;
  if (own !== null) return [{ ...own, namedBy: 'btf' }];
  // evidence decides between them
  return wordOrders(release ?? '').map((ops) => ({
    size: ops.length * 8,
    slots: new Map(ops.map((op, i) => [i * 8, op])),
    namedBy: 'word-index',
  }));
}

/** The most frequent value, where nearly all agree on it. */
export function agreed(votes: readonly bigint[]): bigint | null {
  const counts = new Map<bigint, number>();
  for (const vote of votes) counts.set(vote, (counts.get(vote) ?? 0) + 1);
  let best: bigint | null = null;
  for (const [vote, n] of counts) if (best === null || n > (counts.get(best) ?? 0)) best = vote;
  return best !== null && (counts.get(best) ?? 0) >= 0.9 * votes.length ? best : null;
}

/**
 * Where `pv_ops` lies in an image without symbols: the word index of each site says it (to 6.7),
 * else the inline forms that belong to one op do.
 */
export function guessBase(
  evidence: readonly TableEvidence[],
  layout: OpLayout | null,
): bigint | null {
  const offsets = new Map([...(layout?.slots ?? [])].map(([offset, op]) => [op, offset]));
  const votes: bigint[] = [];
  for (const { target, type, inline } of evidence) {
    if (target === null) continue;
    const op = inline === null ? undefined : TELLING_FORMS.get(inline);
    const offset = type !== null ? type * 8 : op === undefined ? undefined : offsets.get(op);
    if (offset !== undefined) votes.push(target - BigInt(offset));
  }
  return agreed(votes);
}

/**
 * Slots of the template for sites that only give a word index, as a module's do without its kernel: those on which all layouts
 * agree that the sites' inline forms allow.
 */
export function slotsByIndex(
  layouts: readonly OpLayout[],
  evidence: readonly TableEvidence[],
): ReadonlyMap<number, string> {
  const fitting = layouts.filter((layout) =>
    evidence.every(({ type, inline }) => {
      if (type === null) return true;
      const op = layout.slots.get(type * 8);
      return op !== undefined && (inline === null || INLINE_FORMS.get(op) === inline);
    }),
  );
  return common(fitting.map((layout) => ({ layout, base: 0n }))).slots;
}

/** False where a site's inline form belongs to another op than the layout says. */
function consistent(layout: OpLayout, base: bigint, evidence: readonly TableEvidence[]): boolean {
  // from 7.0 on the lock ops have a table of their own, which lies behind
  const locksBehind = ![...layout.slots.values()].some((op) => op.startsWith('lock.'));
  return evidence.every(({ target, inline }) => {
    if (target === null) return true;
    const offset = Number(BigInt.asIntN(53, target - base));
    if (locksBehind && offset >= layout.size) return true;
    const op = layout.slots.get(offset);
    if (op === undefined) return false;
    return inline === null || INLINE_FORMS.get(op) === inline;
  });
}

/** False where a word holds the native function of another op than the layout says. */
function agrees(layout: OpLayout, pointed: ReadonlyMap<number, string>): boolean {
  const ops = new Set(layout.slots.values());
  // behind the table's end lie other words
  return [...pointed].every(([at, op]) =>
    at < layout.size ? layout.slots.get(at) === op : !ops.has(op),
  );
}

/** A layout and where it would begin. */
interface Placed {
  readonly layout: OpLayout;
  readonly base: bigint;
}

/** The words on whose ops all the given layouts agree, from the lowest base on. */
function common(layouts: readonly Placed[]): Pick<OpTable, 'base' | 'size' | 'placed' | 'slots'> {
  const lowest = layouts.reduce(
    (low, { base }) => (base < low ? base : low),
    layouts[0]?.base ?? 0n,
  );
  const ends = layouts.map(({ layout, base }) => Number(base - lowest) + layout.size);
  const [first, ...rest] = layouts;
  const slots = new Map<number, string>();
  for (const [at, op] of first?.layout.slots ?? []) {
    const address = (first?.base ?? 0n) + BigInt(at);
    const sure = rest.every(({ layout, base }) => layout.slots.get(Number(address - base)) === op);
    if (sure) slots.set(Number(address - lowest), op);
  }
  const placed = layouts.every(({ base }) => base === lowest);
  return { base: lowest, size: Math.max(0, ...ends), placed, slots };
}

/** Names slots by the native functions that the table holds when the kernel starts. */
function byPointers(
  memory: ImageMemory,
  symbols: SymbolTable,
  table: { readonly base: bigint; readonly size: number; readonly group: string | null },
): ReadonlyMap<number, string> {
  const slots = new Map<number, string>();
  for (let offset = 0; offset + 8 <= table.size; offset += 8) {
    const held = functionHeld(memory, symbols, table.base + BigInt(offset));
    if (held === null) continue;
    for (const name of [held.name, ...held.aliases]) {
      const op =
        NATIVE_IMPLEMENTATIONS.get(name) ??
        NATIVE_IMPLEMENTATIONS.get(name.replace(/^__raw_callee_save_/, ''));
      if (op === undefined || (table.group !== null && !op.startsWith(table.group))) continue;
      slots.set(offset, op);
      break;
    }
  }
  return slots;
}

/** Bytes from the table's start to the end of the last word that a site calls through. */
function reach(base: bigint, evidence: readonly TableEvidence[]): number {
  let size = 0;
  for (const { target } of evidence) {
    const offset = target === null ? -1 : Number(BigInt.asIntN(53, target - base));
    if (offset >= size && offset < MAX_WORDS * 8) size = offset + 8;
  }
  return size;
}

/** Finds the paravirt tables of an image and names their words. */
export function findOpTables(
  image: { readonly memory: ImageMemory; readonly symbols: SymbolTable; readonly btf: Btf | null },
  layouts: readonly OpLayout[],
  evidence: readonly TableEvidence[],
): readonly OpTable[] {
  const { memory, symbols, btf } = image;
  const tables: OpTable[] = [];
  const pvOps = mainTable(image, layouts, evidence);
  if (pvOps !== null) tables.push(pvOps);
  const isTable = (name: string): boolean => SPLIT_TABLES.test(name) || /^pv_ops/.test(name);
  const bases = [...symbols.names].flatMap(([name, at]) => (isTable(name) ? [at.address] : []));
  for (const [symbol, { address: base, size: stated }] of symbols.names) {
    const group = SPLIT_TABLES.exec(symbol)?.[1] ?? (symbol === 'pv_ops_lock' ? 'lock' : null);
    if (group === null) continue;
    const own = btf?.flatten(`pv_${group}_ops`) ?? null;
    // names that a kernel carries for itself have no sizes
    const room = Math.min(
      MAX_WORDS * 8,
      ...bases.map((at) => Number(at - base)).filter((d) => d > 0),
    );
    const size = Math.min(stated || own?.size || reach(base, evidence), room);
    const slots =
      own !== null
        ? new Map([...own.slots].map(([at, name]) => [at, `${group}.${name}`]))
        : byPointers(memory, symbols, { base, size, group: `${group}.` });
    tables.push({
      symbol,
      base,
      size,
      placed: true,
      slots,
      namedBy: own !== null ? 'btf' : slots.size > 0 ? 'pointers' : 'none',
    });
  }
  return tables;
}

function mainTable(
  image: { readonly memory: ImageMemory; readonly symbols: SymbolTable },
  layouts: readonly OpLayout[],
  evidence: readonly TableEvidence[],
): OpTable | null {
  const { memory, symbols } = image;
  const symbol = 'pv_ops';
  const known = symbols.named(symbol);
  const oldKind = [...symbols.names.keys()].some((name) => SPLIT_TABLES.test(name));
  if (known === null && oldKind) return null;
  const own = layouts.find((l) => l.namedBy === 'btf');
  if (own !== undefined) {
    const base = known?.address ?? guessBase(evidence, own) ?? guessBase(evidence, null);
    return base === null ? null : { symbol, base, placed: true, ...own };
  }
  const largest = Math.max(0, ...layouts.map((l) => l.size));
  const pointedFrom = (base: bigint): ReadonlyMap<number, string> => {
    const size = known?.size || Math.max(largest, reach(base, evidence));
    return byPointers(memory, symbols, { base, size: Math.min(size, MAX_WORDS * 8), group: null });
  };
  const pointed = known === null ? null : pointedFrom(known.address);
  // other tables may lie anywhere
  const near = (target: bigint | null): boolean =>
    known === null ||
    target === null ||
    (target >= known.address && target < known.address + BigInt(MAX_WORDS * 8));
  const here = evidence.filter(({ target }) => near(target));
  const fitting = layouts.flatMap((layout): Placed[] => {
    if (known?.size && known.size !== layout.size) return [];
    const base = known?.address ?? guessBase(evidence, layout);
    if (base === null || !consistent(layout, base, here)) return [];
    return agrees(layout, pointed ?? pointedFrom(base)) ? [{ layout, base }] : [];
  });
  if (fitting.length > 0) {
    const { base, size, placed, slots } = common(fitting);
    const named = placed ? new Map([...(pointed ?? []), ...slots]) : slots;
    const inside = new Map([...named].filter(([at]) => at < size));
    if (slots.size > 0) return { symbol, base, size, placed, slots: inside, namedBy: 'word-index' };
  }
  const base = known?.address ?? guessBase(evidence, null);
  if (base === null) return null;
  const size = Math.min(known?.size || reach(base, evidence), MAX_WORDS * 8);
  const slots = new Map([...pointedFrom(base)].filter(([at]) => at < size));
  const namedBy = slots.size > 0 ? 'pointers' : 'none';
  return { symbol, base, size, placed: true, slots, namedBy };
}

/** A module's tables, which it only refers to, with the names that their kernel gives the words. */
export function namedByKernel(
  tables: readonly OpTable[],
  kernel: readonly OpTable[],
): readonly OpTable[] {
  return tables.map((table) => {
    const own = kernel.find((t) => t.symbol === table.symbol && t.placed && t.slots.size > 0);
    if (own === undefined || table.namedBy === 'btf') return table;
    // in the kernel the end may be the last word that it calls through itself
    const size = Math.max(own.size, table.size);
    return { ...own, base: table.base, size };
  });
}

/** Finds the word of an index, where calls tell: kernels to 4.19 count through all their tables. */
export function wordOfIndex(
  tables: readonly OpTable[],
  evidence: readonly TableEvidence[],
): (type: number) => bigint | null {
  const inside = (table: OpTable, address: bigint): boolean =>
    address >= table.base && address < table.base + BigInt(table.size);
  const starts = tables.map((table) => {
    const votes = evidence.flatMap(({ target, type }) =>
      target !== null && type !== null && inside(table, target) ? [target - BigInt(8 * type)] : [],
    );
    return { table, start: agreed(votes) };
  });
  return (type) => {
    for (const { table, start } of starts) {
      const address = start === null ? null : start + BigInt(8 * type);
      if (address !== null && inside(table, address)) return address;
    }
    return null;
  };
}

/** What each op points to when the kernel starts: `irq.halt` to `native_halt`. */
export function initialTargets(
  memory: ImageMemory,
  symbols: SymbolTable,
  tables: readonly OpTable[],
): ReadonlyMap<string, FunctionSymbol> {
  const out = new Map<string, FunctionSymbol>();
  for (const table of tables) {
    for (const [offset, op] of table.slots) {
      const held = functionHeld(memory, symbols, table.base + BigInt(offset));
      if (held !== null) out.set(op, held);
    }
  }
  return out;
}

/** The op called through the pointer at `target`; null where that is in none of the tables, or not known at all. */
export function opAt(tables: readonly OpTable[], target: bigint): string | null {
  for (const table of tables) {
    if (target < table.base || target >= table.base + BigInt(table.size)) continue;
    const offset = Number(target - table.base);
    const word = table.placed ? `${table.symbol}+0x${offset.toString(16)}` : null;
    return table.slots.get(offset) ?? word;
  }
  return null;
}
