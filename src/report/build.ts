import {
  delta,
  mean,
  size,
  unitOf,
  type Comparison,
  type Measured,
  type BudgetEntry,
  type Side as ComparedSide,
  type Tested,
} from '../compare/index.js';
import { eventsOf, type Run } from '../profile/index.js';
import { hasEquivalent, isFreeNatively } from '../paravirt/index.js';
import { budgetOf, budgetWarnings } from './budget.js';
import { configsOf, configWarnings, type KernelConfigs } from './configs.js';
import { functionRows } from './function-rows.js';
import { graphOf } from './graph.js';
import { sideLabels } from './labels.js';
import {
  BUCKETS,
  REPORT_SCHEMA,
  SITE_STATES,
  type Bucket,
  type LedgerRow,
  type Report,
  type Side,
  type SiteRow,
  type SiteState,
} from './schema.js';
import { collectWarnings } from './warnings.js';

export interface ReportInput {
  comparison: Comparison;
  base: ComparedSide;
  new: ComparedSide;
  labels: { base: string | undefined; new: string | undefined };
  title: string | undefined;
  kernelOnly: boolean;
  eventAsked: boolean;
  /** Whether native equivalents were counted. */
  equivalents: boolean;
  budget: BudgetEntry[];
  configs: KernelConfigs;
  /** As given; nothing that is computed draws random numbers. */
  seed: number | undefined;
  version: string;
  argv: string[];
  options: Report['provenance']['options'];
}

/** Nothing was tested: no interval, and the verdict that says so. */
const UNTESTED: Tested = { interval: null, verdict: 'too little data' };

/** Fills the report document. Pure: the same input gives the same document. */
export function buildReport(input: ReportInput): Report {
  const { comparison } = input;
  const labels = sideLabels(input.base.profile, input.new.profile, input.labels);
  const baseTotal = mean(comparison.total.base);
  const percent = (change: number) => (baseTotal === 0 ? null : (100 * change) / baseTotal);
  const { findings } = comparison;
  const inPercent = (interval: Tested['interval']): [number, number] | null =>
    interval === null || baseTotal === 0
      ? null
      : [(100 * interval[0]) / baseTotal, (100 * interval[1]) / baseTotal];
  const row: RowMaker = (measured, tested = UNTESTED, bound = null) => ({
    base: mean(measured.base),
    new: mean(measured.new),
    percent: percent(delta(measured)),
    interval: tested.interval,
    percentInterval: inPercent(tested.interval),
    verdict: boundedVerdict(tested.verdict, bound),
  });
  const bound = (op: string) => boundOf(op, 'op', comparison, input);
  const siteBound = (op: string) => boundOf(op, 'site', comparison, input);
  const total = { ...row(comparison.total, findings.total), delta: delta(comparison.total) };
  const ledger = ledgerRows(comparison, row);
  const counted = ledger.reduce((sum, entry) => sum + (entry.delta ?? 0), 0);
  const named = ['call', 'site'] as const;
  const nameable = named.reduce((sum, bucket) => {
    const part = comparison.ledger[bucket];
    return sum + (part === undefined ? 0 : delta(part));
  }, 0);
  const runs = { base: input.base.repetitions, new: input.new.repetitions };
  const samples = (measured: { base: Measured; new: Measured }) => ({
    base: measured.base.samples,
    new: measured.new.samples,
  });
  const rows = siteRows(comparison, row, siteBound);
  const configs = configsOf(input.configs);
  const budget = budgetOf(input.budget, comparison, { op: bound, site: siteBound });
  return {
    schema: REPORT_SCHEMA,
    title: input.title ?? null,
    base: sideOf(input.base, labels.base, comparison),
    new: sideOf(input.new, labels.new, comparison),
    normalization: comparison.normalization,
    total,
    ledger,
    sumCheck: total.delta - counted,
    moved: movedOf(comparison),
    ops: comparison.ops
      .map((op, i) => ({
        op: op.op,
        ...row(op, findings.ops[i], bound(op.op)),
        extra: delta(op),
        bound: bound(op.op),
        samples: samples(op),
        sites: op.sites,
      }))
      .sort((a, b) => Math.abs(b.extra) - Math.abs(a.extra) || b.new - a.new || order(a.op, b.op)),
    sites: rows,
    functions: functionRows(comparison, row),
    patching: {
      base: patchingOf(comparison, 'base'),
      new: patchingOf(comparison, 'new'),
      changed: rows.flatMap((site, i) => (hasChanged(site.state) ? [i] : [])),
    },
    images: imagesOf(input),
    configs,
    siteWindow: comparison.window,
    basis: findings.basis,
    statistics: {
      method: methodOf(findings),
      n: runs,
      seed: input.seed ?? null,
    },
    budget,
    deferred: deferredOf(comparison),
    nameable: total.delta === 0 ? null : nameable / total.delta,
    merges: mergesOf(comparison),
    graph: graphOf(comparison),
    warnings: [
      ...collectWarnings({ ...input, labels }),
      ...configWarnings(configs),
      ...budgetWarnings(budget),
    ],
    provenance: {
      tool: 'pvflame',
      version: input.version,
      argv: input.argv,
      options: input.options,
    },
  };
}

function methodOf({ basis, functions, ledger }: Comparison['findings']): string {
  if (basis === 'runs')
    return (
      "Welch's t over runs, variances moderated over functions; false discovery rate 5 %; " +
      'holds for these two images (docs/statistics.md)'
    );
  return [...ledger, ...functions].some((row) => row.interval !== null)
    ? 'sampling noise only, not what differs between boots: Newcombe intervals of shares given the totals, ' +
        'widened by the dispersion within the runs; false discovery rate 5 % (docs/statistics.md)'
    : 'nothing is tested: that takes two or more boots a side, or samples in the order in which they were taken';
}

export type RowMaker = (
  measured: { base: Measured; new: Measured },
  tested?: Tested,
  bound?: SiteRow['bound'],
) => {
  base: number;
  new: number;
  percent: number | null;
  interval: [number, number] | null;
  percentInterval: [number, number] | null;
  verdict: Report['total']['verdict'];
};

/** Of a lower bound nothing can be said to have become less: what is not seen may have grown. */
function boundedVerdict(verdict: Tested['verdict'], bound: SiteRow['bound']): Tested['verdict'] {
  return bound === 'lower' && verdict === 'less' ? 'too little data' : verdict;
}

/** Without a site table `rest` takes the place of site, caller and elsewhere. */
function ledgerRows(comparison: Comparison, row: RowMaker): LedgerRow[] {
  const known: Partial<Record<Bucket, { base: Measured; new: Measured }>> = comparison.ledger;
  return BUCKETS.map((bucket) => {
    const measured = known[bucket];
    if (measured === undefined) {
      return {
        bucket,
        base: null,
        new: null,
        delta: null,
        percent: null,
        percentInterval: null,
        ...UNTESTED,
        bound: null,
      };
    }
    const bound = comparison.timer && (bucket === 'call' || bucket === 'site') ? 'lower' : null;
    const tested = comparison.findings.ledger[comparison.buckets.findIndex((b) => b === bucket)];
    return { bucket, ...row(measured, tested, bound), delta: delta(measured), bound };
  });
}

function siteRows(
  comparison: Comparison,
  row: RowMaker,
  bound: (op: string) => SiteRow['bound'],
): SiteRow[] {
  return comparison.sites
    .map((site, i) => ({ site, tested: comparison.findings.sites[i], weight: size(site) }))
    .sort(
      (a, b) =>
        Math.abs(delta(b.site)) - Math.abs(delta(a.site)) ||
        b.weight - a.weight ||
        order(siteOrder(a.site), siteOrder(b.site)),
    )
    .map(({ site, tested }) => ({
      function: site.function,
      symbol: site.symbol,
      op: site.op,
      ordinal: site.ordinal,
      offset: site.offset,
      returnOffset: site.returnOffset,
      state: site.state,
      votes: site.votes,
      chance: site.chance,
      code: site.code,
      ...row(site, tested, bound(site.op)),
      extra: delta(site),
      bound: bound(site.op),
      samples: { base: site.base.samples, new: site.new.samples },
    }));
}

/**
 * On a timer every row is a lower bound. Else, where base is a kernel without sites, it did the same work inline: an op
 * whose native form cannot be told from other code is an upper bound, and so is every site, since native
 * equivalents are counted by op, with no site to belong to.
 */
function boundOf(
  op: string,
  of: 'op' | 'site',
  comparison: Comparison,
  input: ReportInput,
): SiteRow['bound'] {
  if (comparison.timer) return 'lower';
  const base = input.base.located?.code;
  if (base === undefined || base.sites.length > 0) return null;
  // clocks are called out of line in every kernel, and counted on both sides
  if (op.startsWith('time.') || isFreeNatively(op)) return null;
  return of === 'op' && input.equivalents && hasEquivalent(op) ? null : 'at-most';
}

function hasChanged(state: SiteRow['state']): boolean {
  const certain = (s: SiteState | null) => s !== null && s !== 'unknown';
  return certain(state.base) && certain(state.new) && state.base !== state.new;
}

function imagesOf(input: ReportInput): Report['images'] {
  const of = (side: ComparedSide) =>
    side.located === undefined
      ? undefined
      : {
          name: side.located.code.name,
          sha256: side.located.code.sha256,
          release: side.located.code.release,
          buildId: side.located.code.buildId,
          sites: side.located.code.sites.length,
          slide: side.located.slide,
          agreement: side.located.agreement,
        };
  const [base, other] = [of(input.base), of(input.new)];
  return base === undefined || other === undefined ? null : { base, new: other };
}

function deferredOf(comparison: Comparison): Report['deferred'] {
  const row = comparison.ledger.deferred;
  if (row === undefined) return null;
  const share = (side: 'base' | 'new') => {
    const total = mean(comparison.total[side]);
    return total === 0 ? null : mean(row[side]) / total;
  };
  return {
    base: mean(row.base),
    new: mean(row.new),
    share: { base: share('base'), new: share('new') },
  };
}

function siteOrder(site: Comparison['sites'][number]): string {
  return [site.function, site.op, site.ordinal].join('\0');
}

function patchingOf(comparison: Comparison, side: 'base' | 'new'): Report['patching']['base'] {
  const counts = Object.fromEntries(
    SITE_STATES.map((state) => [state, { sites: 0, weight: 0 }]),
  ) as Record<SiteState, { sites: number; weight: number }>;
  for (const site of comparison.sites) {
    const state = site.state[side];
    if (state === null) continue;
    counts[state].sites++;
    counts[state].weight += mean(site[side]);
  }
  return counts;
}

function movedOf(comparison: Comparison): Report['moved'] {
  const of = (reason: 'inlined' | 'renamed') =>
    comparison.splices.reduce((sum, s) => sum + (s.reason === reason ? s.weight : 0), 0);
  const reasons = { inlined: of('inlined'), deferred: null, renamed: of('renamed') };
  return {
    weight: reasons.inlined + reasons.renamed,
    gross: comparison.grossChange,
    reasons,
    splices: comparison.splices,
  };
}

function mergesOf({ keys }: Comparison): Report['merges'] {
  return keys
    .merged()
    .filter((id) => keys.key(id).kind !== 'user')
    .map((id) => ({ canonical: keys.key(id).name, raw: keys.rawOf(id) }))
    .sort((a, b) => order(a.canonical, b.canonical));
}

function sideOf(side: ComparedSide, label: string, comparison: Comparison): Side {
  const { runs } = side.profile;
  const header = runs[0]?.header;
  const withPeriods = runs.some((run) => run.samplesWithoutPeriod < run.samples);
  return {
    label,
    kernel: header?.osRelease ?? null,
    event: side.event,
    // scaled to a count of the event, samples without a period weigh what they stand for
    unit: unitOf(side.event, withPeriods || side.anchors !== undefined),
    timer: comparison.timer,
    recording: {
      hostname: header?.hostname ?? null,
      osRelease: header?.osRelease ?? null,
      arch: header?.arch ?? null,
      cpu: header?.cpu ?? null,
      cpusOnline: header?.cpusOnline ?? null,
      perfVersion: header?.perfVersion ?? null,
      command: header?.command ?? null,
    },
    events: eventsOf(side.profile),
    runs: runs.map((run, i) => runOf(run, side, i)),
  };
}

function runOf(run: Run, side: ComparedSide, i: number): Side['runs'][number] {
  const column = side.columns[i];
  const anchor = side.anchors?.[i];
  return {
    path: run.path,
    sha256: run.sha256,
    samples: column?.samples ?? 0,
    weight: (column?.total ?? 0) * (anchor?.factor ?? 1),
    lost: run.lost,
    skippedLines: run.skipped.reduce((sum, s) => sum + s.lines, 0),
    skipped: run.skipped,
    duration: run.duration === null ? null : Math.round(run.duration * 1e9) / 1e9,
    anchor:
      anchor === undefined
        ? null
        : {
            path: anchor.path,
            sha256: anchor.sha256,
            count: anchor.count,
            sampled: anchor.sampled,
            factor: anchor.factor,
            running: anchor.running,
          },
  };
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
