/** A side's mean and how sure it is; `step` is what one sample adds to the mean's variance per unit. */
export interface SideEstimate {
  mean: number;
  /** Variance of the mean. */
  variance: number;
  /** Sampling variance of the mean divided by the mean: weight of one sample, dispersion, runs. */
  step: number;
}

/**
 * The mean's interval at quantile `q`: all m with (mean - m)^2 <= q^2 V(m), where V(m) changes with m by
 * `step` as a Poisson variance does. The score interval of a Poisson mean (Rao 1948; Brown, Cai and
 * DasGupta 2003) where sampling is all the variance; mean -+ q sd where counts are large. Reaches up from
 * a mean of 0, where a row without samples still may have had some.
 */
export function endsAt(side: SideEstimate, q: number, ends: { low: number; high: number }): void {
  const shift = (q * q * side.step) / 2;
  const half = Math.sqrt(q * q * side.variance + shift * shift);
  ends.low = side.mean + shift - half;
  ends.high = side.mean + shift + half;
}
