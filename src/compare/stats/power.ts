import { noncentralTAbove, tQuantile } from './distributions.js';
import { meanOf, varianceOf } from './moments.js';
import { ALPHA } from './verdict.js';

const POWER = 0.8;

/** Spread of one kernel's runs, for `pvflame check`. */
export interface RunSpread {
  mean: number;
  /** Standard deviation between runs, in percent of the mean; null under two runs. */
  percent: number | null;
  df: number;
}

/** From the runs' totals. */
export function runSpread(runs: ArrayLike<number>): RunSpread {
  const mean = meanOf(runs);
  const known = runs.length >= 2 && mean > 0;
  return {
    mean,
    percent: known ? (100 * Math.sqrt(varianceOf(runs))) / mean : null,
    df: Math.max(0, runs.length - 1),
  };
}

/** From here on the sum of two quantiles is the effect to half a percent. */
const MANY_RUNS = 30;

/**
 * The least change that `runs` runs a side would show in 80 % of cases at the 5 % level, in the unit of `sd`: by the
 * power of the test that is made, Welch's (totals.ts). With few runs its degrees of freedom are an estimate
 * themselves, which costs more than the noncentral t says: twice the effect at two runs a side.
 */
export function minimumDetectableEffect(sd: number, runs: number): number | null {
  return runs < 2 ? null : sd * (runs < MANY_RUNS ? byWelch(runs) : byQuantiles(runs));
}

/** (t(1 - alpha/2) + t(power)) sqrt(2 / runs), with 2 (runs - 1) degrees of freedom (Cohen 1988); never more than Welch's. */
function byQuantiles(runs: number): number {
  const df = 2 * (runs - 1);
  return (tQuantile(1 - ALPHA / 2, df) + tQuantile(POWER, df)) * Math.sqrt(2 / runs);
}

const effects = new Map<number, number>();

function byWelch(runs: number): number {
  const known = effects.get(runs);
  if (known !== undefined) return known;
  let low = byQuantiles(runs);
  let high = 4 * low;
  while (high - low > 1e-4 * low) {
    const middle = (low + high) / 2;
    if (welchPower(middle, runs) < POWER) low = middle;
    else high = middle;
  }
  effects.set(runs, high);
  return high;
}

const STEPS = 32;

/**
 * Power of Welch's test with equal spread on both sides. The sides' estimated variances have a sum and a share u that are
 * independent: given u, the statistic is a noncentral t with 2 (runs - 1) degrees of freedom, and the test's own
 * are (runs - 1) / (u^2 + (1 - u)^2). u is Beta((runs - 1) / 2, the same): summed over its angle, u = sin^2.
 */
function welchPower(effect: number, runs: number): number {
  const df = 2 * (runs - 1);
  const shift = effect / Math.sqrt(2 / runs);
  let [power, all] = [0, 0];
  for (let i = 0; i < STEPS; i++) {
    const angle = ((i + 0.5) / STEPS) * (Math.PI / 4);
    const u = Math.sin(angle) ** 2;
    const weight = (Math.sin(angle) * Math.cos(angle)) ** (runs - 2);
    const own = (runs - 1) / (u * u + (1 - u) ** 2);
    all += weight;
    power += weight * noncentralTAbove(tQuantile(1 - ALPHA / 2, own), df, shift);
  }
  return power / all;
}

/** Runs a side from which on a change as large as the budget is seen; null above a thousand. */
export function runsNeeded(budgetPercent: number, spreadPercent: number): number | null {
  for (let runs = 2; runs <= 1000; runs++) {
    if (spreadPercent * byQuantiles(runs) > budgetPercent) continue;
    const effect = minimumDetectableEffect(spreadPercent, runs);
    if (effect !== null && effect <= budgetPercent) return runs;
  }
  return null;
}

/**
 * Samples a side after which a row that grows from one share of the total to another is seen in 80 % of
 * cases at `alpha`, as far as sampling goes (two proportions, normal approximation: Fleiss 1981, 3.14
 * without continuity correction). `alpha` under 5 % allows for many rows: a row among m has alpha / m.
 */
export function samplesNeeded(
  shares: { base: number; new: number },
  dispersion = 1,
  alpha = ALPHA,
): number {
  const { base, new: grown } = shares;
  const both = (base + grown) / 2;
  const atNull = tQuantile(1 - alpha / 2, Infinity) * Math.sqrt(2 * both * (1 - both));
  const atChange = tQuantile(POWER, Infinity) * Math.sqrt(base * (1 - base) + grown * (1 - grown));
  return Math.ceil((dispersion * (atNull + atChange) ** 2) / (grown - base) ** 2);
}
