import { ExitStatus, UserError } from '../errors.js';
import { eachWeight, type Side } from './side.js';
import { mean } from './tally.js';

export type NormalizeMode = 'none' | 'total' | 'work' | 'user';

export interface NormalizeOptions {
  mode: NormalizeMode;
  /** Units of work done: one number, or one a run. */
  baseWork: readonly number[];
  newWork: readonly number[];
}

export interface Normalization {
  mode: NormalizeMode;
  /** What new's weights were multiplied by: the mean over its runs. Base's runs are scaled to their own mean. */
  factor: number;
}

/** Scales the sides' factors so that their weights are comparable; changes nothing with mode `none`. */
export function normalize(base: Side, other: Side, options: NormalizeOptions): Normalization {
  switch (options.mode) {
    case 'none':
      return { mode: 'none', factor: 1 };
    case 'total':
    case 'user':
      return byYardstick(base, other, options.mode);
    case 'work':
      return byWork(base, other, options);
  }
}

/**
 * Every run is scaled to the base runs' mean of what it measured itself. By run, since that is as noisy as any other
 * row: a common factor would hide its noise from the spread between runs, and from every interval.
 */
function byYardstick(base: Side, other: Side, mode: 'total' | 'user'): Normalization {
  const [ofBase, ofNew] = [base, other].map((side) => {
    const sums = sumsOf(side, mode === 'user');
    const empty = sums.findIndex((sum) => sum <= 0);
    if (empty < 0) return sums;
    throw new UserError(
      `--normalize ${mode}: ${mode === 'user' ? 'user-space weight' : 'total weight'} is 0 in ` +
        `${side.profile.runs[empty]?.path ?? `run ${empty + 1}`}; choose another normalisation`,
      ExitStatus.usage,
    );
  });
  return { mode, factor: scaleTo(base, other, ofBase ?? [], ofNew ?? []) };
}

/** Every run is scaled to the mean work of the base runs. */
function byWork(base: Side, other: Side, options: NormalizeOptions): Normalization {
  const ofBase = spread(options.baseWork, base, '--base-work');
  const ofNew = spread(options.newWork, other, '--new-work');
  return { mode: 'work', factor: scaleTo(base, other, ofBase, ofNew) };
}

/** Scales every run to the base runs' mean; the mean of new's factors. */
function scaleTo(
  base: Side,
  other: Side,
  ofBase: readonly number[],
  ofNew: readonly number[],
): number {
  const reference = mean({ runs: ofBase });
  const scales = ofNew.map((own) => reference / own);
  base.factors = base.factors.map((own, i) => (own * reference) / (ofBase[i] ?? reference));
  other.factors = other.factors.map((own, i) => own * (scales[i] ?? 1));
  return mean({ runs: scales });
}

function spread(work: readonly number[], side: Side, option: string): number[] {
  const runs = side.columns.length;
  const [only = 0] = work;
  if (work.length === 1) return new Array<number>(runs).fill(only);
  if (work.length === runs) return [...work];
  throw new UserError(
    `${option}: ${work.length} numbers for ${runs} run(s); give one number, or one a run`,
    ExitStatus.usage,
  );
}

/** Of each run: all its weight, or that of user space. */
function sumsOf(side: Side, userOnly: boolean): number[] {
  const { stacks } = side.profile;
  const sums = side.columns.map(() => 0);
  eachWeight(side, (run, node, weight) => {
    const frame = stacks.key(node);
    if (!userOnly || (frame >= 0 && side.facts.kind[frame] === 'user'))
      sums[run] = (sums[run] ?? 0) + weight;
  });
  return sums;
}
