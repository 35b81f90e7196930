import { describe, expect, it } from 'vitest';
import { firstChanges, type Comparison } from '../../src/compare/index.js';
import { seeded } from '../unit/stats/support/random.js';
import { rowSide, rowSpreads, simulateRun } from '../unit/stats/support/simulate.js';
import { KERNELS, WORLDS } from '../unit/stats/support/worlds.js';

const ROUNDS = 200;
const STEPS = 6;

describe('a series of one and the same kernel', () => {
  it.each([
    [3, 'sampling only'],
    [3, 'run spread, correlated'],
    [5, 'run spread'],
  ] as const)('%i boots a step, %s: five percent of cases find a first change', (runs, name) => {
    const random = seeded(61);
    const kernel = KERNELS.same;
    const world = { ...WORLDS[name], samples: 20_000 };
    const all = [...kernel.shares.base.keys()];
    let any = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const spreads = rowSpreads(random, all.length, world);
      const kernels = Array.from({ length: STEPS }, () =>
        Array.from({ length: runs }, () =>
          simulateRun(random, kernel.shares.base, kernel.shares.group, world, spreads),
        ),
      );
      const side = (step: number, rows: readonly number[]) => {
        const { runs: values, samples } = rowSide(kernels[step] ?? [], rows);
        return { runs: Float64Array.from(values), samples };
      };
      const steps = kernels.slice(1).map((_, i) => {
        const row = (rows: readonly number[]) => ({
          base: side(i, rows),
          new: side(i + 1, rows),
        });
        return {
          findings: { basis: 'runs' },
          total: row(all),
          functions: kernel.functions.map(row),
          ops: kernel.ops.map((rows, op) => ({ op: String(op), sites: 0, ...row(rows) })),
        } as unknown as Comparison;
      });
      if (firstChanges(steps).length > 0) any++;
    }
    // 5 % and three standard errors
    expect((100 * any) / ROUNDS).toBeLessThanOrEqual(5 + 300 * Math.sqrt(0.05 / ROUNDS) * 0.7);
  });
});
