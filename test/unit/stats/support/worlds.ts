import { type Kind, type Outcome, simulateComparisons } from './coverage.js';
import { type Kernel, makeKernel } from './kernel.js';
import { QUIET, type World } from './simulate.js';

/** A total needs some spread to have an interval at all; a counter repeats to about this much. */
const COUNTER = 1e-4;
const BOOTS = { runSpread: 0.01, rowSpread: 0.03 };

export const WORLDS = {
  'sampling only': { ...QUIET, runSpread: COUNTER },
  correlated: { ...QUIET, runSpread: COUNTER, cluster: 2 },
  'run spread': { ...QUIET, ...BOOTS },
  'run spread, correlated': { ...QUIET, ...BOOTS, cluster: 2 },
  'unlike rows': { ...QUIET, ...BOOTS, cluster: 2, unlike: 0.7 },
  phases: { ...QUIET, runSpread: COUNTER, phases: 8 },
  'phases, correlated': { ...QUIET, runSpread: COUNTER, phases: 8, cluster: 2 },
} satisfies Record<string, Omit<World, 'samples'>>;
export type WorldName = keyof typeof WORLDS;

const GROWING = [2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02];
const STEADY = [1e-4, 5e-4, 1e-3, 5e-3, 0.01];
/** Ops of every size; in base half of them are absent or half as large. */
export const BACKGROUND = [
  // Every other op is new: base has none of it.
  ...GROWING.map((share, i) => ({
    base: i % 2 === 0 ? 0 : share / 2,
    new: share,
    paths: 5 + 2 * i,
  })),
  ...STEADY.map((share, i) => ({ base: share, new: share, paths: 5 + 2 * i })),
];

export const KERNELS = {
  changed: makeKernel({ functions: 150, growth: 0.05, ops: BACKGROUND }),
  apart: makeKernel({ functions: 150, growth: 0.05, ops: BACKGROUND, apart: true }),
  same: makeKernel({
    functions: 150,
    growth: 0,
    ops: BACKGROUND.map((op) => ({ ...op, base: op.new })),
  }),
} satisfies Record<string, Kernel>;

export const RUNS = [3, 5, 10] as const;
export const SAMPLES = [2_000, 20_000, 200_000] as const;

/** Percent of intervals that hold the truth; null where there was nothing to count. */
export function coverage(outcome: Outcome, kind: Kind): number | null {
  const [covered, all] = outcome.covered[kind];
  return all === 0 ? null : (100 * covered) / all;
}

export interface Case {
  runs: number;
  world: WorldName;
  samples: number;
}

/** What the tables and the slow tests go through. */
export function cases(): Case[] {
  const over: WorldName[] = [
    'sampling only',
    'correlated',
    'run spread',
    'run spread, correlated',
    'unlike rows',
  ];
  const within: WorldName[] = ['sampling only', 'correlated', 'phases', 'phases, correlated'];
  const list = (runs: number, worlds: WorldName[]) =>
    worlds.flatMap((world) => SAMPLES.map((samples) => ({ runs, world, samples })));
  return [...RUNS.flatMap((runs) => list(runs, over)), ...list(1, within)];
}

/** The same for draws from the exact counts of real kernels. */
export function exactCases(): Case[] {
  const worlds: WorldName[] = ['sampling only', 'correlated', 'run spread'];
  return [1, 3, 5].flatMap((runs) =>
    worlds
      .filter((world) => runs > 1 || world !== 'run spread')
      .flatMap((world) => [5_000, 50_000].map((samples) => ({ runs, world, samples }))),
  );
}

export function simulateCase(kernel: Kernel, of: Case, rounds: number, seed: number): Outcome {
  const world = { ...WORLDS[of.world], samples: of.samples };
  return simulateComparisons(kernel, world, of.runs, rounds, seed);
}
