import { tQuantile } from './distributions.js';
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

/**
 * The least change that `runs` runs a side would show in 80 % of cases at the 5 % level, in the unit of
 * `sd`: (t(1 - alpha/2) + t(power)) sd sqrt(2 / runs), with 2 (runs - 1) degrees of freedom (Cohen 1988;
 * the sum of two quantiles stands for the noncentral t's, within 1.5 % from 3 runs on, at most 6 % at 2).
 */
export function minimumDetectableEffect(sd: number, runs: number): number | null {
  if (runs < 2) return null;
  const df = 2 * (runs - 1);
  return (tQuantile(1 - ALPHA / 2, df) + tQuantile(POWER, df)) * sd * Math.sqrt(2 / runs);
}

/** Runs a side from which on a change as large as the budget is seen; null above a thousand. */
export function runsNeeded(budgetPercent: number, spreadPercent: number): number | null {
  for (let runs = 2; runs <= 1000; runs++) {
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
