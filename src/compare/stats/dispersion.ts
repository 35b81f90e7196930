import { trigamma, trigammaInverse } from './distributions.js';
import { meanOf, sum, varianceOf } from './moments.js';

/** How much noisier than independent samples a run's rows are. */
export interface Dispersion {
  /** Of all rows together, at least 1. */
  pooled: number;
  /** Each row's own, drawn towards `pooled` by as much as rows look alike; at least 1. */
  rows: Float64Array;
  /** Pairs of batches that it was found from. */
  pairs: number;
}

/** Fewer samples in a pair of batches say nothing about their spread. */
const MIN_IN_PAIR = 20;
const MIN_ROWS = 10;

/**
 * Dispersion from counts per row in batches of consecutive samples (`batches[row][batch]`; batches of about
 * equal size, long against what makes neighbouring samples alike; 32 to 64 of them).
 *
 * Batch means (Law and Carson 1979), but by differences of neighbouring batches (von Neumann 1941): work
 * that goes through phases would show as dispersion otherwise, although each run repeats it. Pairs across
 * a change of phase stand out among the pairs and are left out (over three times the median).
 */
export function dispersion(batches: readonly (readonly number[])[]): Dispersion {
  const count = batches[0]?.length ?? 0;
  const pairs = pairStatistics(batches, count);
  const known = pairs.filter((pair) => pair.samples >= MIN_IN_PAIR);
  const none = { pooled: 1, rows: new Float64Array(batches.length).fill(1), pairs: 0 };
  if (known.length < 4) return none;
  const limit = 3 * median(known.map((pair) => pair.squares / pair.expected));
  const calm = known.filter((pair) => pair.squares / pair.expected <= limit);
  const pooled = Math.max(
    1,
    sum(calm.map((pair) => pair.squares)) / sum(calm.map((pair) => pair.expected)),
  );
  return { pooled, rows: ofRows(batches, calm, pooled), pairs: calm.length };
}

interface Pair {
  /** First batch of the pair. */
  at: number;
  /** Sum over rows of squared differences of the two batches, scaled to equal sizes. */
  squares: number;
  /** What independent samples would give. */
  expected: number;
  samples: number;
}

function pairStatistics(batches: readonly (readonly number[])[], count: number): Pair[] {
  const sizes = Array.from({ length: count }, (_, b) => sum(batches.map((row) => row[b] ?? 0)));
  const pairs: Pair[] = [];
  for (let at = 0; at + 1 < count; at++) {
    let squares = 0;
    let expected = 0;
    for (const row of batches) {
      const term = pairTerm(row[at] ?? 0, row[at + 1] ?? 0, sizes[at] ?? 0, sizes[at + 1] ?? 0);
      squares += term.square;
      expected += term.expected;
    }
    pairs.push({ at, squares, expected, samples: (sizes[at] ?? 0) + (sizes[at + 1] ?? 0) });
  }
  return pairs;
}

/** Squared difference of two shares, in counts, and its expectation for independent samples. */
function pairTerm(a: number, b: number, sizeA: number, sizeB: number) {
  const size = sizeA + sizeB;
  if (sizeA === 0 || sizeB === 0) return { square: 0, expected: 0 };
  const share = (a + b) / size;
  const scale = (sizeA * sizeB) / size;
  // size - 1: the share is the pair's own.
  return {
    square: scale * (a / sizeA - b / sizeB) ** 2,
    expected: (share * (1 - share) * size) / Math.max(1, size - 1),
  };
}

/** Rows' own dispersions, each shrunk by the empirical Bayes weight of Smyth (2004). */
function ofRows(
  batches: readonly (readonly number[])[],
  calm: readonly Pair[],
  pooled: number,
): Float64Array {
  const count = batches[0]?.length ?? 0;
  const sizes = Array.from({ length: count }, (_, b) => sum(batches.map((row) => row[b] ?? 0)));
  // Neighbouring pairs share a batch: n differences are worth about 2n/3 (von Neumann 1941).
  const df = (2 * calm.length) / 3;
  const own = batches.map((row) => {
    let square = 0;
    let expected = 0;
    for (const { at } of calm) {
      const term = pairTerm(row[at] ?? 0, row[at + 1] ?? 0, sizes[at] ?? 0, sizes[at + 1] ?? 0);
      square += term.square;
      expected += term.expected;
    }
    return { ratio: expected > 0 ? square / expected : NaN, samples: sum(row) };
  });
  // Under five samples a batch the ratio is mostly about being discrete.
  const usable = own.filter(({ ratio, samples }) => samples >= 5 * count && ratio > 0);
  const logs = usable.map(({ ratio }) => Math.log(ratio / pooled));
  const excess = usable.length < MIN_ROWS ? 0 : varianceOf(logs) - trigamma(df / 2);
  const prior = excess <= 0 ? Infinity : 2 * trigammaInverse(excess);
  return Float64Array.from(own, ({ ratio, samples }) => {
    if (prior === Infinity || samples < 5 * count || Number.isNaN(ratio)) return pooled;
    return Math.max(1, (prior * pooled + df * ratio) / (prior + df));
  });
}

/** Variance that unequal sample weights add: mean square over squared mean (Kish 1965); 1 when all are equal. */
export function weightDispersion(run: { value: number; squares: number; samples: number }): number {
  if (run.value <= 0 || run.samples === 0) return 1;
  return Math.max(1, (run.squares * run.samples) / run.value ** 2);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : meanOf([sorted[middle - 1] ?? 0, sorted[middle] ?? 0]);
}
