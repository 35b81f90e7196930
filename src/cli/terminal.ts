import { progress } from './progress.js';

/** One line on standard error: what is worth knowing while it runs, and nothing else. */
export function say(text: string): void {
  progress.end();
  process.stderr.write(`pvflame: ${text.replaceAll(/[\r\n]+/g, ' ')}\n`);
}
