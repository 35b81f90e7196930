import { resolve } from 'node:path';
import en from 'zod/v4/locales/en.js';
import * as z from 'zod/mini';
import { usageError } from '../errors.js';
import { formatOfName, type Format } from '../render/formats.js';

// options are checked with zod's small edition: the other takes 6 ms to load and to begin with
z.config(en());

/** Parses commander's raw options by their schema; what is wrong is said in one line (exit status 2). */
export function parseOptions<T extends z.ZodMiniType>(schema: T, given: unknown): z.infer<T> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const option = String(issue?.path[0] ?? '').replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
  throw usageError(`--${option}: ${issue?.message ?? 'not understood'}`);
}

/** Where to write, and in what format: of one output -f decides, else its ending; of several each one's ending, else -f; else text. */
export function outputsOf<F extends Format>(options: {
  output: readonly string[];
  format?: F | undefined;
}): { path: string; format: F | Format }[] {
  const paths = options.output.length === 0 ? ['-'] : options.output;
  const places = paths.map((path) => (path === '-' ? path : resolve(path)));
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
