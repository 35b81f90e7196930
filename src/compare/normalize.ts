import { ExitStatus, UserError } from '../errors.js';
import { eachWeight, type Side } from './side.js';

export type NormalizeMode = 'none' | 'total' | 'work' | 'user';

export interface NormalizeOptions {
  mode: NormalizeMode;
  /** Units of work done: one number, or one a run. */
  baseWork: readonly number[];
  newWork: readonly number[];
}

export interface Normalization {
  mode: NormalizeMode;
  /** What new's weights were multiplied by (for `work` with a number a run: the mean of it). */
  factor: number;
}

/** Scales the sides' factors so that their weights are comparable; changes nothing with mode `none`. */
export function normalize(base: Side, other: Side, options: NormalizeOptions): Normalization {
  switch (options.mode) {
    case 'none':
      return { mode: 'none', factor: 1 };
    case 'total':
      return scaleNew(base, other, 'total', sumOf(base, false), sumOf(other, false));
    case 'user':
      return scaleNew(base, other, 'user', sumOf(base, true), sumOf(other, true));
    case 'work':
      return byWork(base, other, options);
  }
}

function scaleNew(
  base: Side,
  other: Side,
  mode: NormalizeMode,
  yardstick: number,
  measured: number,
): Normalization {
  if (yardstick <= 0 || measured <= 0) {
    throw new UserError(
      `--normalize ${mode}: ${mode === 'user' ? 'user-space weight' : 'total weight'} is 0 on ` +
        `${yardstick <= 0 ? 'the base' : 'the new'} side; choose another normalisation`,
      ExitStatus.usage,
    );
  }
  const factor = yardstick / base.columns.length / (measured / other.columns.length);
  other.factors = other.factors.map((own) => own * factor);
  return { mode, factor };
}

/** Every run is scaled to the mean work of the base runs. */
function byWork(base: Side, other: Side, options: NormalizeOptions): Normalization {
  const works = [
    spread(options.baseWork, base, '--base-work'),
    spread(options.newWork, other, '--new-work'),
  ];
  const [ofBase = [], ofNew = []] = works;
  const reference = ofBase.reduce((sum, work) => sum + work, 0) / ofBase.length;
  const scales = ofNew.map((work) => reference / work);
  base.factors = base.factors.map((own, i) => (own * reference) / (ofBase[i] ?? reference));
  other.factors = other.factors.map((own, i) => own * (scales[i] ?? 1));
  return {
    mode: 'work',
    factor: scales.reduce((sum, f) => sum + f, 0) / scales.length,
  };
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

function sumOf(side: Side, userOnly: boolean): number {
  const { stacks } = side.profile;
  let sum = 0;
  eachWeight(side, (_run, node, weight) => {
    const frame = stacks.key(node);
    if (!userOnly || (frame >= 0 && side.facts.kind[frame] === 'user')) sum += weight;
  });
  return sum;
}
