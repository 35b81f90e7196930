import { describe, expect, it } from 'vitest';
import { simulateFixes } from '../unit/stats/support/fix.js';
import { FIX_WORLDS, SHARES } from '../unit/stats/support/fix-tables.js';
import { KERNELS, RUNS, SAMPLES, WORLDS } from '../unit/stats/support/worlds.js';

const ROUNDS = 120;

describe('the interval of the recovered share holds the truth', () => {
  const cases = RUNS.flatMap((runs) =>
    FIX_WORLDS.flatMap((world) => SAMPLES.map((samples) => [runs, world, samples] as const)),
  );
  it.each(cases)('%i runs a profile, %s, %i samples', (runs, name, samples) => {
    for (const share of SHARES) {
      const world = { ...WORLDS[name], samples };
      const found = simulateFixes(KERNELS.changed, world, { runs, share }, ROUNDS / 4, 43);
      for (const kind of ['total', 'op', 'function'] as const) {
        const [held, all] = found[kind];
        if (all < 20) continue;
        // rows of one simulation hang together: they count as four
        const slack = 3.5 * Math.sqrt((93 * 7) / Math.min(all, ROUNDS));
        expect((100 * held) / all, `${kind}, ${share}`).toBeGreaterThanOrEqual(93 - slack);
      }
      // without spread between runs every total's overhead is beyond noise
      if (!name.startsWith('run')) expect(found.total[1]).toBe(ROUNDS / 4);
    }
  });
});
