import type { CodeSite, ImageCode } from '../paravirt/index.js';
import type { JoinedSite } from './sites.js';
import { nothing, type Measured } from './tally.js';
import { chanceUnchanged, stateOfVotes, type Votes } from './votes.js';

/** One side's sites: the table, what they weigh, and how they ran. */
export interface TabledSide {
  code: ImageCode;
  /** By index in the table; undefined where samples show none. */
  weights: readonly (Measured | undefined)[];
  votes: Map<number, Votes>;
  runs: number;
}

const NO_VOTES: Votes = { direct: 0, indirect: 0, static: 0, inline: 0 };

/** Whether two images hold the same sites at the same addresses: one image, or one build of it. */
export function isSameCode(base: ImageCode, other: ImageCode): boolean {
  if (base.sites.length !== other.sites.length) return false;
  if (base.sites.length === 0) return base.buildId !== null && base.buildId === other.buildId;
  return base.sites.every((site, i) => {
    const twin = other.sites[i];
    return twin !== undefined && twin.place === site.place && twin.op === site.op;
  });
}

/**
 * Joins the sites of two images, and keeps those that samples show on either side. On one image the
 * address decides; between builds function, op and rank, where both hold equally many.
 */
export function joinImageSites(base: TabledSide, other: TabledSide): JoinedSite[] {
  const pairs = isSameCode(base.code, other.code)
    ? base.code.sites.map((_, i) => ({ base: i, new: i }))
    : pairByRank(base.code.sites, other.code.sites);
  return pairs.flatMap((pair) => {
    const joined = toSite(pair, base, other);
    return joined === undefined ? [] : [joined];
  });
}

interface Pair {
  base: number;
  new: number;
}

function pairByRank(base: readonly CodeSite[], other: readonly CodeSite[]): Pair[] {
  const group = (sites: readonly CodeSite[]) => {
    const groups = new Map<string, number[]>();
    sites.forEach((site, i) => {
      const key = `${site.function}\0${site.op}`;
      const list = groups.get(key);
      if (list === undefined) groups.set(key, [i]);
      else list.push(i);
    });
    return groups;
  };
  const [groupsBase, groupsNew] = [group(base), group(other)];
  const pairs: Pair[] = [];
  for (const key of new Set([...groupsBase.keys(), ...groupsNew.keys()])) {
    const [b, n] = [groupsBase.get(key) ?? [], groupsNew.get(key) ?? []];
    if (b.length === n.length)
      b.forEach((index, i) => pairs.push({ base: index, new: n[i] ?? -1 }));
    else {
      for (const index of b) pairs.push({ base: index, new: -1 });
      for (const index of n) pairs.push({ base: -1, new: index });
    }
  }
  return pairs;
}

function toSite(pair: Pair, base: TabledSide, other: TabledSide): JoinedSite | undefined {
  const look = (side: TabledSide, index: number) => ({
    site: index < 0 ? undefined : side.code.sites[index],
    weight: index < 0 ? undefined : side.weights[index],
    votes: index < 0 ? undefined : side.votes.get(index),
  });
  const [b, n] = [look(base, pair.base), look(other, pair.new)];
  const known = n.site ?? b.site;
  if (known === undefined) return undefined;
  if ([b.weight, b.votes, n.weight, n.votes].every((seen) => seen === undefined)) return undefined;
  const state = {
    base: b.site === undefined ? null : stateOfVotes(b.votes),
    new: n.site === undefined ? null : stateOfVotes(n.votes),
  };
  const returnOffset = (side: typeof b) => {
    const back = side.votes;
    if (side.site === undefined || back === undefined) return null;
    if (back.indirect > 0 || back.static > 0) return side.site.offset + side.site.length;
    return back.direct > 0 ? side.site.offset + 5 : null;
  };
  return {
    function: known.function,
    dso: '[kernel]',
    symbol: known.symbol,
    op: known.op,
    ordinal: known.ordinal,
    offset: { base: b.site?.offset ?? null, new: n.site?.offset ?? null },
    returnOffset: { base: returnOffset(b), new: returnOffset(n) },
    state,
    votes: { base: total(b.votes), new: total(n.votes) },
    chance: chance(state, b.votes, n.votes),
    code: pair.new >= 0 ? other.code.show(pair.new) : base.code.show(pair.base),
    base: b.weight ?? nothing(base.runs),
    new: n.weight ?? nothing(other.runs),
  };
}

function total(votes: Votes | undefined): number {
  return votes === undefined ? 0 : votes.direct + votes.indirect + votes.static + votes.inline;
}

/** Only for a site whose state changed from one certain state to another. */
function chance(
  state: JoinedSite['state'],
  base: Votes | undefined,
  other: Votes | undefined,
): number | null {
  const from = state.base;
  if (from === null || from === 'unknown' || from === 'mixed' || from === state.new) return null;
  if (state.new === null || state.new === 'unknown') return null;
  return chanceUnchanged(base ?? NO_VOTES, other ?? NO_VOTES, from);
}
