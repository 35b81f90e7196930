import * as z from 'zod';
import { usageError } from '../errors.js';
import { FORMATS, type Format } from '../render/formats.js';
import { parseOptions } from './parse-options.js';

export const works = z.string().transform((text, context) => {
  const numbers = text.split(',').map(Number);
  if (numbers.every((n) => Number.isFinite(n) && n > 0)) return numbers;
  context.addIssue({
    code: 'custom',
    message: 'give a positive number, or one a run with commas between',
  });
  return z.NEVER;
});

/** "0.2%" or "0.2" */
export const percentOption = z
  .string()
  .regex(/^\d+(?:\.\d+)? ?%?$/, 'give percent of the base total, as in 0.2%')
  .transform((text) => Number.parseFloat(text));

export const diffOptionsSchema = z.object({
  base: z.array(z.string()).optional(),
  new: z.array(z.string()).optional(),
  output: z.array(z.string()).default([]),
  format: z.enum(FORMATS).optional(),
  event: z.string().optional(),
  comm: z.string().optional(),
  kernelOnly: z.boolean().default(false),
  baseLabel: z.string().optional(),
  newLabel: z.string().optional(),
  exactSymbols: z.boolean().default(false),
  baseVmlinux: z.string().optional(),
  newVmlinux: z.string().optional(),
  baseKallsyms: z.string().optional(),
  newKallsyms: z.string().optional(),
  baseSites: z.string().optional(),
  newSites: z.string().optional(),
  baseConfig: z.string().optional(),
  newConfig: z.string().optional(),
  nativeEquivalents: z.enum(['on', 'off']).default('on'),
  normalize: z.enum(['none', 'total', 'work', 'user']).default('none'),
  baseWork: works.optional(),
  newWork: works.optional(),
  budget: percentOption.optional(),
  baseStat: z.array(z.string()).optional(),
  newStat: z.array(z.string()).optional(),
  budgetFile: z.string().optional(),
  budgetStrict: z.boolean().default(false),
  seed: z.coerce
    .number()
    .int()
    .nonnegative()
    .max(2 ** 53 - 1)
    .optional(),
  inputFormat: z.enum(['perf-script', 'perf-data']).optional(),
  withPaths: z.boolean().default(false),
  title: z.string().optional(),
  quiet: z.boolean().default(false),
  verbose: z.boolean().default(false),
});

export type DiffOptions = z.infer<typeof diffOptionsSchema>;

export interface Output {
  path: string;
  format: Format;
}

/** Parses commander's raw options; what is wrong is said in one line (exit status 2). */
export function parseDiffOptions(given: unknown): DiffOptions {
  const options = parseOptions(diffOptionsSchema, given);
  const hasWork = options.baseWork !== undefined || options.newWork !== undefined;
  if (
    options.normalize === 'work' &&
    (options.baseWork === undefined || options.newWork === undefined)
  ) {
    throw usageError('--normalize work needs --base-work and --new-work');
  }
  if (options.normalize !== 'work' && hasWork) {
    throw usageError('--base-work and --new-work go with --normalize work');
  }
  if ((options.baseStat === undefined) !== (options.newStat === undefined)) {
    throw usageError('--base-stat and --new-stat go together: both sides are anchored, or none');
  }
  if ((options.baseConfig === undefined) !== (options.newConfig === undefined)) {
    throw usageError(
      '--base-config and --new-config go together: it is their difference that tells',
    );
  }
  if (options.budgetStrict && options.budget === undefined && options.budgetFile === undefined) {
    throw usageError('--budget-strict goes with --budget or --budget-file');
  }
  return options;
}

/** Both sides' inputs, from operands or from --base and --new. */
export function sidesOf(
  operands: readonly string[],
  options: DiffOptions,
): { base: string[]; new: string[] } {
  if (options.base !== undefined || options.new !== undefined) {
    if (operands.length > 0)
      throw usageError(
        `'${operands[0]}': give files after --base and --new, or two files without them`,
      );
    if (options.base === undefined || options.new === undefined) {
      throw usageError(
        `${options.base === undefined ? '--base' : '--new'} is missing: a comparison needs both sides`,
      );
    }
    return { base: options.base, new: options.new };
  }
  const [base, other, ...more] = operands;
  if (base === undefined || other === undefined) {
    throw usageError(
      operands.length === 0
        ? 'no inputs; give two recordings, BASE first: pvflame BASE NEW (see pvflame --help)'
        : `'${base}': one input is not enough; give two recordings, BASE first: pvflame BASE NEW`,
    );
  }
  if (more.length > 0) {
    throw usageError(
      `'${more[0]}': more than two inputs; repeated runs go after --base A1 A2 and --new B1 B2`,
    );
  }
  return { base: [base], new: [other] };
}
