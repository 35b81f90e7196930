import * as z from 'zod/mini';
import { noiseOf, otherKernel } from '../compare/index.js';
import { inputError, usageError } from '../errors.js';
import { frameFacts } from '../paravirt/index.js';
import { takeUpModules } from '../ingest/index.js';
import { chooseEvent, readProfile, type Profile } from '../profile/index.js';
import { renderCheckText } from '../render/check-text.js';
import type { CheckReport } from '../report/check-schema.js';
import { buildCheck } from '../report/check.js';
import { VERSION } from '../version.js';
import { percentOption } from './diff-options.js';
import { expandFolders, inputName, requireDistinct, requireOneStdin } from './inputs.js';
import { requireSymbols } from './kernel-symbols.js';
import { requireWritable, writeOutput } from './outputs.js';
import { shownFile, shownOptions } from './shown-command.js';
import { parseOptions } from './parse-options.js';
import { progress } from './progress.js';
import { opsOf, requireOneEvent } from './sides.js';
import { say } from './terminal.js';

const optionsSchema = z.object({
  event: z.optional(z.string()),
  comm: z.optional(z.string()),
  kernelOnly: z._default(z.boolean(), false),
  budget: z.optional(percentOption),
  output: z._default(z.string(), '-'),
  format: z.optional(z.enum(['text', 'json'])),
  inputFormat: z.optional(z.enum(['perf-script', 'perf-data'])),
  kallsyms: z.optional(z.string()),
  withPaths: z._default(z.boolean(), false),
  quiet: z._default(z.boolean(), false),
  verbose: z._default(z.boolean(), false),
});
type CheckOptions = z.infer<typeof optionsSchema>;

/** Parses commander's raw options; what is wrong is said in one line (exit status 2). */
export function parseCheckOptions(given: unknown): CheckOptions {
  return parseOptions(optionsSchema, given);
}

/** `pvflame check`: the noise of one kernel's runs. */
export async function check(inputs: string[], given: unknown): Promise<void> {
  const options = parseCheckOptions(given);
  const paths = expandFolders(inputs);
  requireOneStdin(paths);
  requireDistinct(paths, [options.output], options);
  requireWritable(options.output);
  if (paths.length < 2)
    throw usageError(
      `${paths.join()}: one run does not show how runs differ; give two or more runs of one kernel`,
    );
  const report = await checkReport(paths, options);
  const text =
    formatOf(options) === 'json' ? JSON.stringify(report) + '\n' : renderCheckText(report);
  await writeOutput(options.output, text);
  if (options.verbose && !options.quiet)
    for (const { code, message } of report.warnings) say(`${code}: ${message}`);
}

function formatOf({ format, output }: CheckOptions): 'text' | 'json' {
  return format ?? (/\.json$/i.test(output) ? 'json' : 'text');
}

/** Reads the runs, refuses what is not one kernel and one event, and fills the document. */
export async function checkReport(paths: string[], options: CheckOptions): Promise<CheckReport> {
  progress.begin(paths, options.quiet);
  takeUpModules();
  const profile = await readProfile(paths, {
    task: 'comm',
    comm: options.comm,
    kernelOnly: options.kernelOnly,
    nameOf: (path) => inputName(path, options.withPaths),
    format: options.inputFormat,
    kallsyms: options.kallsyms,
    addresses: 'kernel',
    onRaw: progress.add,
  });
  progress.end();
  const { event } = chooseEvent(profile, options.event, paths.join(', '));
  requireOneEvent(profile, event, paths);
  requireNoCopies(profile, paths);
  const kernels = [opsOf(profile, undefined)];
  const facts = frameFacts(profile.frames, { exactSymbols: false, kernels });
  requireSymbols(profile, facts, event, paths, '--kallsyms');
  const other = otherKernel(profile, facts, event);
  if (other !== undefined) {
    throw inputError(
      paths[profile.runs.indexOf(other.run)] ?? other.run.path,
      other.why,
      'check takes runs of one kernel; compare two with pvflame BASE NEW',
    );
  }
  return buildCheck({
    profile,
    event,
    eventAsked: options.event !== undefined,
    noise: noiseOf(profile, facts, event),
    budget: options.budget,
    version: VERSION,
    argv: [
      'check',
      ...paths.map((path) => shownFile(path, options.withPaths)),
      ...shownOptions(options, optionsSchema.parse({})),
    ],
  });
}

/** A recording given twice would show a spread that is too small. */
function requireNoCopies(profile: Profile, paths: readonly string[]): void {
  const first = new Map<string, number>();
  profile.runs.forEach((run, i) => {
    const before = first.get(run.sha256);
    if (before !== undefined)
      throw inputError(
        paths[i] ?? run.path,
        `is the same recording as ${paths[before] ?? ''}`,
        'each run has to be one of its own',
      );
    first.set(run.sha256, i);
  });
}
