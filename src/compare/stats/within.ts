import { difference, type Wanted } from './difference.js';
import type { Change } from './types.js';

/** A row of the one run that a side has. */
export interface RunRow {
  value: number;
  samples: number;
  /** Of the run: weight and samples of all its rows. */
  total: { value: number; samples: number };
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
  const empty = [base, other].some(({ total }) => total.samples === 0 || total.value <= 0);
  if (empty || base.samples + other.samples === 0) return { delta, interval: null, p: 1, df: 0 };
  const phi = Math.max(1, dispersion);
  return difference(wilson(base, phi), wilson(other, phi), df, wanted);
}

function wilson({ value, total }: RunRow, phi: number) {
  const n = total.samples / phi;
  const share = total.value > 0 ? Math.min(1, Math.max(0, value / total.value)) : 0;
  return (q: number) => {
    const z2 = (q * q) / n;
    const middle = share + z2 / 2;
    const half = Math.sqrt(z2 * share * (1 - share) + (z2 * z2) / 4);
    const scale = total.value / (1 + z2);
    return { mean: value, low: scale * (middle - half), high: scale * (middle + half) };
  };
}
