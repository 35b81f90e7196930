import { describe, expect, it } from 'vitest';
import {
  digamma,
  tQuantile,
  trigamma,
  trigammaInverse,
  tTwoSided,
} from '../../../src/compare/stats/distributions.js';
import { gamma, normal, poisson, seeded } from './support/random.js';

describe('distributions', () => {
  it('agree with scipy', () => {
    expect(tQuantile(0.975, 2.2)).toBeCloseTo(3.94872075, 7);
    expect(tQuantile(0.975, Infinity)).toBeCloseTo(1.95996398, 7);
    expect(tTwoSided(12, 4)).toBeCloseTo(0.000276428548, 10);
    expect(tTwoSided(40, 100) / 2.462107602e-63).toBeCloseTo(1, 6);
    expect(tTwoSided(-5, Infinity) / 5.733031437e-7).toBeCloseTo(1, 6);
    expect(tTwoSided(20, Infinity) / 5.507248237e-89).toBeCloseTo(1, 6);
    expect(tTwoSided(3, Infinity) / tTwoSided(3 - 1e-12, Infinity)).toBeCloseTo(1, 9);
    expect(digamma(1)).toBeCloseTo(-0.5772156649, 9);
    expect(trigamma(1)).toBeCloseTo(Math.PI ** 2 / 6, 9);
  });

  it('invert trigamma', () => {
    for (const x of [0.05, 0.5, 1, 3, 40]) expect(trigammaInverse(trigamma(x))).toBeCloseTo(x, 6);
  });
});

describe('random numbers of the simulations', () => {
  const moments = (draw: () => number, n = 100_000) => {
    const values = Array.from({ length: n }, draw);
    const mean = values.reduce((a, b) => a + b, 0) / n;
    return { mean, variance: values.reduce((a, b) => a + (b - mean) ** 2, 0) / n };
  };

  it('repeat with their seed', () => {
    const five = (seed: number) => Array.from({ length: 5 }, seeded(seed));
    expect(five(1)).toEqual(five(1));
    expect(five(1)).not.toEqual(five(2));
  });

  it.each([0.3, 5, 12, 150, 5000])('poisson(%d) has its mean as variance', (mean) => {
    const random = seeded(3);
    const of = moments(() => poisson(random, mean));
    expect(of.mean / mean).toBeCloseTo(1, 1);
    expect(of.variance / mean).toBeCloseTo(1, 1);
  });

  it('normal and gamma have their moments', () => {
    const random = seeded(4);
    expect(moments(() => normal(random)).variance).toBeCloseTo(1, 1);
    for (const shape of [0.5, 3])
      expect(moments(() => gamma(random, shape)).variance / shape).toBeCloseTo(1, 1);
  });
});
