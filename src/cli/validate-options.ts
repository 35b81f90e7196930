import * as z from 'zod/mini';
import { usageError } from '../errors.js';
import { diffOptionsSchema, works } from './diff-options.js';
import { parseOptions } from './parse-options.js';

/** The profiles of a fix, in the order in which they are read. */
export const PROFILES = ['native', 'before', 'after'] as const;
export type ProfileName = (typeof PROFILES)[number];

const text = z.optional(z.string());
const texts = z.optional(z.array(z.string()));
const perProfile = {
  native: texts,
  before: texts,
  after: texts,
  nativeLabel: text,
  beforeLabel: text,
  afterLabel: text,
  nativeVmlinux: text,
  beforeVmlinux: text,
  afterVmlinux: text,
  nativeKallsyms: text,
  beforeKallsyms: text,
  afterKallsyms: text,
  nativeSites: text,
  beforeSites: text,
  afterSites: text,
  nativeStat: texts,
  beforeStat: texts,
  afterStat: texts,
  nativeWork: z.optional(works),
  beforeWork: z.optional(works),
  afterWork: z.optional(works),
};

export const validateOptionsSchema = z.extend(
  z.pick(diffOptionsSchema, {
    output: true,
    event: true,
    comm: true,
    kernelOnly: true,
    exactSymbols: true,
    nativeEquivalents: true,
    normalize: true,
    budget: true,
    budgetFile: true,
    budgetStrict: true,
    inputFormat: true,
    withPaths: true,
    title: true,
    quiet: true,
    verbose: true,
  }),
  {
    ...perProfile,
    format: z.optional(z.enum(['html', 'text', 'markdown', 'json'])),
    counts: text,
  },
);

export type ValidateOptions = z.infer<typeof validateOptionsSchema>;

/** Parses commander's raw options; what is wrong is said in one line (exit status 2). */
export function parseValidateOptions(given: unknown): ValidateOptions {
  const options = parseOptions(validateOptionsSchema, given);
  for (const side of ['before', 'after'] as const) {
    if (options[side] === undefined)
      throw usageError(
        `--${side} is missing: give recordings of the kernel before and after the fix, ` +
          'and with --native what the overhead is measured against',
      );
  }
  const given3 = profilesOf(options);
  if (options.native === undefined) {
    const stray = Object.entries(options).find(
      ([key, value]) =>
        /^native(?:Label|Vmlinux|Kallsyms|Sites|Stat|Work)$/.test(key) && value !== undefined,
    );
    if (stray !== undefined)
      throw usageError(
        `--${stray[0].replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}: goes with --native, which is missing`,
      );
  }
  if (options.normalize !== 'work' && given3.some((side) => options[`${side}Work`] !== undefined))
    throw usageError('--native-work, --before-work and --after-work go with --normalize work');
  requireAll(options, given3, 'Work', options.normalize === 'work');
  requireAll(options, given3, 'Stat', false);
  if (options.budgetStrict && options.budget === undefined && options.budgetFile === undefined)
    throw usageError('--budget-strict goes with --budget or --budget-file');
  return options;
}

/** The profiles that were given. */
export function profilesOf(options: ValidateOptions): ProfileName[] {
  return PROFILES.filter((side) => options[side] !== undefined);
}

function requireAll(
  options: ValidateOptions,
  sides: readonly ProfileName[],
  what: 'Work' | 'Stat',
  isNeeded: boolean,
): void {
  const lacking = sides.find((side) => options[`${side}${what}`] === undefined);
  const given = sides.some((side) => options[`${side}${what}`] !== undefined);
  if (lacking === undefined || (!given && !isNeeded)) return;
  const option = what.toLowerCase();
  throw usageError(
    isNeeded
      ? `--normalize work needs --${lacking}-${option}: one number, or one a run, of every profile`
      : `--${lacking}-${option} is missing: perf stat anchors all profiles, or none`,
  );
}
