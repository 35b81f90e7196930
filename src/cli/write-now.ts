import { writeSync } from 'node:fs';

/**
 * Writes a whole text to standard output (1) or error (2) and waits until it is taken. So do Node's streams on Linux,
 * but making one takes two milliseconds. Throws what the system says.
 */
export function writeNow(fd: 1 | 2, text: string | Uint8Array): void {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      // another process has made it non-blocking
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** Standard error: there is nobody to be told that it cannot be written. */
export function writeError(text: string): void {
  try {
    writeNow(2, text);
  } catch {
    return;
  }
}
