import { KINDS, simulateComparisons } from './coverage.js';
import { makeKernel } from './kernel.js';
import { QUIET, type World } from './simulate.js';

export const WORLDS: readonly { name: string; world: Omit<World, 'samples'> }[] = [
  { name: 'sampling only', world: { ...QUIET, runSpread: 1e-4 } },
  { name: 'clustered', world: { ...QUIET, runSpread: 1e-4, cluster: 2 } },
  { name: 'spread', world: { ...QUIET, runSpread: 0.01, rowSpread: 0.03 } },
  { name: 'spread, clustered', world: { ...QUIET, runSpread: 0.01, rowSpread: 0.03, cluster: 2 } },
  {
    name: 'unlike rows',
    world: { ...QUIET, runSpread: 0.01, rowSpread: 0.03, unlike: 0.7, cluster: 2 },
  },
];
const ops = [
  ...[0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02].map(
    (share, i) => ({ base: i % 2 === 0 ? 0 : share / 2, new: share, paths: 5 + 2 * i }),
  ),
  ...[0.0001, 0.0005, 0.001, 0.005, 0.01].map((share, i) => ({
    base: share,
    new: share,
    paths: 5 + 2 * i,
  })),
];
export const KERNEL = makeKernel({ functions: 150, growth: 0.05, ops });
export const SAME = makeKernel({
  functions: 150,
  growth: 0,
  ops: ops.map((o) => ({ ...o, base: o.new })),
});

export function* coverageTable(rounds: number): Generator<string> {
  for (const runs of [1, 3, 5, 10])
    for (const { name, world } of WORLDS)
      for (const samples of [2000, 20000, 200000]) {
        const o = simulateComparisons(KERNEL, { ...world, samples }, runs, rounds, 1);
        const a = simulateComparisons(SAME, { ...world, samples }, runs, rounds, 2);
        const share = KINDS.map((k) =>
          o.covered[k][1] === 0
            ? '    -'
            : ((100 * o.covered[k][0]) / o.covered[k][1]).toFixed(1).padStart(5),
        );
        yield [
          String(runs).padEnd(3),
          name.padEnd(18),
          String(samples).padStart(6),
          ...share,
          '|',
          a.any.op,
          a.any.function,
          a.any.either,
        ].join('  ');
      }
}
