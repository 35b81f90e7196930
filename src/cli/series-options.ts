import { existsSync } from 'node:fs';
import * as z from 'zod/mini';
import { usageError } from '../errors.js';
import { diffOptionsSchema } from './diff-options.js';
import { expandFolders } from './inputs.js';
import { parseOptions } from './parse-options.js';
import { printable } from './printable.js';

export const seriesOptionsSchema = z.extend(
  z.pick(diffOptionsSchema, {
    output: true,
    event: true,
    comm: true,
    kernelOnly: true,
    exactSymbols: true,
    nativeEquivalents: true,
    budget: true,
    budgetStrict: true,
    inputFormat: true,
    withPaths: true,
    title: true,
    quiet: true,
    verbose: true,
  }),
  {
    format: z.optional(z.enum(['html', 'text', 'markdown', 'json'])),
    normalize: z._default(z.enum(['none', 'total', 'user']), 'none'),
    reference: z.optional(z.string()),
    vmlinux: z.optional(z.array(z.string())),
  },
);
export type SeriesOptions = z.infer<typeof seriesOptionsSchema>;

/** A kernel of the series and its recordings. */
export interface Step {
  label: string;
  paths: string[];
  vmlinux: string | undefined;
}

/** Parses commander's raw options; what is wrong is said in one line (exit status 2). */
export function parseSeriesOptions(given: unknown): SeriesOptions {
  const options = parseOptions(seriesOptionsSchema, given);
  if (options.budgetStrict && options.budget === undefined)
    throw usageError('--budget-strict goes with --budget');
  return options;
}

/** The steps in the order in which their labels are first given; folders spelled out. */
export function stepsOf(operands: readonly string[], options: SeriesOptions): Step[] {
  const steps = new Map<string, Step>();
  for (const operand of operands) {
    const [label, value] = labelled(operand, 'LABEL=RUNS, as in v6.1=runs/');
    const step = steps.get(label) ?? { label, paths: [], vmlinux: undefined };
    steps.set(label, step);
    // a file whose own name has commas is that file
    const parts = existsSync(value) ? [value] : value.split(',');
    if (parts.includes('')) throw usageError(`'${printable(operand)}': an input without a name`);
    step.paths.push(...expandFolders(parts));
  }
  if (steps.size < 2)
    throw usageError(
      `${operands.length === 0 ? 'no steps' : 'one step is no series'}; give two or more LABEL=RUNS, oldest first`,
    );
  for (const operand of options.vmlinux ?? []) {
    const [label, value] = labelled(operand, '--vmlinux LABEL=FILE');
    const step = steps.get(label);
    if (step === undefined) throw noLabel('--vmlinux', label, steps);
    step.vmlinux = value;
  }
  if (options.reference !== undefined && !steps.has(options.reference))
    throw noLabel('--reference', options.reference, steps);
  return [...steps.values()];
}

function labelled(operand: string, form: string): [string, string] {
  const at = operand.indexOf('=');
  if (at <= 0 || at === operand.length - 1)
    throw usageError(`'${printable(operand)}': is not of the form ${form}`);
  return [operand.slice(0, at), operand.slice(at + 1)];
}

function noLabel(option: string, label: string, steps: ReadonlyMap<string, Step>) {
  const known = [...steps.keys()].map((name) => printable(name)).join(', ');
  return usageError(`${option}: no step is called '${printable(label)}'; they are ${known}`);
}
