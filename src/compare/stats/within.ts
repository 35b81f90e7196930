import { difference, type SideCurve, type Wanted } from './difference.js';
import type { Change } from './types.js';

/** A row of the one run that a side has. */
export interface RunRow {
  value: number;
  samples: number;
  /** Of the run: weight and samples of all its rows; `scale`: relative variance of what it was scaled by. */
  total: { value: number; samples: number; scale?: number };
}

/**
 * Relative variance that scaling to `samples` of all (`total`) adds to another row, given the total. A ratio of two
 * Poisson counts has 1/x + 1/u; a row given the total has 1/x - 1/N already. `dispersion`: of the yardstick.
 */
export function scaleVariance(samples: number, total: number, dispersion = 1): number {
  return Math.max(1, dispersion) * (1 / samples + 1 / total);
}

/**
 * Change of a row with one run a side, given the two totals: sampling noise only. Each side's share has
 * Wilson's score interval (1927) with samples divided by `dispersion` (within-run correlation; at least
 * 1); the difference is Newcombe's (1998). `df`: what the dispersion was found from.
 */
export function changeWithinRuns(
  base: RunRow,
  other: RunRow,
  dispersion = 1,
  df = Infinity,
  wanted: Wanted = 'p',
): Change {
  const delta = other.value - base.value;
  // samples without weight have no share of anything
  const isEmpty = ({ total }: RunRow) => total.samples === 0 || total.value <= 0;
  if (isEmpty(base) || isEmpty(other) || base.samples + other.samples === 0)
    return { delta, interval: null, p: 1, df: 0 };
  const phi = Math.max(1, dispersion);
  return difference(wilson(base, phi), wilson(other, phi), df, wanted);
}

class WilsonCurve implements SideCurve {
  readonly mean: number;
  low = 0;
  high = 0;
  private readonly share: number;

  constructor(
    value: number,
    private readonly total: number,
    /** Samples of the total, as many as they are worth. */
    private readonly n: number,
    private readonly scaleVariance: number,
  ) {
    this.mean = value;
    this.share = total > 0 ? Math.min(1, Math.max(0, value / total)) : 0;
  }

  at(q: number): void {
    const { share } = this;
    const z2 = (q * q) / this.n;
    const middle = share + z2 / 2;
    const half = Math.sqrt(z2 * share * (1 - share) + (z2 * z2) / 4);
    const scale = this.total / (1 + z2);
    this.low = scale * (middle - half);
    this.high = scale * (middle + half);
    if (this.scaleVariance === 0) return;
    // products, as in ../assembly/within.ts, whose `**` is another one
    const below = this.mean - this.low;
    const above = this.high - this.mean;
    const noise = q * this.mean * (q * this.mean) * this.scaleVariance;
    this.low = this.mean - Math.sqrt(below * below + noise);
    this.high = this.mean + Math.sqrt(above * above + noise);
  }
}

function wilson({ value, total }: RunRow, phi: number): SideCurve {
  return new WilsonCurve(value, total.value, total.samples / phi, total.scale ?? 0);
}
