import type { Change, Interval } from './stats/index.js';

/** What was found of many rows, in columns: `low` and `high` are NaN where a row has no interval. */
export interface Changes {
  /** new - base. */
  delta: Float64Array;
  low: Float64Array;
  high: Float64Array;
  /** Good for decisions only (`Wanted` in stats/difference.ts). */
  p: Float64Array;
}

/** Of so many rows, one by one. */
export function changesOf(count: number, changeOf: (row: number) => Change): Changes {
  const changes = noChanges(count);
  for (let row = 0; row < count; row++) setChange(changes, row, changeOf(row));
  return changes;
}

/** Rows of which nothing can be said. */
export function noChanges(count: number): Changes {
  return {
    delta: new Float64Array(count),
    low: new Float64Array(count).fill(NaN),
    high: new Float64Array(count).fill(NaN),
    p: new Float64Array(count).fill(1),
  };
}

/** Rows from one on, up to another, of the same columns. */
export function changesFrom(changes: Changes, from: number, to: number): Changes {
  const { delta, low, high, p } = changes;
  const part = (column: Float64Array) => column.subarray(from, to);
  return { delta: part(delta), low: part(low), high: part(high), p: part(p) };
}

export function setChange(changes: Changes, row: number, { delta, interval, p }: Change): void {
  changes.delta[row] = delta;
  changes.low[row] = interval?.[0] ?? NaN;
  changes.high[row] = interval?.[1] ?? NaN;
  changes.p[row] = p;
}

/** What `verdictOf` (stats/verdict.ts) and the report know of a row. */
export function changeAt({ delta, low, high }: Changes, row: number) {
  const from = low[row] ?? NaN;
  const to = high[row] ?? NaN;
  return { delta: delta[row] ?? 0, interval: Number.isNaN(from) ? null : ([from, to] as Interval) };
}
