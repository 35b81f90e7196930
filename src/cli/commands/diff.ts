import { Option, type Command } from 'commander';
import { startAhead } from '../reading-thread.js';
import { FORMATS } from '../../render/formats.js';

export function registerDiff(program: Command): Command {
  return program
    .command('diff', { isDefault: true })
    .description('compare two kernels (the default command)')
    .usage('BASE NEW [options]\n       pvflame diff --base A1 A2 ... --new B1 B2 ... [options]')
    .argument('[inputs...]', "BASE and NEW: perf script text or perf.data, '-' for standard input")
    .option('--base <inputs...>', 'recordings of the base kernel, one a boot; or folders of them')
    .option('--new <inputs...>', 'recordings of the new kernel')
    .option(
      '-o, --output <file>',
      'where to write; may be repeated (else standard output)',
      collect,
    )
    .addOption(
      new Option(
        '-f, --format <format>',
        "of the output (else by the file's ending, else text)",
      ).choices(FORMATS),
    )
    .option('--event <name>', 'count this event (else the first one of BASE)')
    .option('--comm <name>', 'keep only samples of this comm')
    .option('--kernel-only', 'keep only kernel frames')
    .option('--base-label <text>', 'what to call the base (else what its recording says)')
    .option('--new-label <text>', 'what to call the new kernel')
    .option(
      '--base-vmlinux <file>',
      'kernel image of base: names every call site, not only those seen',
    )
    .option('--new-vmlinux <file>', 'kernel image of new')
    .option('--base-kallsyms <file>', 'copy of /proc/kallsyms, for an image without symbols')
    .option('--new-kallsyms <file>', 'the same for new')
    .option('--base-sites <file>', 'instead of an image: JSON of pvflame sites')
    .option('--new-sites <file>', 'the same for new')
    .option(
      '--base-config <file>',
      "base's .config, plain or gzip: says which options differ beside CONFIG_PARAVIRT*",
    )
    .option('--new-config <file>', 'the same for new')
    .addOption(
      new Option(
        '--native-equivalents <on|off>',
        "count base's own sti, cli, pushf, ... against the ops (default on; needs images)",
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
    .option(
      '--base-work <number>',
      'work that base did, for --normalize work (one number, or one a run: 1,2,3)',
    )
    .option('--new-work <number>', 'work that new did')
    .addOption(
      new Option('--input-format <format>', 'read inputs as this, whatever they look like').choices(
        ['perf-script', 'perf-data'],
      ),
    )
    .option(
      '--with-paths',
      'full paths in the report (else base names, so that bytes do not depend on folders)',
    )
    .option(
      '--budget <percent>',
      'largest overhead allowed, in percent of the base total: exit status 1 beyond it',
    )
    .option('--base-stat <files...>', 'perf stat output of each base run: its true event total')
    .option('--new-stat <files...>', 'the same for new')
    .option('--budget-file <file>', 'limits for buckets, ops, functions and sites too (YAML, JSON)')
    .option('--budget-strict', 'exit status 5 where it cannot be told whether the budget holds')
    .option('--seed <number>', 'noted in the report: nothing that is computed draws random numbers')
    .option('--title <text>', 'title of the report')
    .option('-q, --quiet', 'say nothing but errors')
    .option('-v, --verbose', 'say all warnings of the report on standard error')
    .action(async (operands: string[], given: { base?: string[]; new?: string[] }) => {
      startAhead(
        operands.length > 0 ? operands.map((path) => [path]) : [given.base ?? [], given.new ?? []],
      );
      await (await import('../diff.js')).diff(operands, given);
    });
}

function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}
