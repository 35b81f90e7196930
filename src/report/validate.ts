import { recoveredOfTotal } from '../compare/index.js';
import type { Report } from './schema.js';
import {
  changeOf,
  joinRows,
  perCallOf,
  rowOf,
  rowRecovery,
  type Counts,
  type ReportPairs,
} from './validate-rows.js';
import { VALIDATE_SCHEMA, type Validation } from './validate-schema.js';
import { executionsOfOps, siteLists, siteRows } from './validate-sites.js';

export interface ValidationInput {
  pairs: ReportPairs;
  title: string | undefined;
  counts: Counts | undefined;
  version: string;
  argv: string[];
}

/** Fills the document of a fix from its three comparisons (two profiles: from one). Pure. */
export function buildValidation(input: ValidationInput): Validation {
  const { pairs } = input;
  const { nativeBefore, nativeAfter, beforeAfter } = pairs;
  const hasNative = nativeBefore !== undefined && nativeAfter !== undefined;
  const whole = beforeAfter.report;
  const sites = siteRows(pairs, input.counts);
  const executions = executionsOfOps(input.counts, sites);
  const ofOp = rowRecovery(pairs, 'ops', (row) => ('op' in row ? row.op : ''));
  const ofFunction = rowRecovery(pairs, 'functions', (row) =>
    'function' in row ? `${row.function}\0${row.dso}` : '',
  );
  const ops = joinRows(
    pairs,
    (report) => report.ops.map((op) => ({ ...op, delta: op.extra })),
    (op) => op.op,
  ).map(({ key, row: { op, sites: n }, joined }) => {
    const row = rowOf(joined, hasNative);
    return {
      op,
      ...row,
      recovered: ofOp(key, row),
      sites: n,
      perCall: perCallOf(executions.get(op), row),
    };
  });
  const functions = joinRows(
    pairs,
    (report) => report.functions.map((f) => ({ ...f, bound: null })),
    (f) => `${f.function}\0${f.dso ?? ''}`,
  ).map(({ key, row: { function: name, dso, hasSites }, joined }) => {
    const row = rowOf(joined, hasNative);
    return { function: name, dso, ...row, recovered: ofFunction(key, row), hasSites };
  });
  const judged = judgedRows(whole);
  const residual = nativeAfter?.report ?? whole;
  return {
    schema: VALIDATE_SCHEMA,
    title: input.title ?? null,
    event: whole.base.event,
    unit: whole.base.unit,
    timer: whole.base.timer,
    native: hasNative ? nativeProfile(nativeBefore.report) : null,
    before: hasNative
      ? { ...profileOf(nativeBefore.report, 'new'), ...totalOf(nativeBefore.report) }
      : { ...profileOf(whole, 'base'), ...unchanged(whole.total.base) },
    after: hasNative
      ? { ...profileOf(nativeAfter.report, 'new'), ...totalOf(nativeAfter.report) }
      : { ...profileOf(whole, 'new'), ...totalOf(whole) },
    change: totalOf(whole),
    recovered: hasNative
      ? recoveredOfTotal({
          nativeBefore: nativeBefore.comparison,
          nativeAfter: nativeAfter.comparison,
        })
      : null,
    budget: residual.budget,
    ledger: ledgerRows(pairs),
    ops,
    functions,
    sites,
    siteLists: siteLists(sites),
    ...judged,
    warnings: warningsOf(pairs),
    pairs: {
      nativeBefore: nativeBefore?.report ?? null,
      nativeAfter: nativeAfter?.report ?? null,
      beforeAfter: whole,
    },
    provenance: { tool: 'pvflame', version: input.version, argv: input.argv },
  };
}

function profileOf(report: Report, side: 'base' | 'new') {
  const { label, kernel, runs } = report[side];
  return { label, kernel, runs };
}

function totalOf({ total }: Report) {
  return { base: total.base, new: total.new, ...changeOf(total) };
}

/** A reference against itself. */
function unchanged(total: number) {
  return {
    base: total,
    new: total,
    delta: 0,
    percent: total === 0 ? null : 0,
    interval: null,
    percentInterval: null,
    verdict: 'within noise' as const,
  };
}

function nativeProfile(report: Report) {
  return { ...profileOf(report, 'base'), ...unchanged(report.total.base) };
}

function ledgerRows(pairs: ReportPairs): Validation['ledger'] {
  const { nativeBefore, nativeAfter, beforeAfter } = pairs;
  return beforeAfter.report.ledger.map((row, i) => {
    const first = nativeBefore?.report.ledger[i];
    const second = nativeAfter?.report.ledger[i];
    const known = (r: typeof row | undefined) =>
      r === undefined || r.delta === null ? null : changeOf({ ...r, delta: r.delta });
    return {
      bucket: row.bucket,
      native: first?.base ?? null,
      before: first === undefined ? row.base : first.new,
      after: second === undefined ? row.new : second.new,
      overhead: known(first),
      residual: known(second),
      change: known(row),
      bound: row.bound ?? first?.bound ?? second?.bound ?? null,
    };
  });
}

/**
 * What the fix made dearer and cheaper, beyond noise. Ops and the functions' own times are disjoint, so that
 * what left the one and came to the other is counted once.
 */
function judgedRows(report: Report): Pick<Validation, 'worse' | 'better' | 'moved'> {
  const rows = [
    ...report.ops.map((row) => ({ ...row, kind: 'op' as const, name: row.op, delta: row.extra })),
    ...report.functions.map((row) => ({ ...row, kind: 'function' as const, name: row.function })),
  ];
  const of = (verdict: 'more' | 'less') =>
    rows
      .filter((row) => row.verdict === verdict)
      .sort((a, b) => Math.abs(b.delta) - Math.abs(a.delta) || (a.name < b.name ? -1 : 1))
      .map(({ kind, name, delta, percent, percentInterval }) => ({
        kind,
        name,
        delta,
        percent,
        percentInterval,
      }));
  const [worse, better] = [of('more'), of('less')];
  const sum = (list: typeof worse) => list.reduce((all, row) => all + Math.abs(row.delta), 0);
  const [more, less] = [sum(worse), sum(better)];
  return { worse, better, moved: { weight: Math.min(more, less), less, more } };
}

/** Each once: the same thing is often said of two comparisons. */
function warningsOf(pairs: ReportPairs): Validation['warnings'] {
  const named = [
    ['native-before', pairs.nativeBefore],
    ['native-after', pairs.nativeAfter],
    ['before-after', pairs.beforeAfter],
  ] as const;
  const given = named.filter(([, pair]) => pair !== undefined);
  const seen = new Map<string, Validation['warnings'][number] & { times: number }>();
  for (const [name, pair] of given) {
    for (const { code, message } of pair?.report.warnings ?? []) {
      const known = seen.get(message);
      if (known === undefined) seen.set(message, { pair: name, code, message, times: 1 });
      else known.times++;
    }
  }
  return [...seen.values()].map(({ times, pair, code, message }) => ({
    pair: times === given.length && times > 1 ? ('all' as const) : pair,
    code,
    message,
  }));
}
