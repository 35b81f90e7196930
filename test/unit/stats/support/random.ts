/** Random numbers for simulations: the same seed gives the same numbers everywhere. */
export type Random = () => number;

/** sfc32 (Doty-Humphrey, PractRand 2010), started as its author does; uniform in [0, 1). */
export function seeded(seed: number): Random {
  let [a, b, c, counter] = [0, seed | 0, (seed / 2 ** 32) | 0, 1];
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}

/** Standard normal, polar method (Marsaglia and Bray 1964). */
export function normal(random: Random): number {
  for (;;) {
    const u = 2 * random() - 1;
    const v = 2 * random() - 1;
    const s = u * u + v * v;
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
  }
}

/** Lognormal with mean 1 and the given coefficient of variation. */
export function spreadFactor(random: Random, variation: number): number {
  if (variation === 0) return 1;
  const s2 = Math.log(1 + variation * variation);
  return Math.exp(Math.sqrt(s2) * normal(random) - s2 / 2);
}

/** Gamma with scale 1 (Marsaglia and Tsang 2000). */
export function gamma(random: Random, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * random() ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Poisson: products of uniforms under 10, then transformed rejection (Hörmann 1993, PTRS). */
export function poisson(random: Random, mean: number): number {
  if (mean < 10) {
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = random(); product > limit; product *= random()) count++;
    return count;
  }
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const vr = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = random() - 0.5;
    const v = 1 - random();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= vr) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const log = Math.log((v * inverseAlpha) / (a / (us * us) + b));
    if (log <= k * Math.log(mean) - mean - logFactorial(k)) return k;
  }
}

/**
 * Samples that come in clusters: Poisson many, of geometric size with the given mean. Variance over mean
 * is 2 * cluster - 1; 1 is Poisson. Geometric sums by the gamma mixture of Poisson.
 */
export function clustered(random: Random, mean: number, cluster: number): number {
  const clusters = poisson(random, mean / cluster);
  if (cluster <= 1 || clusters === 0) return clusters;
  return clusters + poisson(random, gamma(random, clusters) * (cluster - 1));
}

const FACTORIALS = Float64Array.from({ length: 128 }, () => 0);
for (let i = 2; i < 128; i++) FACTORIALS[i] = (FACTORIALS[i - 1] ?? 0) + Math.log(i);

/** Log of k!, by Stirling's series above the table. */
function logFactorial(k: number): number {
  if (k < 128) return FACTORIALS[k] ?? 0;
  return (
    (k + 0.5) * Math.log(k) - k + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * k) - 1 / (360 * k ** 3)
  );
}
