import {
  estimateOfTotals,
  recoveredShare,
  type Interval,
} from '../../../../src/compare/stats/index.js';
import { recoveredOfRows } from '../../../../src/compare/recovered.js';
import type { Kernel } from './kernel.js';
import { seeded } from './random.js';
import { rowSide, rowSpreads, simulateRun, type SimulatedRun, type World } from './simulate.js';

export interface FixOutcome {
  /** Intervals that hold the true share, and all. */
  total: [number, number];
  op: [number, number];
  function: [number, number];
  rounds: number;
}

/** A fix that wins back `share` of what every op costs more, and of the functions' growth. */
export function simulateFixes(
  kernel: Kernel,
  world: World,
  { runs, share }: { runs: number; share: number },
  rounds: number,
  seed: number,
): FixOutcome {
  const random = seeded(seed);
  const outcome: FixOutcome = { total: [0, 0], op: [0, 0], function: [0, 0], rounds };
  const native = kernel.shares.base;
  const before = kernel.shares.new;
  // an op that native has none of cannot fall below nothing
  const after = before.map((value, row) =>
    Math.max(0, value - share * (value - (native[row] ?? 0))),
  );
  const all = [...native.keys()];
  const note = (
    kind: 'total' | 'op' | 'function',
    rows: readonly number[],
    interval: Interval | null,
  ) => {
    if (interval === null) return;
    const sum = (of: Float64Array) => rows.reduce((total, row) => total + (of[row] ?? 0), 0);
    const truth = (sum(before) - sum(after)) / (sum(before) - sum(native));
    outcome[kind][1]++;
    if (interval[0] <= truth && truth <= interval[1]) outcome[kind][0]++;
  };
  for (let round = 0; round < rounds; round++) {
    const spreads = rowSpreads(random, native.length, world);
    const side = (of: Float64Array) =>
      Array.from({ length: runs }, () =>
        simulateRun(random, of, kernel.shares.group, world, spreads),
      );
    const [n, b, a] = [side(native), side(before), side(after)];
    note(
      'total',
      all,
      recoveredShare({
        native: estimateOfTotals(totals(n)),
        before: estimateOfTotals(totals(b)),
        after: estimateOfTotals(totals(a)),
      }).interval,
    );
    const comparisons = {
      nativeBefore: weighed(kernel, n, b, all),
      nativeAfter: weighed(kernel, n, a, all),
    };
    for (const kind of ['op', 'function'] as const) {
      const of = recoveredOfRows(comparisons, `${kind}s`);
      for (const rows of kernel[`${kind}s`]) {
        // the true overhead, not the one that was drawn, decides what is counted
        const overhead = rows.reduce((sum, r) => sum + (before[r] ?? 0) - (native[r] ?? 0), 0);
        if (overhead * world.samples * runs < 100) continue;
        const { interval } = of({
          native: measured(n, rows),
          before: measured(b, rows),
          after: measured(a, rows),
        });
        note(kind, rows, interval === null ? null : [interval[0] / 100, interval[1] / 100]);
      }
    }
  }
  return outcome;
}

function totals(runs: readonly SimulatedRun[]): number[] {
  return runs.map((run) => run.total);
}

function measured(runs: readonly SimulatedRun[], rows: readonly number[]) {
  const side = rowSide(runs, rows);
  return { runs: Float64Array.from(side.runs), samples: side.samples };
}

function weighed(
  kernel: Kernel,
  base: readonly SimulatedRun[],
  other: readonly SimulatedRun[],
  all: readonly number[],
) {
  const row = (rows: readonly number[]) => ({
    base: measured(base, rows),
    new: measured(other, rows),
  });
  return { total: row(all), functions: kernel.functions.map(row), ops: kernel.ops.map(row) };
}

/** Percent, with one decimal; "-" of too few to say. */
export function percentOf([held, all]: [number, number]): string {
  return all < 200 ? '-' : ((100 * held) / all).toFixed(1);
}
