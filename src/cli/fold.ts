import * as z from 'zod/mini';
import { takeUpModules } from '../ingest/index.js';
import { chooseEvent, foldedText, readProfile, type Profile } from '../profile/index.js';
import { inputName, requireDistinct, requireOneStdin } from './inputs.js';
import { requireWritable, writeOutput, writeStdout } from './outputs.js';
import { parseOptions } from './parse-options.js';
import { progress } from './progress.js';
import { say } from './terminal.js';

const optionsSchema = z.object({
  kernel: z._default(z.boolean(), false),
  all: z._default(z.boolean(), false),
  pid: z._default(z.boolean(), false),
  tid: z._default(z.boolean(), false),
  addrs: z._default(z.boolean(), false),
  event: z.optional(z.string()),
  comm: z.optional(z.string()),
  kernelOnly: z._default(z.boolean(), false),
  kallsyms: z.optional(z.string()),
  output: z._default(z.string(), '-'),
  inputFormat: z.optional(z.enum(['perf-script', 'perf-data'])),
  quiet: z._default(z.boolean(), false),
});

/** `pvflame fold`: folded stacks of all inputs together. */
export async function fold(paths: string[], given: unknown): Promise<void> {
  const options = parseOptions(optionsSchema, given);
  requireOneStdin(paths);
  requireDistinct(paths, [options.output], options);
  requireWritable(options.output);
  progress.begin(paths, options.quiet);
  takeUpModules();
  const profile = await readProfile(paths, {
    task: options.tid ? 'tid' : options.pid ? 'pid' : 'comm',
    comm: options.comm,
    kernelOnly: options.kernelOnly,
    ordered: false,
    nameOf: (path) => inputName(path, true),
    format: options.inputFormat,
    kallsyms: options.kallsyms,
    digest: false,
    addresses: options.addrs ? 'all' : 'none',
    onRaw: progress.add,
  });
  progress.end();
  const { event, assumed } = chooseEvent(profile, options.event, paths.join(', '));
  const text = foldedText(profile, {
    event,
    kernel: options.kernel || options.all,
    jit: options.all,
    addrs: options.addrs,
  });
  if (options.output === '-') for (const piece of text) writeStdout(piece);
  else await writeOutput(options.output, Buffer.concat([...copied(text)]));
  if (!options.quiet) report(profile, event, assumed);
}

/** Pieces that stay good; the whole text is written at once, or nothing. */
function* copied(text: Iterable<Buffer>): Generator<Buffer> {
  for (const piece of text) yield Buffer.from(piece);
}

function report(profile: Profile, event: string, assumed: boolean): void {
  if (assumed) say(`several events; counted is ${event}, choose with --event`);
  for (const run of profile.runs) {
    for (const skip of run.skipped) {
      say(`${run.path}:${skip.firstLine}: ${skip.lines} line(s) skipped: ${skip.reason}`);
    }
    if (run.lost > 0) say(`${run.path}: perf lost ${run.lost} events`);
  }
}
