import {
  orNothing,
  recoveredOfRows,
  type Comparison,
  type Measured,
  type Recovered,
} from '../compare/index.js';
import type { Report } from './schema.js';
import type { Validation, ValidationChange, ValidationRow } from './validate-schema.js';

/** One comparison of two of the profiles, with the report that was made of it. */
export interface Pair {
  comparison: Comparison;
  report: Report;
}

/** `native` pairs are not there where native was not given. */
export interface ReportPairs {
  nativeBefore: Pair | undefined;
  nativeAfter: Pair | undefined;
  beforeAfter: Pair;
}

/** Executions by site (`function+0x1c`) and by op. */
export interface Counts {
  sites: ReadonlyMap<string, number>;
  ops: ReadonlyMap<string, number>;
}

type ReportRow = Pick<
  Report['ops'][number],
  'base' | 'new' | 'percent' | 'interval' | 'percentInterval' | 'verdict' | 'samples'
> & { delta: number; bound: Report['ops'][number]['bound'] };

/** A row's three comparisons, those that show it. */
export interface Joined {
  nativeBefore: ReportRow | undefined;
  nativeAfter: ReportRow | undefined;
  beforeAfter: ReportRow | undefined;
}

/** What is known of one change, without the weights that it is between. */
export function changeOf(
  row: Omit<ReportRow, 'base' | 'new' | 'samples' | 'bound'>,
): ValidationChange {
  const { delta, percent, interval, percentInterval, verdict } = row;
  return { delta, percent, interval, percentInterval, verdict };
}

const UNSEEN: ValidationChange = {
  delta: 0,
  percent: 0,
  interval: null,
  percentInterval: null,
  verdict: 'too little data',
};

/** What the three comparisons say of a row; weights from those with native, which are aligned with it. */
export function rowOf(joined: Joined, hasNative: boolean): ValidationRow {
  const { nativeBefore, nativeAfter, beforeAfter } = joined;
  const bound = [nativeBefore, nativeAfter, beforeAfter].find((row) => row?.bound)?.bound ?? null;
  return {
    native: hasNative ? (nativeBefore?.base ?? nativeAfter?.base ?? 0) : null,
    before: nativeBefore?.new ?? beforeAfter?.base ?? 0,
    after: nativeAfter?.new ?? beforeAfter?.new ?? 0,
    overhead: hasNative ? (nativeBefore === undefined ? UNSEEN : changeOf(nativeBefore)) : null,
    residual: hasNative ? (nativeAfter === undefined ? UNSEEN : changeOf(nativeAfter)) : null,
    change: beforeAfter === undefined ? UNSEEN : changeOf(beforeAfter),
    bound,
    samples: {
      native: hasNative ? ((nativeBefore ?? nativeAfter)?.samples.base ?? 0) : null,
      before: nativeBefore?.samples.new ?? beforeAfter?.samples.base ?? 0,
      after: nativeAfter?.samples.new ?? beforeAfter?.samples.new ?? 0,
    },
  };
}

type Key = 'ops' | 'functions';

/** Rows of a kind by name, joined over the comparisons, largest overhead (or change) first. */
export function joinRows<T extends ReportRow>(
  pairs: ReportPairs,
  rowsOf: (report: Report) => readonly T[],
  keyOf: (row: T) => string,
): { key: string; row: T; joined: Joined }[] {
  const by = (pair: Pair | undefined) =>
    new Map((pair === undefined ? [] : rowsOf(pair.report)).map((row) => [keyOf(row), row]));
  const maps = {
    nativeBefore: by(pairs.nativeBefore),
    nativeAfter: by(pairs.nativeAfter),
    beforeAfter: by(pairs.beforeAfter),
  };
  const keys = new Set([
    ...maps.nativeBefore.keys(),
    ...maps.nativeAfter.keys(),
    ...maps.beforeAfter.keys(),
  ]);
  return [...keys]
    .flatMap((key) => {
      const joined = {
        nativeBefore: maps.nativeBefore.get(key),
        nativeAfter: maps.nativeAfter.get(key),
        beforeAfter: maps.beforeAfter.get(key),
      };
      const row = joined.beforeAfter ?? joined.nativeBefore ?? joined.nativeAfter;
      return row === undefined ? [] : [{ key, row, joined }];
    })
    .sort((a, b) => importance(b.joined) - importance(a.joined) || (a.key < b.key ? -1 : 1));
}

function importance({ nativeBefore, nativeAfter, beforeAfter }: Joined): number {
  return Math.max(
    ...[nativeBefore, nativeAfter, beforeAfter].map((row) => Math.abs(row?.delta ?? 0)),
  );
}

/**
 * The recovered share of a row: only without a timer, with repeated boots, and where its overhead before
 * is beyond noise and bounded by nothing.
 */
export function rowRecovery(
  pairs: ReportPairs,
  kind: Key,
  keyOf: (row: Comparison['ops'][number] | Comparison['functions'][number]) => string,
): (key: string, row: ValidationRow) => Recovered | null {
  const { nativeBefore, nativeAfter } = pairs;
  if (nativeBefore === undefined || nativeAfter === undefined) return () => null;
  const comparisons = {
    nativeBefore: nativeBefore.comparison,
    nativeAfter: nativeAfter.comparison,
  };
  const isRepeated = [nativeBefore, nativeAfter].every((p) => p.report.basis === 'runs');
  if (!isRepeated || nativeBefore.comparison.timer) return () => null;
  const measured = (pair: Pair) =>
    new Map(pair.comparison[kind].map((row) => [keyOf(row), row] as const));
  const [first, second] = [measured(nativeBefore), measured(nativeAfter)];
  const of = recoveredOfRows(comparisons, kind);
  return (key, row) => {
    if (row.overhead?.verdict !== 'more' || row.bound !== null) return null;
    const overhead = first.get(key);
    if (overhead === undefined) return null;
    return of({
      native: overhead.base,
      before: overhead.new,
      after: measuredAfter(second.get(key)?.new, nativeAfter.comparison.total.new),
    });
  };
}

function measuredAfter(measured: Measured | undefined, like: Measured): Measured {
  return orNothing(measured, like);
}

/** What a call costs where executions are known; the same work is taken to call as often before and after. */
export function perCallOf(
  executions: number | undefined,
  row: Pick<ValidationRow, 'before' | 'after'>,
): Validation['ops'][number]['perCall'] {
  if (executions === undefined || executions === 0) return null;
  return { executions, before: row.before / executions, after: row.after / executions };
}
