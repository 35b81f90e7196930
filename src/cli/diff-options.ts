import * as z from 'zod/mini';
import { usageError } from '../errors.js';
import { FORMATS, type Format } from '../render/formats.js';
import { parseOptions } from './parse-options.js';

export const works = z.pipe(
  z.string(),
  z.transform((text: string, context) => {
    const numbers = text.split(',').map(Number);
    if (numbers.every((n) => Number.isFinite(n) && n > 0)) return numbers;
    context.issues.push({
      code: 'custom',
      input: text,
      message: 'give a positive number, or one a run with commas between',
    });
    return z.NEVER;
  }),
);

/** "0.2%" or "0.2" */
export const percentOption = z.pipe(
  z
    .string()
    .check(z.regex(/^\d+(?:\.\d+)?(?:e-?\d+)? ?%?$/, 'give percent of the base total, as in 0.2%')),
  z.transform((text: string) => Number.parseFloat(text)),
);

// one each: to make a schema takes as long as to check with it a hundred times
const text = z.optional(z.string());
const texts = z.optional(z.array(z.string()));
const flag = z._default(z.boolean(), false);
const work = z.optional(works);

export const diffOptionsSchema = z.object({
  base: texts,
  new: texts,
  output: z._default(z.array(z.string()), []),
  format: z.optional(z.enum(FORMATS)),
  event: text,
  comm: text,
  kernelOnly: flag,
  baseLabel: text,
  newLabel: text,
  exactSymbols: flag,
  baseVmlinux: text,
  newVmlinux: text,
  baseKallsyms: text,
  newKallsyms: text,
  baseSites: text,
  newSites: text,
  baseConfig: text,
  newConfig: text,
  nativeEquivalents: z._default(z.enum(['on', 'off']), 'on'),
  normalize: z._default(z.enum(['none', 'total', 'work', 'user']), 'none'),
  baseWork: work,
  newWork: work,
  budget: z.optional(percentOption),
  baseStat: texts,
  newStat: texts,
  budgetFile: text,
  budgetStrict: flag,
  seed: z.optional(z.coerce.number().check(z.int(), z.nonnegative(), z.maximum(2 ** 53 - 1))),
  inputFormat: z.optional(z.enum(['perf-script', 'perf-data'])),
  withPaths: flag,
  title: text,
  quiet: flag,
  verbose: flag,
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
