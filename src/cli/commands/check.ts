import { Option, type Command } from 'commander';

/** Adds `check`: how much runs of one kernel differ. */
export function registerCheck(program: Command): void {
  program
    .command('check')
    .description('how much runs of one kernel differ: what a comparison with it could show')
    .argument('<runs...>', 'recordings of one kernel, one a boot; or folders of them')
    .addOption(new Option('-f, --format <format>', 'of the output').choices(['text', 'json']))
    .option('-o, --output <file>', "where to write, '-' for standard output", '-')
    .option('--budget <percent>', 'say what it takes to decide this budget')
    .option('--event <name>', 'count this event (else the first one)')
    .option('--comm <name>', 'keep only samples of this comm')
    .option('--kernel-only', 'keep only kernel frames')
    .option('--kallsyms <file>', 'copy of /proc/kallsyms, for perf.data from another machine')
    .addOption(
      new Option('--input-format <format>', 'read inputs as this, whatever they look like').choices(
        ['perf-script', 'perf-data'],
      ),
    )
    .option('--with-paths', 'full paths in the output (else base names)')
    .option('-q, --quiet', 'say nothing but errors')
    .option('-v, --verbose', 'say all warnings on standard error too')
    .action(async (inputs: string[], given: unknown) => {
      await (await import('../check.js')).check(inputs, given);
    });
}
