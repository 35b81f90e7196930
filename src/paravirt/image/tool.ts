import { spawnSync } from 'node:child_process';
import type { Faults } from './fault.js';

/** An image unpacks in a second or two; a tool that takes longer hangs. */
const TIMEOUT = 120_000;

function codeOf(error: Error | undefined): string {
  const code: unknown = error === undefined ? '' : Reflect.get(error, 'code');
  return typeof code === 'string' ? code : '';
}

/** Sends `packed` through an installed decompressor; null where that tool is not installed. */
export function pipeThrough(
  tool: string,
  args: readonly string[],
  packed: Buffer,
  limit: number,
  faults: Faults,
): Buffer | null {
  const done = spawnSync(tool, args, { input: packed, maxBuffer: limit, timeout: TIMEOUT });
  const code = codeOf(done.error);
  if (code === 'ENOENT' || code === 'EACCES') return null;
  if (code === 'ENOBUFS') throw faults.refused('unpacks to too much', 'unpack it yourself');
  if (code === 'ETIMEDOUT') throw faults.damaged(`${tool} did not finish`);
  if (done.status !== 0) {
    const said = done.stderr?.toString('utf8').split('\n')[0]?.trim() ?? '';
    throw faults.damaged(said === '' ? `${tool} could not unpack it` : said.slice(0, 200));
  }
  return done.stdout;
}
