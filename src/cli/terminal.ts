import { progress } from './progress.js';
import { writeError } from './write-now.js';

/** One line on standard error: what is worth knowing while it runs, and nothing else. */
export function say(text: string): void {
  progress.end();
  writeError(`pvflame: ${text.replaceAll(/[\r\n]+/g, ' ')}\n`);
}
