import { countsByRow, sideBatches } from './batch-counts.js';
import { forgetSums, type PlacedRows, type RowsOfNodes, type SideBatches } from './batch-sums.js';
import type { Side } from './side.js';
import { dispersion, fewestSamples, weightDispersion, type RowDispersions } from './stats/index.js';
import type { RowKind, RowNoise } from './test-rows.js';

/** Which row of each kind each of a side's stack nodes belongs to. */
export interface NoisySide {
  side: Side;
  rows: Record<RowKind, PlacedRows>;
  /** Of frames, which hold all below them: the frame above (-1: none), and the side's samples. */
  parent: Int32Array;
  samples: Float64Array;
}

/**
 * How much noisier than independent samples each row is within the runs: found from batches of consecutive
 * samples, times what unequal periods add; of the two sides' figures the larger. Undefined where the order
 * of the samples is not known on either side.
 */
export function noiseWithinRuns(base: NoisySide, other: NoisySide): RowNoise | undefined {
  const [b, n] = [base, other].map((side) => {
    const batches = sideBatches(side.side);
    if (batches === undefined) return undefined;
    const noise = sideNoise(side, batches);
    forgetSums(batches);
    return noise;
  });
  if (b === undefined || n === undefined) return undefined;
  return largerNoise(b, n);
}

/** Of two sides' noise the larger, row by row: a row that a side lacks cannot be found quiet there. */
export function largerNoise(base: RowNoise, other: RowNoise): RowNoise {
  return {
    ledger: larger(base.ledger, other.ledger),
    ops: larger(base.ops, other.ops),
    sites: larger(base.sites, other.sites),
    functions: larger(base.functions, other.functions),
    frames: larger(base.frames, other.frames),
  };
}

function larger(base: RowDispersions, other: RowDispersions): RowDispersions {
  const phi = new Float64Array(base.phi.length);
  const df = new Float64Array(base.phi.length);
  for (let i = 0; i < phi.length; i++) {
    const own = base.phi[i] ?? 1;
    const theirs = other.phi[i] ?? own;
    const ownDf = base.df[i] ?? Infinity;
    const theirDf = other.df[i] ?? ownDf;
    phi[i] = Math.max(own, theirs);
    // equal: the less certain one, whichever side it is
    df[i] = own === theirs ? Math.min(ownDf, theirDf) : own > theirs ? ownDf : theirDf;
  }
  return { phi, df };
}

function sideNoise(noisy: NoisySide, batches: SideBatches): RowNoise {
  const { ledger, ops, sites, functions } = noisy.rows;
  // disjoint: a sample is a function's own time, or behind an op, or neither
  const found = dispersion(countsByRow(batches, [{ ...functions, orElse: ops }]));
  const frames = largeFrames(noisy, batches);
  // the parts' own rows are known already; all others take one more look at the batches
  const others = found.of(countsByRow(batches, [ledger, sites, frames.rows]));
  const weights = weightNoise(noisy.side);
  const scaled = ({ phi, df }: RowDispersions, first: number, count: number) => ({
    phi: times(phi.slice(first, first + count), weights),
    df: df.slice(first, first + count),
  });
  const ofFrames = scaled(others, ledger.count + sites.count, frames.rows.count);
  return {
    ledger: scaled(others, 0, ledger.count),
    sites: scaled(others, ledger.count, sites.count),
    functions: scaled(found.rows, 0, functions.count),
    ops: scaled(found.rows, functions.count, ops.count),
    frames: {
      phi: picked(ofFrames.phi, frames.row),
      df: picked(ofFrames.df, frames.row),
    },
  };
}

function times(values: Float64Array, factor: number): Float64Array {
  for (let at = 0; at < values.length; at++) values[at] = (values[at] ?? 0) * factor;
  return values;
}

function picked(values: Float64Array, rows: Int32Array): Float64Array {
  const own = new Float64Array(rows.length);
  for (let at = 0; at < rows.length; at++) own[at] = values[rows[at] ?? 0] ?? 0;
  return own;
}

/**
 * Frames are far more than other rows, and few have enough samples on a side for a dispersion of their
 * own: only those are counted. All others share the first row, which stays empty.
 */
function largeFrames(
  { rows, parent, samples }: NoisySide,
  batches: SideBatches,
): { rows: RowsOfNodes; row: Int32Array } {
  const { of, count } = rows.frames;
  const least = fewestSamples(batches.batches);
  const row = new Int32Array(count);
  // the large frame at or above each one; its own number, from 1
  const near = new Int32Array(count).fill(-1);
  const above: number[] = [-1];
  for (let i = 0; i < count; i++) {
    const up = i === 0 ? -1 : (near[parent[i] ?? 0] ?? -1);
    near[i] = up;
    if ((samples[i] ?? 0) < least) continue;
    near[i] = row[i] = above.length;
    above.push(up);
  }
  return {
    rows: { of, place: near, count: above.length, above: Int32Array.from(above) },
    row,
  };
}

function weightNoise({ counted, factors }: Side): number {
  const all = { value: 0, squares: 0, samples: 0 };
  counted.forEach((column, run) => {
    const factor = factors[run] ?? 1;
    all.value += (column?.total ?? 0) * factor;
    all.squares += (column?.squares ?? 0) * factor ** 2;
    all.samples += column?.samples ?? 0;
  });
  return weightDispersion(all);
}
