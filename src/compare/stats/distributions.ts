import jStat from 'jstat';

/** From here on Student's t is the normal distribution to more digits than are ever printed. */
const NORMAL_FROM = 1e6;

/** Of the normal distribution: by far the most asked for, so looked up once. */
const NORMAL_975 = jStat.normal.inv(0.975, 0, 1);

/** Quantiles at 0.975 that were asked for last: rows of one run a side share their degrees of freedom. */
const recent = new Map<number, number>();
const MOST_RECENT = 16;

/** Quantile of Student's t; `df` may be Infinity (normal) and need not be whole. */
export function tQuantile(probability: number, df: number): number {
  if (probability !== 0.975) {
    return df < NORMAL_FROM
      ? jStat.studentt.inv(probability, df)
      : jStat.normal.inv(probability, 0, 1);
  }
  if (!(df < NORMAL_FROM)) return NORMAL_975;
  const known = recent.get(df);
  if (known !== undefined) return known;
  const quantile = jStat.studentt.inv(probability, df);
  if (recent.size >= MOST_RECENT) recent.clear();
  recent.set(df, quantile);
  return quantile;
}

/** P(T > t) of the noncentral t, its mean shifted by `shift` of its standard normal part. */
export function noncentralTAbove(t: number, df: number, shift: number): number {
  return 1 - jStat.noncentralt.cdf(t, df, shift);
}

/**
 * P(|T| >= |t|) for Student's t: the incomplete beta function at df / (df + t^2) (Abramowitz & Stegun
 * 1964, 26.7.1). Taken directly, since 1 - cdf has no digits left far out.
 */
export function tTwoSided(t: number, df: number): number {
  if (t === 0) return 1;
  if (df >= NORMAL_FROM) return normalTwoSided(Math.abs(t));
  return jStat.ibeta(df / (df + t * t), df / 2, 0.5);
}

/**
 * jstat's erfc is 1 - erf and has no digits from 5 sd on; there Laplace's fraction has (A&S 26.2.14). It settles the sooner
 * the larger z is: 60 terms at 3, 9 at 24.
 */
function normalTwoSided(z: number): number {
  if (z < 3) return jStat.erfc(z / Math.SQRT2);
  let fraction = z;
  for (let term = Math.ceil(8 + 460 / (z * z)); term >= 1; term--) fraction = z + term / fraction;
  return (Math.sqrt(2 / Math.PI) * Math.exp((-z * z) / 2)) / fraction;
}

/** From here on Wilson and Hilferty's cube (1931) is right to seven digits. */
const MANY_DF = 1e4;

/** Quantile of chi-square; `df` need not be whole. */
export function chiSquareQuantile(probability: number, df: number): number {
  if (df < MANY_DF) return jStat.chisquare.inv(probability, df);
  const part = 2 / (9 * df);
  return df * (1 - part + jStat.normal.inv(probability, 0, 1) * Math.sqrt(part)) ** 3;
}

/** Derivative of log gamma: recurrence up to 6, then the asymptotic series (A&S 6.3.5, 6.3.18). */
export function digamma(x: number): number {
  let sum = 0;
  let at = x;
  for (; at < 6; at++) sum -= 1 / at;
  const i = 1 / (at * at);
  return sum + Math.log(at) - 0.5 / at - i * (1 / 12 - i * (1 / 120 - i * (1 / 252 - i / 240)));
}

/** Second derivative of log gamma: recurrence up to 6, then the asymptotic series (A&S 6.4.6, 6.4.12). */
export function trigamma(x: number): number {
  let sum = 0;
  let at = x;
  for (; at < 6; at++) sum += 1 / (at * at);
  const i = 1 / (at * at);
  return sum + 1 / at + i / 2 + (i / at) * (1 / 6 - i * (1 / 30 - i * (1 / 42 - i / 30)));
}

/** The x with trigamma(x) = y, by Newton on 1/trigamma, which is nearly a line (Smyth 2004, appendix). */
export function trigammaInverse(y: number): number {
  let x = 0.5 + 1 / y;
  for (let i = 0; i < 50; i++) {
    const t = trigamma(x);
    const step = (t * (1 - t / y)) / tetragamma(x);
    x += step;
    if (-step / x < 1e-9) break;
  }
  return x;
}

function tetragamma(x: number): number {
  let sum = 0;
  let at = x;
  for (; at < 6; at++) sum -= 2 / (at * at * at);
  const i = 1 / (at * at);
  return sum - i - i / at - i * i * (0.5 - i * (1 / 6 - i * (1 / 6 - 0.3 * i)));
}
