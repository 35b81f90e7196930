import type { Command } from 'commander';

/** Adds `verify`: whether a page says what its document does. */
export function registerVerify(program: Command): void {
  program
    .command('verify')
    .description('whether a report says what its document says, and names the inputs given')
    .argument('<report>', "HTML that pvflame wrote, '-' for standard input")
    .argument(
      '[inputs...]',
      'its recordings, images and other files: compared by SHA-256, and computed again',
    )
    .action(async (path: string, inputs: string[]) => {
      await (await import('../verify.js')).verify(path, inputs);
    });
}
