import { readFileSync, statSync } from 'node:fs';
import * as z from 'zod/mini';
import { inputError, usageError } from '../errors.js';
import { embeddedReport, embeddedStacks } from '../render/html/embedded.js';
import { foldedLines } from '../report/stacks-schema.js';
import { requireDistinct } from './inputs.js';
import { requireWritable, writeOutput, writeStdout } from './outputs.js';

/** A page is far smaller; what is larger is no page of ours. */
const MOST_PAGE = 1 << 28;

const optionsSchema = z.object({
  folded: z.optional(z.enum(['base', 'new'])),
  output: z._default(z.string(), '-'),
});

/** `pvflame extract`: what a page carries, back out of it. */
export async function extract(path: string, given: unknown): Promise<void> {
  const parsed = optionsSchema.safeParse(given);
  if (!parsed.success) throw usageError("--folded: give 'base' or 'new'");
  const options = parsed.data;
  requireDistinct([path], [options.output], {});
  requireWritable(options.output);
  const page = readPage(path);
  const text =
    options.folded === undefined
      ? embeddedReport(page, path).json
      : foldedText(page, path, options.folded);
  if (options.output === '-') writeStdout(text);
  else await writeOutput(options.output, text);
}

/** A page's text. Throws UserError (exit status 3) where it cannot be read. */
export function readPage(path: string): string {
  try {
    const known = path === '-' ? undefined : statSync(path);
    if (known?.isDirectory() === true)
      throw inputError(path, 'is a folder', 'give a report, HTML that pvflame wrote');
    if ((known?.size ?? 0) > MOST_PAGE)
      throw inputError(path, `is larger than ${MOST_PAGE} bytes`, 'no pvflame page is');
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    throw inputError(path, `cannot be read (${code})`, 'check the path', error);
  }
}

function foldedText(page: string, path: string, side: 'base' | 'new'): string {
  const { report } = embeddedReport(page, path);
  const stacks = embeddedStacks(page, path);
  if (stacks === undefined)
    throw inputError(
      path,
      'carries no folded stacks',
      'run `pvflame fold` on the recordings that it names',
    );
  let lines: string[] | undefined;
  try {
    lines = foldedLines(stacks, side, report.graph);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw inputError(
      path,
      `its folded stacks do not fit together (${error.message})`,
      'give the HTML that pvflame wrote, whole and unchanged',
      error,
    );
  }
  if (lines === undefined)
    throw inputError(
      path,
      `${side} has ${stacks.stacks[side]} stacks, and a page carries up to ${stacks.limit}`,
      'run `pvflame fold` on the recordings that it names',
    );
  return lines.map((line) => `${line}\n`).join('');
}
