import type { SeenSite } from './attribute.js';
import type { SiteCode } from '../paravirt/index.js';
import type { SeenState } from './votes.js';
import { mean, nothing, type Measured } from './tally.js';

/** A call site of both sides, or of one. */
export interface JoinedSite {
  function: string;
  dso: string;
  symbol: string;
  op: string;
  ordinal: number;
  /** First byte, from the function's start; null without an image. */
  offset: { base: number | null; new: number | null };
  returnOffset: { base: number | null; new: number | null };
  /** null: the site does not exist, or (without images) was not seen, on that side. */
  state: { base: SeenState | null; new: SeenState | null };
  /** Samples that tell the state; 0 without images. */
  votes: { base: number; new: number };
  /** Of a site that changed its state: the chance of such votes had nothing changed. */
  chance: number | null;
  /** Machine code as built and as patched, from new's image where it has the site; null without images. */
  code: SiteCode | null;
  base: Measured;
  new: Measured;
}

/** A site that one side shows, and what it weighs there. */
export interface WeighedSite {
  site: SeenSite;
  weight: Measured;
}
type Entry = WeighedSite;

/**
 * Joins the sites that were seen on either side. On one image the return address decides; there a
 * site patched to a direct call (5 bytes) returns one byte earlier than the indirect call (6 bytes)
 * that it replaces, and no other call can end so near. In different builds sites match by function,
 * op and rank, and only where both sides show equally many.
 */
export function joinSites(
  base: readonly WeighedSite[],
  other: readonly WeighedSite[],
  sameImage: boolean,
  runs: { base: number; new: number },
): JoinedSite[] {
  const groups = new Map<string, { base: Entry[]; new: Entry[] }>();
  for (const [side, list] of [
    ['base', base],
    ['new', other],
  ] as const) {
    for (const entry of list) {
      const { dso, function: name, op } = entry.site;
      const group = [dso, name, op].join('\0');
      const entries = groups.get(group) ?? { base: [], new: [] };
      entries[side].push(entry);
      groups.set(group, entries);
    }
  }
  const joined: JoinedSite[] = [];
  for (const entries of groups.values()) {
    entries.base.sort(byAddress);
    entries.new.sort(byAddress);
    const pairs = sameImage ? pairByAddress(entries) : pairByRank(entries);
    pairs.forEach((pair, ordinal) => joined.push(toSite(pair, ordinal, runs, sameImage)));
  }
  return joined;
}

interface Pair {
  base: Entry | undefined;
  new: Entry | undefined;
}

function pairByAddress(entries: { base: Entry[]; new: Entry[] }): Pair[] {
  const left = [...entries.new];
  const pairs: Pair[] = entries.base.map((entry) => {
    const at = left.findIndex(
      (candidate) =>
        candidate.site.symbol === entry.site.symbol &&
        Math.abs(candidate.site.returnOffset - entry.site.returnOffset) <= 1,
    );
    return { base: entry, new: at < 0 ? undefined : left.splice(at, 1)[0] };
  });
  pairs.push(...left.map((entry) => ({ base: undefined, new: entry })));
  return pairs.sort((a, b) => offsetOf(a) - offsetOf(b));
}

function pairByRank(entries: { base: Entry[]; new: Entry[] }): Pair[] {
  if (entries.base.length === entries.new.length) {
    return entries.base.map((entry, i) => ({ base: entry, new: entries.new[i] }));
  }
  return [
    ...entries.base.map((entry) => ({ base: entry, new: undefined })),
    ...entries.new.map((entry) => ({ base: undefined, new: entry })),
  ];
}

function toSite(
  pair: Pair,
  ordinal: number,
  runs: { base: number; new: number },
  sameImage: boolean,
): JoinedSite {
  const site = (pair.new ?? pair.base)?.site;
  if (site === undefined) throw new Error('a pair without a site');
  const gap =
    sameImage && pair.base !== undefined && pair.new !== undefined
      ? pair.new.site.returnOffset - pair.base.site.returnOffset
      : 0;
  return {
    function: site.function,
    dso: site.dso,
    symbol: site.symbol,
    op: site.op,
    ordinal,
    offset: { base: null, new: null },
    votes: { base: 0, new: 0 },
    chance: null,
    code: null,
    returnOffset: {
      base: pair.base?.site.returnOffset ?? null,
      new: pair.new?.site.returnOffset ?? null,
    },
    state: {
      base: pair.base === undefined ? null : stateOf(-gap),
      new: pair.new === undefined ? null : stateOf(gap),
    },
    base: pair.base?.weight ?? nothing(runs.base),
    new: pair.new?.weight ?? nothing(runs.new),
  };
}

/** From how much later this side returns than the other; without an image nothing else tells. */
function stateOf(later: number): SeenState {
  if (later === 0) return 'unknown';
  return later > 0 ? 'indirect' : 'direct';
}

function byAddress(a: Entry, b: Entry): number {
  return a.site.returnOffset - b.site.returnOffset || (a.site.symbol < b.site.symbol ? -1 : 1);
}

function offsetOf(pair: Pair): number {
  return (pair.base ?? pair.new)?.site.returnOffset ?? 0;
}

/** The larger of a row's two sides; rows are listed by what they weigh. */
export function size(row: { base: Measured; new: Measured }): number {
  return Math.max(mean(row.base), mean(row.new));
}
