// Changes of rows with one run a side, in WebAssembly: AssemblyScript, not TypeScript. ../stats/within.ts and
// ../stats/difference.ts say what they are and where they are from, and do the same, operation for operation, where there is no
// WebAssembly: half a million steps for some thousand rows, each of which leaves V8's interpreter a number to collect.

@inline
function eight(at: usize, i: i32): usize { return at + (<usize>i << 3); }

/** Of a side's row: weight, share of the total, samples that the total is worth, variance of the scale; ends of its interval. */
class Side {
  mean: f64 = 0;
  share: f64 = 0;
  total: f64 = 0;
  n: f64 = 0;
  scale: f64 = 0;
  low: f64 = 0;
  high: f64 = 0;

  set(value: f64, total: f64, n: f64, scale: f64): void {
    this.mean = value;
    this.share = total > 0 ? Math.min(1, Math.max(0, value / total)) : 0;
    this.total = total;
    this.n = n;
    this.scale = scale;
  }

  /** Wilson's interval at a quantile, widened by the scale's noise. */
  at(q: f64): void {
    const share = this.share;
    const z2 = (q * q) / this.n;
    const middle = share + z2 / 2;
    const half = Math.sqrt(z2 * share * (1 - share) + (z2 * z2) / 4);
    const scale = this.total / (1 + z2);
    this.low = scale * (middle - half);
    this.high = scale * (middle + half);
    if (this.scale == 0) return;
    const mean = this.mean;
    const noise = q * mean * (q * mean) * this.scale;
    const below = mean - this.low;
    const above = this.high - mean;
    this.low = mean - Math.sqrt(below * below + noise);
    this.high = mean + Math.sqrt(above * above + noise);
  }
}

const base = new Side();
const other = new Side();

@inline
function norm(a: f64, b: f64): f64 { return Math.sqrt(a * a + b * b); }
function lowEnd(): f64 { return other.mean - base.mean - norm(other.mean - other.low, base.high - base.mean); }
function highEnd(): f64 { return other.mean - base.mean + norm(other.high - other.mean, base.mean - base.low); }

/** How far the difference's interval at a quantile stays from 0. */
function slack(delta: f64, q: f64): f64 {
  base.at(q);
  other.at(q);
  return delta > 0 ? lowEnd() : -highEnd();
}

const PRECISION: f64 = 1e-10;

function touching(delta: f64): f64 {
  if (delta == 0) return 0;
  let low: f64 = 0;
  let atLow = Math.abs(delta);
  let high: f64 = 1;
  let atHigh = slack(delta, 1);
  while (atHigh > 0 && high < 1e9) {
    low = high;
    atLow = atHigh;
    high *= 4;
    atHigh = slack(delta, high);
  }
  let stayed = 0;
  for (let i = 0; i < 100 && high - low > PRECISION * high; i++) {
    const q = (low * atHigh - high * atLow) / (atHigh - atLow);
    const at = slack(delta, q);
    const up = at > 0;
    if (at == 0 || (up ? q - low : high - q) < PRECISION * q) return q;
    if (up) {
      low = q;
      atLow = at;
      if (stayed > 0) atHigh /= 2;
    } else {
      high = q;
      atHigh = at;
      if (stayed < 0) atLow /= 2;
    }
    stayed = up ? 1 : -1;
  }
  return high;
}

/** The totals' weights, samples, and variances of the scales. */
let baseTotal: f64 = 0;
let baseSamples: f64 = 0;
let baseScale: f64 = 0;
let newTotal: f64 = 0;
let newSamples: f64 = 0;
let newScale: f64 = 0;

export function setTotals(
  baseValue: f64, baseCount: f64, baseVariance: f64, newValue: f64, newCount: f64, newVariance: f64,
): void {
  baseTotal = baseValue;
  baseSamples = baseCount;
  baseScale = baseVariance;
  newTotal = newValue;
  newSamples = newCount;
  newScale = newVariance;
}

/**
 * Of so many rows, from their weights, dispersions and quantiles of Student's t (columns of doubles): both ends of the
 * interval, and the quantile at which it touches 0 (NaN where it is well around 0: nothing hangs on it).
 */
export function changesWithin(
  count: i32,
  baseValue: usize, newValue: usize, phi: usize, quantile: usize,
  low: usize, high: usize, touch: usize,
): void {
  for (let i = 0; i < count; i++) {
    const dispersion = Math.max(1, load<f64>(eight(phi, i)));
    base.set(load<f64>(eight(baseValue, i)), baseTotal, baseSamples / dispersion, baseScale);
    other.set(load<f64>(eight(newValue, i)), newTotal, newSamples / dispersion, newScale);
    const q = load<f64>(eight(quantile, i));
    base.at(q);
    other.at(q);
    const from = lowEnd();
    const to = highEnd();
    store<f64>(eight(low, i), from);
    store<f64>(eight(high, i), to);
    const margin = 1e-6 * (to - from);
    const isWellAround0 = from < -margin && to > margin;
    store<f64>(eight(touch, i), isWellAround0 ? NaN : touching(other.mean - base.mean));
  }
}
