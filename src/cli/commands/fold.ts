import type { Command } from 'commander';

/** Adds `fold`: folded stacks. */
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
      await (await import('../fold.js')).fold(inputs, given);
    });
}
