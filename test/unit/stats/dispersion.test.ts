import { describe, expect, it } from 'vitest';
import { dispersion, weightDispersion } from '../../../src/compare/stats/index.js';
import { countsOf } from './support/counts.js';
import { seeded } from './support/random.js';
import { simulatePair } from './support/simulate.js';
import { KERNELS, WORLDS, type WorldName } from './support/worlds.js';

function batchesOf(world: WorldName, samples = 20_000) {
  const pair = simulatePair(seeded(6), KERNELS.same.shares, { ...WORLDS[world], samples }, 1);
  return pair.base[0]?.batches ?? [];
}

describe('dispersion', () => {
  it('is 1 for independent samples', () => {
    expect(dispersion(countsOf(batchesOf('sampling only'))).pooled).toBeLessThan(1.15);
  });

  it('finds correlation between neighbouring samples', () => {
    const { pooled, rows } = dispersion(countsOf(batchesOf('correlated')));
    expect(pooled).toBeGreaterThan(2.6);
    expect(pooled).toBeLessThan(3.5);
    expect(rows.phi.every((row) => row >= 1 && row < 6)).toBe(true);
  });

  it('does not take the work’s phases for noise', () => {
    expect(dispersion(countsOf(batchesOf('phases'))).pooled).toBeLessThan(1.6);
  });

  it('gives a bursty row more than its neighbours', () => {
    const batches = batchesOf('sampling only', 200_000);
    const bursty = batches[0] ?? [];
    bursty.forEach((count, i) => (bursty[i] = i % 2 === 0 ? count * 1.3 : count * 0.7));
    const { pooled, rows } = dispersion(countsOf(batches));
    expect(rows.phi[0]).toBeGreaterThan(2 * pooled);
    expect(rows.phi[20]).toBeLessThan(2 * pooled);
  });

  it('says 1 of 0 pairs where there is too little', () => {
    expect(dispersion(countsOf([]))).toMatchObject({ pooled: 1, pairs: 0 });
    expect(dispersion(countsOf([[5, 5]]))).toMatchObject({ pooled: 1, pairs: 0 });
    expect(dispersion(countsOf([[0, 0, 0, 0, 0, 0, 0]]))).toMatchObject({ pooled: 1, pairs: 0 });
  });
});

describe('weightDispersion', () => {
  it('is 1 for equal periods and grows with their spread', () => {
    expect(weightDispersion({ value: 30, squares: 300, samples: 3 })).toBe(1);
    expect(weightDispersion({ value: 30, squares: 500, samples: 3 })).toBeCloseTo(5 / 3, 12);
    expect(weightDispersion({ value: 0, squares: 0, samples: 0 })).toBe(1);
  });
});
