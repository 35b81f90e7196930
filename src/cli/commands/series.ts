import { Option, type Command } from 'commander';

/** Adds `series`: overhead over a row of kernels. */
export function registerSeries(program: Command): void {
  program
    .command('series')
    .description('overhead over a row of kernels: releases, or the steps of a bisection')
    .usage('LABEL=RUNS LABEL=RUNS... [options]')
    .argument(
      '<steps...>',
      'LABEL=RUNS in their order: files with commas between, or a folder; a LABEL given again adds runs',
    )
    .option('--reference <label>', 'measure overhead against this step (else the first)')
    .option('--vmlinux <label=file...>', "kernel images by step: every step's, or none")
    .option('-o, --output <file>', 'where to write; may be repeated', (value, all?: string[]) => [
      ...(all ?? []),
      value,
    ])
    .addOption(
      new Option(
        '-f, --format <format>',
        "of the output (else by the file's ending, else text)",
      ).choices(['html', 'text', 'markdown', 'json']),
    )
    .option('--event <name>', 'count this event (else the first one of the first recording)')
    .option('--comm <name>', 'keep only samples of this comm')
    .option('--kernel-only', 'keep only kernel frames')
    .option('--exact-symbols', 'compare symbols as recorded, without merging compiler clones')
    .addOption(
      new Option(
        '--native-equivalents <on|off>',
        "count a native kernel's own sti, cli, ... against the ops",
      ).choices(['on', 'off']),
    )
    .addOption(
      new Option('--normalize <mode>', 'make unequal work comparable').choices([
        'none',
        'total',
        'user',
      ]),
    )
    .addOption(
      new Option('--input-format <format>', 'read inputs as this, whatever they look like').choices(
        ['perf-script', 'perf-data'],
      ),
    )
    .option('--with-paths', 'full paths in the output (else base names)')
    .option('--budget <percent>', 'largest overhead allowed of any step: exit status 1 beyond it')
    .option('--budget-strict', 'exit status 5 where it cannot be told whether the budget holds')
    .option('--title <text>', 'title of the report')
    .option('-q, --quiet', 'say nothing but errors')
    .option('-v, --verbose', 'say all warnings on standard error')
    .action(async (operands: string[], given: unknown) => {
      await (await import('../series.js')).series(operands, given);
    });
}
