import {
  columnIn,
  instantiator,
  leaveMemory,
  putInto,
  type WasmAllocator,
} from '../ingest/index.js';
import { changesOf, noChanges, setChange, type Changes } from './changes.js';
import {
  changeWithinRuns,
  CONFIDENCE_TAIL,
  tQuantile,
  tTwoSided,
  type Change,
  type RowDispersions,
  type RunRow,
} from './stats/index.js';

/** Weights and samples of many rows with one run a side, in columns. */
export interface RunColumns {
  base: { value: Float64Array; samples: Float64Array };
  new: { value: Float64Array; samples: Float64Array };
}

/** Both runs' totals. */
export type RunTotals = Record<'base' | 'new', RunRow['total']>;

interface Exports extends WasmAllocator {
  setTotals(
    ...sides: [
      ...base: [value: number, samples: number, scale: number],
      ...other: [value: number, samples: number, scale: number],
    ]
  ): void;
  changesWithin(
    count: number,
    ...columns: [
      ...values: [base: number, other: number],
      ...noise: [phi: number, quantile: number],
      ...made: [low: number, high: number, touch: number],
    ]
  ): void;
}

/** Share of the samples from which on a row is as good as the total. */
const NEARLY_ALL = 0.95;

/**
 * Changes of rows with one run a side (`changeWithinRuns`), good for decisions. Some thousand rows take half a million steps,
 * which WebAssembly (assembly/within.ts) does to the same result.
 */
export function changesWithin(rows: RunColumns, totals: RunTotals, noise: RowDispersions): Changes {
  const count = rows.base.value.length;
  if (noise.phi.length !== count || noise.df.length !== count)
    throw new RangeError(`${noise.phi.length} rows' noise for ${count} rows`);
  const quick = isEmpty(totals.base) || isEmpty(totals.new) ? undefined : moduleOf();
  if (quick === undefined) return changesOf(count, (row) => changeOf(rows, totals, noise, row));
  const changes = quickChanges(quick, rows, totals, noise);
  for (let row = 0; row < count; row++)
    if (isUntold(rows, totals, row)) setChange(changes, row, untold(rows, row));
  return changes;
}

/** Samples without weight have no share of anything. */
const isEmpty = ({ samples, value }: RunRow['total']) => samples === 0 || value <= 0;

/**
 * A row that is the total but for a rest is not tested: given the total it hardly varies, so that its change is
 * the total's, of which one run a side says nothing. Nor is one without samples.
 */
function isUntold({ base, new: other }: RunColumns, totals: RunTotals, row: number): boolean {
  const b = base.samples[row] ?? 0;
  const n = other.samples[row] ?? 0;
  if (b + n === 0) return true;
  return b > NEARLY_ALL * totals.base.samples && n > NEARLY_ALL * totals.new.samples;
}

function untold({ base, new: other }: RunColumns, row: number): Change {
  return { delta: (other.value[row] ?? 0) - (base.value[row] ?? 0), interval: null, p: 1, df: 0 };
}

function changeOf(rows: RunColumns, totals: RunTotals, noise: RowDispersions, row: number): Change {
  if (isUntold(rows, totals, row)) return untold(rows, row);
  const side = (name: 'base' | 'new') => ({
    value: rows[name].value[row] ?? 0,
    samples: rows[name].samples[row] ?? 0,
    total: totals[name],
  });
  return changeWithinRuns(side('base'), side('new'), noise.phi[row], noise.df[row], 'decision');
}

function moduleOf(): Exports | undefined {
  return instantiator<Exports>('batches.wasm')?.({});
}

function quickChanges(
  wasm: Exports,
  { base, new: other }: RunColumns,
  totals: RunTotals,
  { phi, df }: RowDispersions,
): Changes {
  const count = base.value.length;
  const { value: b, samples: bs, scale: bv = 0 } = totals.base;
  const { value: n, samples: ns, scale: nv = 0 } = totals.new;
  wasm.setTotals(...[b, bs, bv], ...[n, ns, nv]);
  const quantile = df.map((own) => tQuantile(CONFIDENCE_TAIL, own));
  const given = [base.value, other.value, phi, quantile].map((column) => putInto(wasm, column));
  const [baseAt = 0, newAt = 0, phiAt = 0, quantileAt = 0] = given;
  const made = [0, 1, 2].map(() => wasm.allocate(8 * count));
  const [lowAt = 0, highAt = 0, touchAt = 0] = made;
  wasm.changesWithin(count, baseAt, newAt, phiAt, quantileAt, lowAt, highAt, touchAt);
  const column = (at: number) => columnIn(Float64Array, wasm, at, count);
  const touch = column(touchAt);
  const changes = noChanges(count);
  changes.low.set(column(lowAt));
  changes.high.set(column(highAt));
  for (let row = 0; row < count; row++) {
    changes.delta[row] = (other.value[row] ?? 0) - (base.value[row] ?? 0);
    const t = touch[row] ?? NaN;
    if (!Number.isNaN(t)) changes.p[row] = tTwoSided(t, df[row] ?? Infinity);
  }
  leaveMemory(wasm);
  return changes;
}
