import { subtreeSamples } from './subtree.js';
import { Chain } from './chain.js';
import { eachWeight, type Side } from './side.js';

/** What samples show of how a site ran, in samples. */
export interface Votes {
  direct: number;
  indirect: number;
  static: number;
  inline: number;
}

/**
 * State votes by site index. A return address behind 5 bytes is a direct call's, behind 6 an indirect
 * one's; a sample inside the site, where only the inlined form has an instruction, votes inline. A
 * frame below an interrupt or exception entry returns to nothing and votes for nothing; a sample on a
 * site's first byte decides nothing.
 */
export function stateVotes(side: Side): Map<number, Votes> {
  const votes = new Map<number, Votes>();
  const { located } = side;
  if (located === undefined) return votes;
  const chain = new Chain(side);
  const { returns, sites, windows } = located.code;
  const vote = (site: number, how: keyof Votes, samples: number) => {
    const row = votes.get(site) ?? { direct: 0, indirect: 0, static: 0, inline: 0 };
    row[how] += samples;
    votes.set(site, row);
  };
  const samples = subtreeSamples(side);
  for (let node = 0; node < side.profile.stacks.size; node++) {
    const kind = chain.kind(node);
    if (kind === undefined || kind === 'user' || kind === 'entry') continue;
    const caller = chain.parent(node);
    const back = returns.get(chain.place(caller));
    if (back !== undefined && (samples[node] ?? 0) > 0)
      vote(back.site, back.how, samples[node] ?? 0);
  }
  const starts = new Map(windows.filter((w) => w.site >= 0).map((w) => [w.start, w.site]));
  eachWeight(side, (_run, node, _weight, n) => {
    const place = chain.place(node);
    if (place < 0 || chain.kind(node) === 'user') return;
    for (let back = 1; back <= 6; back++) {
      const site = starts.get(place - back);
      if (site === undefined) continue;
      if (sites[site]?.inlineStarts?.includes(back)) vote(site, 'inline', n);
      else if (back === 5 && sites[site]?.length === 6 && sites[site].tabled)
        vote(site, 'direct', n);
    }
  });
  return votes;
}

export type SeenState = 'direct' | 'indirect' | 'inline' | 'static' | 'mixed' | 'unknown';

/** The state that the votes agree on. */
export function stateOfVotes(votes: Votes | undefined): SeenState {
  if (votes === undefined) return 'unknown';
  const states = (['direct', 'indirect', 'inline', 'static'] as const).filter(
    (how) => votes[how] > 0,
  );
  const [only] = states;
  if (only === undefined) return 'unknown';
  return states.length === 1 ? only : 'mixed';
}

/**
 * The chance of votes as unlike as these had the site run alike on both sides: Fisher's exact test,
 * one way. All votes of a side agreeing, it is 1 / C(base + new, base).
 */
export function chanceUnchanged(base: Votes, other: Votes, from: keyof Votes): number {
  const count = (votes: Votes) => votes.direct + votes.indirect + votes.static + votes.inline;
  const [nb, nn] = [count(base), count(other)];
  const seen = base[from] + other[from];
  let chance = 0;
  for (let k = base[from]; k <= Math.min(nb, seen); k++) {
    chance += Math.exp(logChoose(nb, k) + logChoose(nn, seen - k) - logChoose(nb + nn, seen));
  }
  return Math.min(1, chance);
}

function logChoose(n: number, k: number): number {
  if (k < 0 || k > n) return -Infinity;
  let sum = 0;
  for (let i = 1; i <= Math.min(k, n - k); i++) sum += Math.log((n - Math.min(k, n - k) + i) / i);
  return sum;
}
