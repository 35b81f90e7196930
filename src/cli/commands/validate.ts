import { Option, type Command } from 'commander';

const FORMATS = ['html', 'text', 'markdown', 'json'];

/** Adds `validate`: what a fix wins back. */
export function registerValidate(program: Command): Command {
  const command = program
    .command('validate')
    .description('what a fix wins back: native, before, after')
    .usage('[--native N...] --before B... --after A... [options]')
    .option(
      '--native <inputs...>',
      'recordings of the kernel without paravirt, one a boot; folders',
    )
    .option('--before <inputs...>', 'recordings of the paravirt kernel before the fix')
    .option('--after <inputs...>', 'recordings of it after the fix')
    .option('-o, --output <file>', 'where to write; may be repeated', (value, all?: string[]) => [
      ...(all ?? []),
      value,
    ])
    .addOption(
      new Option(
        '-f, --format <format>',
        "of the output (else by the file's ending, else text)",
      ).choices(FORMATS),
    );
  for (const side of ['native', 'before', 'after']) {
    command
      .option(`--${side}-label <text>`, `what to call it (else what its recording says)`)
      .option(`--${side}-vmlinux <file>`, 'its kernel image: names every call site')
      .option(
        `--${side}-kallsyms <file>`,
        'copy of its /proc/kallsyms, for an image without symbols',
      )
      .option(`--${side}-sites <file>`, 'instead of its image: JSON of pvflame sites')
      .option(`--${side}-stat <files...>`, 'perf stat output of each of its runs')
      .option(`--${side}-work <number>`, 'work that it did, for --normalize work');
  }
  return command
    .option('--counts <file>', 'executions by site or op (TSV): weight per call before and after')
    .option('--event <name>', 'count this event (else the first one of the first recording)')
    .option('--comm <name>', 'keep only samples of this comm')
    .option('--kernel-only', 'keep only kernel frames')
    .addOption(
      new Option(
        '--native-equivalents <on|off>',
        "count native's own sti, cli, ... against the ops",
      ).choices(['on', 'off']),
    )
    .option('--exact-symbols', 'compare symbols as recorded, without merging compiler clones')
    .addOption(
      new Option('--normalize <mode>', 'make unequal work comparable').choices([
        'none',
        'total',
        'work',
        'user',
      ]),
    )
    .addOption(
      new Option('--input-format <format>', 'read inputs as this, whatever they look like').choices(
        ['perf-script', 'perf-data'],
      ),
    )
    .option('--with-paths', 'full paths in the report')
    .option(
      '--budget <percent>',
      'largest overhead allowed after the fix, in percent of native: exit status 1 beyond it',
    )
    .option('--budget-file <file>', 'limits for buckets, ops, functions and sites too (YAML, JSON)')
    .option('--budget-strict', 'exit status 5 where it cannot be told whether the budget holds')
    .option('--title <text>', 'title of the report')
    .option('-q, --quiet', 'say nothing but errors')
    .option('-v, --verbose', 'say all warnings on standard error')
    .action(async (given: unknown) => {
      await (await import('../validate.js')).validate(given);
    });
}
