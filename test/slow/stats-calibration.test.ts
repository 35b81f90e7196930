import { describe, expect, it } from 'vitest';
import { KINDS } from '../unit/stats/support/coverage.js';
import { findPlanted, PLANTED } from '../unit/stats/support/power.js';
import {
  type Case,
  cases,
  coverage,
  KERNELS,
  simulateCase,
  WORLDS,
} from '../unit/stats/support/worlds.js';

/** A part of `node bench/calibration.mjs`, whose whole tables are in docs/statistics.md. */
const ROUNDS = 100;
const name = (of: Case) => `${of.runs} runs a side, ${of.world}, ${of.samples} samples`;

/** Percent from 93 to 97, give or take three standard errors of what a few simulations count. */
describe('95 % intervals hold the truth', () => {
  const totals = new Map<number, [number, number]>();

  it.each(cases().map((of) => [name(of), of] as const))('%s', (_, of) => {
    const outcome = simulateCase(KERNELS.changed, of, ROUNDS, 21);
    for (const kind of KINDS) {
      const percent = coverage(outcome, kind);
      const all = outcome.covered[kind][1];
      // A hundred totals, or a handful of small rows, say too little by themselves.
      if (percent === null || kind === 'total' || all < 500) continue;
      const slack = 3 * Math.sqrt((93 * 7) / all);
      expect(percent, kind).toBeGreaterThanOrEqual(93 - slack);
      // Small rows may cover more, and buckets do (docs/statistics.md).
      if (kind.endsWith('<20') || kind === 'bucket') continue;
      expect(percent, kind).toBeLessThanOrEqual(97 + slack);
    }
    const sums = totals.get(of.runs) ?? [0, 0];
    totals.set(of.runs, [sums[0] + outcome.covered.total[0], sums[1] + outcome.covered.total[1]]);
  });

  it('of totals too', () => {
    expect(totals.size).toBe(4);
    for (const [runs, [covered, all]] of totals) {
      // One run a side has no interval on the total.
      if (runs === 1) expect(all).toBe(0);
      else expect(covered / all).toBeGreaterThan(0.93);
      if (runs > 1) expect(covered / all).toBeLessThan(0.97);
    }
  });
});

describe('a kernel against itself', () => {
  it.each([1, 3, 5, 10])('%i runs a side find something in 5 %% of cases', (runs) => {
    let [found, rounds] = [0, 0];
    for (const of of cases().filter((one) => one.runs === runs && one.samples < 100_000)) {
      const outcome = simulateCase(KERNELS.same, of, ROUNDS / 2, 22);
      found += outcome.any.either;
      rounds += outcome.rounds;
    }
    expect(found / rounds).toBeLessThanOrEqual(0.05);
  });
});

describe('a planted pv op', () => {
  it.each([
    [1, 20_000, [85, 99, 100, 100]],
    [3, 20_000, [90, 95, 95, 95]],
    [5, 2_000, [15, 70, 98, 100]],
  ] as const)('is found as an op by %i runs a side of %i samples', (runs, samples, least) => {
    const world = { ...WORLDS['sampling only'], samples };
    PLANTED.forEach((planted, i) => {
      const found = findPlanted(planted, world, runs, 60, 23);
      expect(found.op, `${planted.share}`).toBeGreaterThanOrEqual(least[i] ?? 0);
      // No path by itself has more than a few samples.
      if (planted.share < 0.005) expect(found.path).toBeLessThan(20);
    });
  });
});
