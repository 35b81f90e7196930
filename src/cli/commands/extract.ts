import type { Command } from 'commander';

/** Adds `extract`: a document out of a page. */
export function registerExtract(program: Command): void {
  program
    .command('extract')
    .description("the report document, or a side's folded stacks, out of a report's HTML")
    .argument('<report>', "HTML that pvflame wrote, '-' for standard input")
    .option('--folded <base|new>', "that side's folded stacks, as pvflame fold prints them")
    .option('-o, --output <file>', "where to write, '-' for standard output", '-')
    .action(async (path: string, given: unknown) => {
      await (await import('../extract.js')).extract(path, given);
    });
}
