import { resolve } from 'node:path';
import en from 'zod/v4/locales/en.js';
import * as z from 'zod/mini';
import { usageError } from '../errors.js';
import { realPath } from './inputs.js';
import { printable } from './printable.js';
import { formatOfName, type Format } from '../render/formats.js';

// options are checked with zod's small edition: the other takes 6 ms to load and to begin with
z.config(en());

/** Parses commander's raw options by their schema; what is wrong is said in one line (exit status 2). */
export function parseOptions<T extends z.ZodMiniType>(schema: T, given: unknown): z.infer<T> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const name = String(issue?.path[0] ?? '');
  const option = name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
  const value: unknown = (given as Record<string, unknown>)[name];
  throw usageError(`--${option}: ${issue === undefined ? 'not understood' : said(issue, value)}`);
}

/** What is wrong with a value, in our words where a schema does not bring its own. */
function said(issue: z.core.$ZodIssue, value: unknown): string {
  const wanted = takes(issue);
  if (wanted === undefined) return issue.message;
  return `takes ${wanted}${typeof value === 'string' ? `, not '${printable(value)}'` : ''}`;
}

function takes(issue: z.core.$ZodIssue): string | undefined {
  const { code } = issue;
  if (code === 'invalid_type' && issue.expected === 'number') return 'a number';
  if (code === 'invalid_type' && issue.expected === 'int') return 'a whole number';
  if (code === 'invalid_value') return issue.values.map(String).join(' or ');
  if (code === 'too_small' && issue.origin !== 'string')
    return issue.inclusive === true ? `${issue.minimum} or more` : `more than ${issue.minimum}`;
  if (code === 'too_big' && issue.origin !== 'string')
    return issue.inclusive === true ? `${issue.maximum} or less` : `less than ${issue.maximum}`;
  return undefined;
}

/** Where to write, and in what format: of one output -f decides, else its ending; of several each one's ending, else -f; else text. */
export function outputsOf<F extends Format>(options: {
  output: readonly string[];
  format?: F | undefined;
}): { path: string; format: F | Format }[] {
  const paths = options.output.length === 0 ? ['-'] : options.output;
  const places = paths.map((path) => (path === '-' ? path : realPath(resolve(path))));
  const twice = paths.find((_, i) => places.indexOf(places[i] ?? '') !== i);
  if (twice !== undefined) throw usageError(`-o ${twice}: is given twice`);
  return paths.map((path) => ({
    path,
    // -f is about one output; of several, each has its ending
    format:
      paths.length === 1
        ? (options.format ?? formatOfName(path) ?? 'text')
        : (formatOfName(path) ?? options.format ?? 'text'),
  }));
}

/** The same for documents of more than two sides, which folded stacks are not made for. */
export function outputsWithoutFolded(options: {
  output: readonly string[];
  format?: Exclude<Format, 'folded'> | undefined;
}): { path: string; format: Exclude<Format, 'folded'> }[] {
  return outputsOf(options).map(({ path, format }) => {
    if (format === 'folded')
      throw usageError(`-o ${path}: folded stacks are of two sides; use pvflame diff`);
    return { path, format };
  });
}
