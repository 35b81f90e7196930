import { describe, expect, it } from 'vitest';
import { findSpread, spreadOfOps, type RowPair } from '../../../src/compare/stats/index.js';

/** Rows of three runs, each with so many samples of weight 1, that spread by so many standard deviations of sampling. */
function rows(count: number, samples: number, spread: number): RowPair[] {
  return Array.from({ length: count }, (_, i) => {
    // in no order that repeats with the rows
    const side = (turn: number) => {
      const angle = 2.4 * (3 * i + turn);
      const runs = [0, 1, 2].map(
        (run) =>
          samples + spread * Math.sqrt(2 * samples) * Math.cos(angle + (run * 2 * Math.PI) / 3),
      );
      return { runs, samples: 3 * samples };
    };
    return { base: side(0), new: side(1) };
  });
}

describe('spreadOfOps', () => {
  const totals = { base: 1e6, new: 1e6 };
  const spread = findSpread(rows(60, 400, 1), totals);

  it('is what functions say where ops spread no more', () => {
    expect(spreadOfOps(spread, rows(5, 400, 1 / 2), totals)).toBe(spread);
    expect(spreadOfOps(spread, [], totals)).toBe(spread);
  });

  it('is raised to what ops show together, and is then as certain as they are', () => {
    const ops = spreadOfOps(spread, rows(5, 400, 3), totals);
    expect(ops.dispersion / spread.dispersion).toBeCloseTo(9, 0);
    // five ops, two sides, three runs each
    expect(ops.dfDispersion).toBe(20);
    expect(ops.dfRelative).toBeLessThanOrEqual(20);
  });

  it('does not ask ops of too few samples', () => {
    expect(spreadOfOps(spread, rows(5, 4, 3), totals)).toBe(spread);
  });
});
