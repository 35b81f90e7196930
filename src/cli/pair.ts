import {
  anchorSide,
  compareSides,
  type BudgetEntry,
  type Comparison,
  type Side,
} from '../compare/index.js';
import { buildReport } from '../report/build.js';
import type { KernelConfigs } from '../report/configs.js';
import type { Report } from '../report/schema.js';
import { VERSION } from '../version.js';
import type { DiffOptions } from './diff-options.js';
import { freshSide, type KernelSide } from './sides.js';
import type { StatFile } from './stat-files.js';

/** Each side's perf stat outputs, where they are given. */
export type Stats = { base: StatFile[]; new: StatFile[] } | undefined;

/** What of a command's options decides what a comparison says. */
export interface PairOptions extends Pick<
  DiffOptions,
  | 'event'
  | 'comm'
  | 'kernelOnly'
  | 'exactSymbols'
  | 'nativeEquivalents'
  | 'normalize'
  | 'baseWork'
  | 'newWork'
  | 'baseLabel'
  | 'newLabel'
  | 'title'
  | 'seed'
> {
  budget: BudgetEntry[];
  configs?: KernelConfigs;
  withImages: boolean;
  /** The arguments that give this comparison again. */
  argv: string[];
}

/** Compares two sides that were read, and fills the report document. */
export async function comparePair(
  kernels: { base: KernelSide; new: KernelSide },
  stats: Stats,
  options: PairOptions,
): Promise<{ report: Report; comparison: Comparison; sides: { base: Side; new: Side } }> {
  const sides = { base: freshSide(kernels.base), new: freshSide(kernels.new) };
  await anchor(sides, stats);
  const comparison = compareSides(sides.base, sides.new, {
    mode: options.normalize,
    baseWork: options.baseWork ?? [],
    newWork: options.newWork ?? [],
  });
  const report = buildReport({
    comparison,
    base: sides.base,
    new: sides.new,
    labels: { base: options.baseLabel, new: options.newLabel },
    title: options.title,
    kernelOnly: options.kernelOnly,
    eventAsked: options.event !== undefined,
    budget: options.budget,
    configs: options.configs,
    seed: options.seed,
    equivalents: options.withImages && options.nativeEquivalents === 'on',
    version: VERSION,
    argv: options.argv,
    options: {
      event: options.event ?? null,
      comm: options.comm ?? null,
      kernelOnly: options.kernelOnly,
      exactSymbols: options.exactSymbols,
      normalize: options.normalize,
      nativeEquivalents: options.withImages ? options.nativeEquivalents : null,
    },
  });
  return { report, comparison, sides };
}

async function anchor(sides: { base: Side; new: Side }, stats: Stats): Promise<void> {
  if (stats === undefined) return;
  const { anchorOf } = await import('./stat-files.js');
  for (const which of ['base', 'new'] as const) {
    const side = sides[which];
    anchorSide(
      side,
      stats[which].map((file) => anchorOf(file, side.event)),
    );
  }
}
