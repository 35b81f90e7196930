import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { inputError } from '../errors.js';

/** SHA-256 of a file's bytes as they lie on the disk, lower-case hex; streamed. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }))
      hash.update(chunk as Buffer);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw inputError(path, `cannot be read (${code})`, 'check the path', error);
  }
  return hash.digest('hex');
}
