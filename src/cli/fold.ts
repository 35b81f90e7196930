import { statSync } from 'node:fs';
import * as z from 'zod/mini';
import { openKallsyms, takeUpModules, TO_FOLD } from '../ingest/index.js';
import {
  chooseEvent,
  foldedText,
  readProfile,
  shownEvent,
  type ChosenEvent,
  type Profile,
} from '../profile/index.js';
import { inputName, realPath, requireDistinct, requireOneStdin } from './inputs.js';
import { requireWritable, writeOutput } from './outputs.js';
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
  const { kallsyms } = options;
  // a pipe can be read once, and is looked at then
  if (kallsyms !== undefined && statSync(kallsyms, { throwIfNoEntry: false })?.isFIFO() !== true)
    await (await openKallsyms(kallsyms)).close();
  progress.begin(paths, options.quiet);
  takeUpModules(TO_FOLD);
  const profile = await readProfile(paths, {
    task: options.tid ? 'tid' : options.pid ? 'pid' : 'comm',
    comm: options.comm,
    kernelOnly: options.kernelOnly,
    ordered: false,
    nameOf: (path) => inputName(path, true),
    format: options.inputFormat,
    kallsyms,
    digest: false,
    addresses: options.addrs ? 'all' : 'none',
    onRaw: progress.add,
  });
  progress.end();
  const chosen = chooseEvent(profile, options.event, paths.join(', '), { mixed: true });
  const text = foldedText(profile, {
    event: chosen.event,
    kernel: options.kernel || options.all,
    jit: options.all,
    addrs: options.addrs,
  });
  if (options.output === '-') for (const piece of text) await writeOutput('-', piece);
  else await writeOutput(options.output, Buffer.concat([...copied(text)]));
  if (!options.quiet) report(profile, chosen);
}

/** Files that stand among the inputs more than once, by whatever name. */
function givenTwice(paths: readonly string[]): Set<string> {
  const files = paths.map((path) => (path === '-' ? path : realPath(path)));
  return new Set(paths.filter((_, i) => files.indexOf(files[i] ?? '') !== i));
}

/** Pieces that stay good; the whole text is written at once, or nothing. */
function* copied(text: Iterable<Buffer>): Generator<Buffer> {
  for (const piece of text) yield Buffer.from(piece);
}

function report(profile: Profile, { event, assumed, mixed }: ChosenEvent): void {
  if (assumed) say(`several events; counted is ${shownEvent(event)}, choose with --event`);
  if (mixed)
    say(
      'several events were recorded and are added up, since the text does not say which a sample is of; add event to the fields of perf script -F',
    );
  for (const path of givenTwice(profile.runs.map((run) => run.path)))
    say(`${path}: is given more than once, and added up as often`);
  for (const run of profile.runs) {
    for (const skip of run.skipped) {
      say(`${run.path}:${skip.firstLine}: ${skip.lines} line(s) skipped: ${skip.reason}`);
    }
    if (run.lost > 0) say(`${run.path}: perf lost ${run.lost} events`);
  }
}
