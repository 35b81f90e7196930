import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { inputError, UserError } from '../errors.js';

/**
 * A small file's bytes, whole. Throws UserError (exit status 3), also where there are more than `most`
 * bytes: a device without end is not read to its end.
 */
export function readSmallFile(path: string, what: string, most = 1 << 20): Buffer {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    if (fstatSync(file).isDirectory()) throw inputError(path, 'is a folder', `name ${what}`);
    const bytes = Buffer.alloc(most + 1);
    let length = 0;
    for (;;) {
      const read = readSync(file, bytes, length, bytes.length - length, null);
      length += read;
      if (length > most)
        throw inputError(path, `has more than ${most} bytes, too many`, `name ${what}`);
      if (read === 0) return bytes.subarray(0, length);
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const why = code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`;
    throw inputError(path, why, `name ${what}`, error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
