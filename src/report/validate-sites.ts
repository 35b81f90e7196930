import type { SiteRow } from './schema.js';
import { perCallOf, rowOf, type Counts, type ReportPairs } from './validate-rows.js';
import type { Validation } from './validate-schema.js';

type Site = Validation['sites'][number];

/**
 * Call sites over the three profiles. Those of before and after are joined as their own comparison joins
 * them; native's by what stands in its comparisons beside them.
 */
export function siteRows(pairs: ReportPairs, counts: Counts | undefined): Site[] {
  const hasNative = pairs.nativeBefore !== undefined;
  const idOf = (site: SiteRow, side: 'base' | 'new') => {
    const at = site.offset[side] ?? site.returnOffset[side];
    return at === null ? undefined : [site.function, site.op, at].join('\0');
  };
  const inNative = (pair: ReportPairs['nativeBefore']) =>
    new Map((pair?.report.sites ?? []).flatMap((site) => entry(idOf(site, 'new'), site)));
  const [first, second] = [inNative(pairs.nativeBefore), inNative(pairs.nativeAfter)];
  const samples = {
    before: pairs.beforeAfter.comparison.total.base.samples,
    after: pairs.beforeAfter.comparison.total.new.samples,
  };
  return pairs.beforeAfter.report.sites.map((site) => {
    const before = first.get(idOf(site, 'base') ?? '');
    const after = second.get(idOf(site, 'new') ?? '');
    const row = rowOf(
      {
        nativeBefore: before === undefined ? undefined : { ...before, delta: before.extra },
        nativeAfter: after === undefined ? undefined : { ...after, delta: after.extra },
        beforeAfter: { ...site, delta: site.extra },
      },
      hasNative,
    );
    const at = site.offset.base ?? site.offset.new;
    const name = at === null ? undefined : `${site.symbol}+0x${at.toString(16)}`;
    return {
      function: site.function,
      symbol: site.symbol,
      op: site.op,
      ordinal: site.ordinal,
      offset: { before: site.offset.base, after: site.offset.new },
      returnOffset: { before: site.returnOffset.base, after: site.returnOffset.new },
      state: {
        native: before?.state.base ?? after?.state.base ?? null,
        before: site.state.base,
        after: site.state.new,
      },
      votes: { before: site.votes.base, after: site.votes.new },
      chance: site.chance ?? chanceOfSilence(site, samples),
      ...row,
      recovered: null,
      perCall: name === undefined ? null : perCallOf(counts?.sites.get(name), row),
    };
  });
}

function entry(id: string | undefined, site: SiteRow): [string, SiteRow][] {
  return id === undefined ? [] : [[id, site]];
}

/**
 * Of a site whose state samples told on one side only: the chance that all of them fell there, had it run
 * as often in the same state on the other. Each falls on a side in proportion to that side's samples.
 */
function chanceOfSilence(site: SiteRow, samples: { before: number; after: number }): number | null {
  const all = samples.before + samples.after;
  // without images a site is known by its samples alone
  const { base, new: other } = isImageless(site) ? site.samples : site.votes;
  if (all === 0 || base + other === 0 || (base > 0 && other > 0)) return null;
  return base > 0 ? (samples.before / all) ** base : (samples.after / all) ** other;
}

const isImageless = ({ offset }: SiteRow) => offset.base === null && offset.new === null;

const isCertain = (state: Site['state']['before']) =>
  state !== null && state !== 'unknown' && state !== 'mixed';

/** Which sites changed, which still call through the table, and of which samples do not tell. */
export function siteLists(sites: readonly Site[]): Validation['siteLists'] {
  const where = (test: (site: Site) => boolean) =>
    sites.flatMap((site, i) => (test(site) ? [i] : []));
  return {
    changed: where(
      ({ state }) =>
        isCertain(state.before) && isCertain(state.after) && state.before !== state.after,
    ),
    stillIndirect: where(({ state }) => state.after === 'indirect' || state.after === 'mixed'),
    undecided: where(
      ({ state }) =>
        state.after === null ||
        state.after === 'unknown' ||
        state.before === null ||
        state.before === 'unknown',
    ),
  };
}

/** Sums of the ops' sites, for ops that the table of executions does not name itself. */
export function executionsOfOps(
  counts: Counts | undefined,
  sites: readonly Site[],
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { op, perCall } of sites) {
    if (perCall !== null) sums.set(op, (sums.get(op) ?? 0) + perCall.executions);
  }
  for (const [op, executions] of counts?.ops ?? []) sums.set(op, executions);
  return sums;
}
