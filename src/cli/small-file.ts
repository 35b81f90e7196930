import { inputError } from '../errors.js';
// not from the index: what reads recordings is not needed for this
import { readBounded } from '../ingest/source-bounded.js';

const WORDS: Readonly<Record<string, string>> = { ENOENT: 'no such file', EISDIR: 'is a folder' };

/** A small file's bytes, whole. Throws UserError (exit status 3), also where there are more than `most` bytes. */
export function readSmallFile(path: string, what: string, most = 1 << 20): Buffer {
  let bytes: Buffer | undefined;
  try {
    bytes = readBounded(path, most);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw inputError(path, WORDS[code] ?? `cannot be read (${code})`, `name ${what}`, error);
  }
  if (bytes !== undefined) return bytes;
  throw inputError(path, `has more than ${most} bytes, too many`, `name ${what}`);
}
