import { chiSquareQuantile } from './distributions.js';
import type { Interval } from './types.js';

/**
 * 95 % interval of a standard deviation that was found with `df` degrees of freedom: sd sqrt(df / chi-square)
 * at its two ends (normal data; Sokal and Rohlf 1995, 7.7). Wide for what a few runs give: 3 runs, a factor 2 down and 6 up.
 */
export function sdInterval(sd: number, df: number): Interval {
  return [
    sd * Math.sqrt(df / chiSquareQuantile(0.975, df)),
    sd * Math.sqrt(df / chiSquareQuantile(0.025, df)),
  ];
}

/** The same of a ratio of variances to a known one, such as a dispersion. */
export function varianceRatioInterval(ratio: number, df: number): Interval {
  return [(ratio * df) / chiSquareQuantile(0.975, df), (ratio * df) / chiSquareQuantile(0.025, df)];
}
