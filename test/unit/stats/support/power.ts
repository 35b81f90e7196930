import {
  benjaminiHochberg,
  changeOfRuns,
  changeWithinRuns,
} from '../../../../src/compare/stats/index.js';
import { tQuantile, tTwoSided } from '../../../../src/compare/stats/distributions.js';
import { discovered, testSimulated } from './coverage.js';
import { type Kernel, makeKernel } from './kernel.js';
import { seeded } from './random.js';
import { rowPair, type SimulatedPair, simulatePair, type World } from './simulate.js';
import { BACKGROUND } from './worlds.js';

export interface Planted {
  /** Share of new's total; base has none. */
  share: number;
  paths: number;
}

export const PLANTED: readonly Planted[] = [
  { share: 0.001, paths: 10 },
  { share: 0.002, paths: 25 },
  { share: 0.005, paths: 50 },
  { share: 0.01, paths: 100 },
];

export interface Found {
  /** Percent of simulations that find the op at op level. */
  op: number;
  /** The same for a normal test that knows the variance. */
  ideal: number;
  /** Percent that find any of its paths, were every path tested by itself. */
  path: number;
}

/** How often a pv op that new alone has is found. */
export function findPlanted(
  planted: Planted,
  world: World,
  runs: number,
  rounds: number,
  seed: number,
): Found {
  const ops = BACKGROUND.map((op) => ({ ...op, base: op.new }));
  const kernel = makeKernel({
    functions: 150,
    growth: 0,
    ops: [...ops, { base: 0, new: planted.share, paths: planted.paths }],
  });
  const random = seeded(seed);
  let [op, path] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    const pair = simulatePair(random, kernel.shares, world, runs);
    if (discovered(testSimulated(kernel, pair).ops).includes(kernel.ops.length - 1)) op++;
    if (anyPath(kernel, pair)) path++;
  }
  const tested = kernel.ops.filter(
    (rows) =>
      rows.reduce((n, row) => n + 2 * (kernel.shares.new[row] ?? 0), 0) * world.samples * runs >=
      10,
  ).length;
  return {
    op: (100 * op) / rounds,
    ideal: 100 * idealPower(planted, world, runs, tested),
    path: (100 * path) / rounds,
  };
}

/** P(a normal statistic with the true variance passes Benjamini-Hochberg's first step in half a family). */
function idealPower({ share }: Planted, world: World, runs: number, tested: number): number {
  const samples = share * world.samples * runs;
  const relative = Math.sqrt(
    (2 * world.cluster - 1) / samples + (world.rowSpread ** 2 + world.runSpread ** 2) / runs,
  );
  const limit = tQuantile(1 - 0.05 / 2 / tested / 2, Infinity);
  const beyond = 1 / relative - limit;
  const tail = tTwoSided(beyond, Infinity) / 2;
  return beyond > 0 ? 1 - tail : tail;
}

/** Every path by itself, as a tool without op rows would test them. */
function anyPath(kernel: Kernel, pair: SimulatedPair): boolean {
  const of = [...kernel.shares.base.keys()].map((row) => rowPair(pair, [row]));
  const total = (runs: SimulatedPair['base']) =>
    runs.reduce((sum, run) => sum + run.total, 0) / runs.length;
  const totals = { base: total(pair.base), new: total(pair.new) };
  const p = of.map((row, i) => {
    if (pair.base.length > 1) return changeOfRuns(row.base, row.new, totals).p;
    const side = (runs: SimulatedPair['base']) => ({
      value: runs[0]?.values[i] ?? 0,
      samples: runs[0]?.counts[i] ?? 0,
      total: { value: runs[0]?.total ?? 0, samples: runs[0]?.samples ?? 0 },
    });
    return changeWithinRuns(side(pair.base), side(pair.new)).p;
  });
  const q = benjaminiHochberg(p);
  const rows = kernel.ops.at(-1) ?? [];
  return rows.some((row) => (q[row] ?? 1) <= 0.05);
}
