import type { Command } from 'commander';
import { z } from 'zod';
import { chooseEvent, foldProfile, readProfile, type Profile } from '../profile/index.js';
import { inputName, requireDistinct, requireOneStdin } from './inputs.js';
import { requireWritable, writeOutput, writeStdout } from './outputs.js';
import { say } from './terminal.js';

const optionsSchema = z.object({
  kernel: z.boolean().default(false),
  all: z.boolean().default(false),
  pid: z.boolean().default(false),
  tid: z.boolean().default(false),
  addrs: z.boolean().default(false),
  event: z.string().optional(),
  comm: z.string().optional(),
  kernelOnly: z.boolean().default(false),
  kallsyms: z.string().optional(),
  output: z.string().default('-'),
  inputFormat: z.enum(['perf-script', 'perf-data']).optional(),
  quiet: z.boolean().default(false),
});

export function registerFold(program: Command): void {
  program
    .command('fold')
    .description(
      'folded stacks, as stackcollapse-perf writes them; weights are periods, added over inputs',
    )
    .argument('<inputs...>', "perf script text or perf.data, '-' for standard input")
    .option('--kernel', 'mark kernel frames with _[k]')
    .option('--all', 'mark kernel frames with _[k] and just-in-time compiled ones with _[j]')
    .option('--pid', 'put the process id into the root frame')
    .option('--tid', 'put process and thread id into the root frame')
    .option('--addrs', 'print addresses of frames without a symbol')
    .option('--event <name>', 'count this event (else the first one)')
    .option('--comm <name>', 'keep only samples of this comm')
    .option('--kernel-only', 'keep only kernel frames')
    .option('--kallsyms <file>', 'copy of /proc/kallsyms, for perf.data from another machine')
    .option(
      '--input-format <format>',
      'read inputs as perf-script or perf-data, whatever they look like',
    )
    .option('-o, --output <file>', "where to write, '-' for standard output", '-')
    .option('-q, --quiet', 'say nothing but errors')
    .action(async (inputs: string[], given: unknown) => {
      await fold(inputs, optionsSchema.parse(given));
    });
}

async function fold(paths: string[], options: z.infer<typeof optionsSchema>): Promise<void> {
  requireOneStdin(paths);
  requireDistinct(paths, [options.output]);
  requireWritable(options.output);
  const profile = await readProfile(paths, {
    task: options.tid ? 'tid' : options.pid ? 'pid' : 'comm',
    comm: options.comm,
    kernelOnly: options.kernelOnly,
    nameOf: (path) => inputName(path, true),
    format: options.inputFormat,
    kallsyms: options.kallsyms,
  });
  const { event, assumed } = chooseEvent(profile, options.event, paths.join(', '));
  const lines = foldProfile(profile, {
    event,
    kernel: options.kernel || options.all,
    jit: options.all,
    addrs: options.addrs,
  });
  const text = lines.map((line) => line + '\n').join('');
  if (options.output === '-') await writeStdout(text);
  else writeOutput(options.output, text);
  if (!options.quiet) report(profile, event, assumed);
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
