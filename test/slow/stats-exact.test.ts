import { describe, expect, it } from 'vitest';
import { KINDS, simulateComparisons } from '../unit/stats/support/coverage.js';
import { exactKernel } from '../unit/stats/support/exact.js';
import { coverage, exactCases, WORLDS } from '../unit/stats/support/worlds.js';

const ROUNDS = 100;

/** Native against unpatched paravirt Linux 6.1, the exact counts of which are known. */
describe('independent draws from exact counts', () => {
  const kernel = exactKernel();

  it('are of all instructions', () => {
    const sum = (side: Float64Array) => side.reduce((a, b) => a + b, 0);
    // docs of the recordings: 1,968.0 M and 2,042.2 M
    expect(sum(kernel.shares.base)).toBeCloseTo(1, 12);
    expect(sum(kernel.shares.new)).toBeCloseTo(2042.232372 / 1968.003463, 6);
    expect(kernel.ops.length).toBeGreaterThan(20);
    expect(kernel.buckets.length).toBe(5);
  });

  it.each(exactCases().map((of) => [of.runs, of.world, of.samples] as const))(
    '%i runs a side, %s, %i samples: intervals hold the truth',
    (runs, name, samples) => {
      const outcome = simulateComparisons(kernel, { ...WORLDS[name], samples }, runs, ROUNDS, 31);
      for (const kind of KINDS) {
        const percent = coverage(outcome, kind);
        const all = outcome.covered[kind][1];
        if (percent === null) continue;
        // rows of one simulation hang together: sums and their parts; so they count as four
        const slack = 3 * Math.sqrt((93 * 7) / Math.min(all, 4 * ROUNDS));
        expect(percent, kind).toBeGreaterThanOrEqual(93 - slack);
        if (kind === 'op' || kind === 'function')
          expect(percent, kind).toBeLessThanOrEqual(97 + slack);
      }
      if (runs === 1) expect(outcome.covered.total[1]).toBe(0);
      else expect(outcome.covered.total[1]).toBe(ROUNDS);
    },
  );
});
