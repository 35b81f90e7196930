import { trigamma, trigammaInverse } from './distributions.js';
import { meanOf, sum, varianceOf } from './moments.js';

/** Counts of some rows in batches of consecutive samples. */
export interface BatchCounts {
  rows: number;
  batches: number;
  /** Samples in a batch, of these rows or not; 0 where the samples before and after do not follow each other. */
  size(batch: number): number;
  /** Adds a batch's counts, by row. */
  addTo(batch: number, counts: Float64Array): void;
  /** What is found below, by other means and to the last digit: of all pairs, and of rows over some of them. */
  quickly?: { ofPairs(): PairSums; ofRows(pairs: readonly number[]): Terms } | undefined;
}

/** Of each pair of neighbouring batches: what `Pair` has. */
export interface PairSums {
  squares: Float64Array;
  expected: Float64Array;
}

/** The same by row, and samples of half a pair. */
export interface Terms extends PairSums {
  samples: Float64Array;
}

/** How much noisier than independent samples a run's rows are. */
export interface Dispersion {
  /** Of all rows together, at least 1. */
  pooled: number;
  /** Degrees of freedom behind it. */
  df: number;
  /** Pairs of batches that it was found from. */
  pairs: number;
  /** Each row's own, drawn towards `pooled` by as much as rows look alike; at least 1. */
  rows: RowDispersions;
  /** The same for other rows of these batches: sums, or parts, of those that it was found from. */
  of(counts: BatchCounts): RowDispersions;
}

export interface RowDispersions {
  phi: Float64Array;
  df: Float64Array;
}

/** Fewer samples in a pair of batches say nothing about their spread. */
const MIN_IN_PAIR = 20;
const MIN_PAIRS = 4;
const MIN_ROWS = 10;
/** A row under so many samples a batch is mostly about being discrete. */
const MIN_IN_BATCH = 5;

/**
 * Dispersion from counts in batches of consecutive samples (of about equal size, long against what makes
 * neighbouring samples alike; 32 to 64 of them). The rows are disjoint.
 *
 * Batch means (Law and Carson 1979), but by differences of neighbouring batches (von Neumann 1941): work
 * that goes through phases would show as dispersion otherwise, although each run repeats it. Pairs across
 * a change of phase stand out among the pairs and are left out (over three times the median).
 */
export function dispersion(counts: BatchCounts): Dispersion {
  const known = pairsOf(counts).filter((pair) => pair.samples >= MIN_IN_PAIR && pair.expected > 0);
  if (known.length < MIN_PAIRS) return unknownDispersion(counts.rows);
  const limit = 3 * median(known.map((pair) => pair.squares / pair.expected));
  const calm = known.filter((pair) => pair.squares / pair.expected <= limit);
  const at = calm.map((pair) => pair.at);
  const pooled = Math.max(
    1,
    sum(calm.map((pair) => pair.squares)) / sum(calm.map((pair) => pair.expected)),
  );
  // Neighbouring pairs share a batch: n differences are worth about 2n/3 (von Neumann 1941).
  const df = (2 * calm.length) / 3;
  const terms = rowTerms(counts, at);
  const prior = priorDf(terms, counts.batches, pooled, df);
  return {
    pooled,
    df: df * effectiveRows(terms.expected),
    pairs: calm.length,
    rows: shrunken(terms, counts.batches, pooled, prior, df),
    of: (other) => shrunken(rowTerms(other, at), other.batches, pooled, prior, df),
  };
}

function unknownDispersion(rows: number): Dispersion {
  const of = (n: number): RowDispersions => ({
    phi: new Float64Array(n).fill(1),
    df: new Float64Array(n).fill(Infinity),
  });
  return { pooled: 1, df: Infinity, pairs: 0, rows: of(rows), of: (other) => of(other.rows) };
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

/** All pairs of neighbouring batches. */
function pairsOf(counts: BatchCounts): Pair[] {
  const all = Array.from({ length: Math.max(0, counts.batches - 1) }, (_, at) => at);
  const sums = counts.quickly?.ofPairs();
  if (sums !== undefined)
    return all.map((at) => ({
      at,
      squares: sums.squares[at] ?? 0,
      expected: sums.expected[at] ?? 0,
      samples: counts.size(at) + counts.size(at + 1),
    }));
  const pairs: Pair[] = [];
  eachPair(counts, all, (at, batches) => pairs.push(allRows(at, batches)));
  return pairs;
}

/** Two neighbouring batches: counts by row, and sizes. */
interface TwoBatches {
  first: Float64Array;
  second: Float64Array;
  sizeA: number;
  sizeB: number;
}

/** Walks over pairs of neighbouring batches, two columns of counts at a time. */
function eachPair(
  counts: BatchCounts,
  pairs: readonly number[],
  visit: (at: number, batches: TwoBatches) => void,
): void {
  let first = new Float64Array(counts.rows);
  let second = new Float64Array(counts.rows);
  let loaded = -1;
  for (const at of pairs) {
    if (loaded === at) [first, second] = [second, first];
    else counts.addTo(at, first.fill(0));
    counts.addTo(at + 1, second.fill(0));
    loaded = at + 1;
    visit(at, { first, second, sizeA: counts.size(at), sizeB: counts.size(at + 1) });
  }
}

/** Squared differences of two batches' shares, in counts, and their expectation for independent samples. */
function allRows(at: number, { first, second, sizeA, sizeB }: TwoBatches): Pair {
  const size = sizeA + sizeB;
  let squares = 0;
  let expected = 0;
  if (sizeA > 0 && sizeB > 0) {
    const scale = (sizeA * sizeB) / size;
    const unbiased = unbiasedBy(size);
    for (let row = 0; row < first.length; row++) {
      const a = first[row] ?? 0;
      const b = second[row] ?? 0;
      if (a + b === 0) continue;
      const share = (a + b) / size;
      const difference = a / sizeA - b / sizeB;
      squares += scale * (difference * difference);
      expected += share * (1 - share) * unbiased;
    }
  }
  return { at, squares, expected, samples: size };
}

/** The same by row, added to the terms. */
function addTerms(terms: Terms, { first, second, sizeA, sizeB }: TwoBatches): void {
  if (sizeA === 0 || sizeB === 0) return;
  const size = sizeA + sizeB;
  const scale = (sizeA * sizeB) / size;
  const unbiased = unbiasedBy(size);
  const { squares, expected, samples } = terms;
  for (let row = 0; row < first.length; row++) {
    const a = first[row] ?? 0;
    const b = second[row] ?? 0;
    if (a + b === 0) continue;
    const share = (a + b) / size;
    const difference = a / sizeA - b / sizeB;
    squares[row] = (squares[row] ?? 0) + scale * (difference * difference);
    expected[row] = (expected[row] ?? 0) + share * (1 - share) * unbiased;
    samples[row] = (samples[row] ?? 0) + (a + b) / 2;
  }
}

/** size - 1: the share is the pair's own. */
function unbiasedBy(size: number): number {
  return size / Math.max(1, size - 1);
}

function rowTerms(counts: BatchCounts, pairs: readonly number[]): Terms {
  if (counts.quickly !== undefined) return counts.quickly.ofRows(pairs);
  const column = () => new Float64Array(counts.rows);
  const terms = { squares: column(), expected: column(), samples: column() };
  eachPair(counts, pairs, (_at, batches) => addTerms(terms, batches));
  return terms;
}

/** Rows with fewer samples in all batches are not told apart: each has what all rows together have. */
export function fewestSamples(batches: number): number {
  return MIN_IN_BATCH * batches;
}

const isUsable = (samples: number, batches: number) => samples >= fewestSamples(batches);

/** How firmly the rows together foretell a single one (Smyth 2004); Infinity: rows do not differ. */
function priorDf(terms: Terms, batches: number, pooled: number, df: number): number {
  const logs: number[] = [];
  terms.squares.forEach((square, row) => {
    if (!isUsable(terms.samples[row] ?? 0, batches) || square === 0) return;
    logs.push(Math.log(square / (terms.expected[row] ?? 1) / pooled));
  });
  const excess = logs.length < MIN_ROWS ? 0 : varianceOf(logs) - trigamma(df / 2);
  return excess <= 0 ? Infinity : 2 * trigammaInverse(excess);
}

/** Rows' own dispersions, each shrunk by the empirical Bayes weight of Smyth (2004). */
function shrunken(
  terms: Terms,
  batches: number,
  pooled: number,
  prior: number,
  df: number,
): RowDispersions {
  const phi = new Float64Array(terms.squares.length).fill(pooled);
  const dfs = new Float64Array(terms.squares.length).fill(prior + df);
  for (let row = 0; row < phi.length; row++) {
    const expected = terms.expected[row] ?? 0;
    if (prior === Infinity || expected <= 0 || !isUsable(terms.samples[row] ?? 0, batches))
      continue;
    const own = (terms.squares[row] ?? 0) / expected;
    phi[row] = Math.max(1, (prior * pooled + df * own) / (prior + df));
  }
  return { phi, df: dfs };
}

/** As how many equal rows these count (the sum's variance is that of the large ones). */
function effectiveRows(expected: Float64Array): number {
  const squares = sum(expected.map((value) => value * value));
  return squares === 0 ? 1 : sum(expected) ** 2 / squares;
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
