import type { FrameFacts } from '../paravirt/index.js';
import { bootOfRuns, type Profile } from '../profile/index.js';
import { countsByRow, sideBatches } from './batch-counts.js';
import { colouredByChance, type Coloured } from './noise-frames.js';
import { eachWeight, makeSide, type Side } from './side.js';
import {
  ALPHA,
  dispersion,
  MIN_SAMPLES,
  minimumDetectableEffect,
  runsNeeded,
  runSpread,
  samplesNeeded,
  sdInterval,
  varianceRatioInterval,
  weightDispersion,
  type Interval,
} from './stats/index.js';

/** What runs of one kernel say about how much they differ though nothing changed. */
export interface Noise {
  /** Of each run, numbered from 0. */
  boot: number[];
  boots: number;
  /** Mean over boots, in the event's unit. */
  mean: number;
  /** Standard deviation of the total between boots, in percent; null under two boots, or where all agree exactly. */
  spread: { percent: number; interval: Interval; df: number } | null;
  /** Whether the boots' totals are the same number. */
  equal: boolean;
  /** null where the samples' order is not known or there are too few. */
  within: WithinNoise | null;
  /** With enough samples for a verdict. */
  functions: number;
  frames: Coloured;
  /** Least change of the total that as many boots a side would show, in percent; null without a spread. */
  detectable: { percent: number; interval: Interval; runs: number } | null;
}

export interface WithinNoise {
  /** Variance of the runs' rows against that of independent samples, at least 1. */
  dispersion: number;
  interval: Interval;
  df: number;
  /** Pairs of batches behind it. */
  pairs: number;
  /** What unequal periods multiply it by; 1 where all samples weigh the same. */
  weights: number;
}

/** Finds the noise of one kernel's runs of one event. */
export function noiseOf(profile: Profile, facts: FrameFacts, event: string): Noise {
  const side = makeSide(profile, facts, event);
  const boot = bootOfRuns(profile.runs);
  const boots = new Set(boot).size;
  const totals = meansByBoot(
    side.columns.map((column) => column?.total ?? 0),
    boot,
  );
  const { mean, percent, df } = runSpread(totals);
  const equal = boots >= 2 && totals.every((total) => total === totals[0]);
  const spread =
    percent === null || equal ? null : { percent, interval: sdInterval(percent, df), df };
  const rows = functionRows(side);
  const effect = (sd: number) => minimumDetectableEffect(sd, boots) ?? 0;
  return {
    boot,
    boots,
    mean,
    spread,
    equal,
    within: withinRuns(side, rows),
    functions: testedFunctions(side, rows),
    frames: colouredByChance(profile, facts, event, boot),
    detectable:
      spread === null
        ? null
        : {
            percent: effect(spread.percent),
            interval: [effect(spread.interval[0]), effect(spread.interval[1])],
            runs: boots,
          },
  };
}

/** What a budget would take to be decided. */
export interface BudgetNeeds {
  limit: number;
  /** Boots a side for the total; ends for the ends of the spread's interval; null above a thousand. */
  boots: { needed: number | null; interval: [number | null, number | null] } | null;
  /**
   * Samples a side, all runs together, for an op of this size that only new has, as far as sampling goes:
   * alone, and as one row among the functions of these recordings. null where the limit is 0.
   */
  samples: { alone: number; among: number; rows: number } | null;
}

/** How many boots and samples a budget takes, of kernels as noisy as this one. */
export function budgetNeeds(noise: Noise, limit: number): BudgetNeeds {
  const { spread, within, functions } = noise;
  const boots = (sd: number) => (limit > 0 ? runsNeeded(limit, sd) : null);
  const shares = { base: 0, new: limit / 100 };
  const phi = (within?.dispersion ?? 1) * (within?.weights ?? 1);
  const rows = Math.max(1, functions);
  return {
    limit,
    boots:
      spread === null
        ? null
        : {
            needed: boots(spread.percent),
            interval: [boots(spread.interval[0]), boots(spread.interval[1])],
          },
    samples:
      limit > 0 && limit < 100
        ? {
            alone: samplesNeeded(shares, phi),
            among: samplesNeeded(shares, phi, ALPHA / rows),
            rows,
          }
        : null,
  };
}

/** Runs of one boot are one repetition: their mean. */
function meansByBoot(values: readonly number[], boot: readonly number[]): number[] {
  const sums: { sum: number; n: number }[] = [];
  values.forEach((value, run) => {
    const of = (sums[boot[run] ?? run] ??= { sum: 0, n: 0 });
    of.sum += value;
    of.n++;
  });
  return sums.map(({ sum, n }) => sum / n);
}

/** Each stack node's function (the innermost frame's, by canonical name). */
function functionRows({ profile, facts }: Side): { of: Int32Array; count: number } {
  const { stacks, frames } = profile;
  const ids = new Map<string, number>();
  const idOf = (name: string) => {
    const id = ids.get(name) ?? ids.size;
    ids.set(name, id);
    return id;
  };
  // by frame: they are far fewer than nodes, and a name is made of two texts
  const ofFrame = new Int32Array(frames.size).fill(-1);
  const of = new Int32Array(stacks.size);
  for (let node = 0; node < stacks.size; node++) {
    const frame = stacks.key(node);
    const known = ofFrame[frame] ?? -1;
    of[node] =
      known >= 0 ? known : idOf(frame < 0 ? '' : `${facts.name[frame]}\0${facts.dso[frame]}`);
    if (frame >= 0) ofFrame[frame] = of[node] ?? -1;
  }
  return { of, count: ids.size };
}

function withinRuns(side: Side, rows: { of: Int32Array; count: number }): WithinNoise | null {
  const batches = sideBatches(side);
  if (batches === undefined) return null;
  const found = dispersion(countsByRow(batches, [rows]));
  if (found.pairs === 0) return null;
  const all = { value: 0, squares: 0, samples: 0 };
  for (const column of side.columns) {
    all.value += column?.total ?? 0;
    all.squares += column?.squares ?? 0;
    all.samples += column?.samples ?? 0;
  }
  const [low, high] = varianceRatioInterval(found.pooled, found.df);
  return {
    dispersion: found.pooled,
    interval: [Math.max(1, low), Math.max(1, high)],
    df: found.df,
    pairs: found.pairs,
    weights: weightDispersion(all),
  };
}

/** Functions with enough samples for a verdict. */
function testedFunctions(side: Side, rows: { of: Int32Array; count: number }): number {
  const samples = new Float64Array(rows.count);
  eachWeight(side, (_run, node, _weight, n) => {
    const row = rows.of[node] ?? 0;
    samples[row] = (samples[row] ?? 0) + n;
  });
  return samples.filter((n) => n >= MIN_SAMPLES).length;
}
