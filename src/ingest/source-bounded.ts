import { closeSync, openSync, readSync } from 'node:fs';

const PIECE = 1 << 20;

/**
 * A file's bytes to its end, whatever size it says it has: what lies under /proc says 0. Undefined where there are more
 * than `most`: a device may have no end. Throws what the system says.
 */
export function readBounded(path: string, most: number): Buffer | undefined {
  const file = openSync(path, 'r');
  try {
    const parts: Buffer[] = [];
    for (let all = 0; ;) {
      const part = Buffer.alloc(Math.min(PIECE, most + 1));
      const read = readSync(file, part);
      if (read === 0) return Buffer.concat(parts);
      all += read;
      if (all > most) return undefined;
      parts.push(part.subarray(0, read));
    }
  } finally {
    closeSync(file);
  }
}
