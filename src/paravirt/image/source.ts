import { closeSync, openSync, readSync } from 'node:fs';
import type { Faults } from './fault.js';

/** No section of a kernel is larger; a hostile size must not become an allocation. */
const MAX_PIECE = 1 << 30;

/** Random access to an image's bytes: a file read piece by piece, or an unpacked buffer. */
export interface ByteSource {
  readonly size: number;
  /** Exactly `length` bytes at `offset`; an input error when the image ends before. */
  read(offset: number, length: number, what: string): Buffer;
}

function checkRange(
  size: number,
  offset: number,
  length: number,
  what: string,
  faults: Faults,
): void {
  const sane = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (sane && length > MAX_PIECE && offset + length <= size) {
    throw faults.refused(`${what} has ${length} bytes`, 'this is no kernel image');
  }
  if (sane && offset >= 0 && length >= 0 && offset + length <= size) return;
  throw faults.damaged(
    `${what} lies outside the file (offset ${offset}, length ${length}, file ends at ${size})`,
  );
}

/** A file of which only the asked-for pieces are read; opened for each piece, so nothing to close. */
export function fileSource(path: string, size: number, faults: Faults): ByteSource {
  return {
    size,
    read(offset, length, what) {
      checkRange(size, offset, length, what, faults);
      const out = Buffer.allocUnsafe(length);
      const fd = openSync(path, 'r');
      try {
        for (let done = 0; done < length;) {
          const got = readSync(fd, out, done, length - done, offset + done);
          if (got === 0) throw faults.damaged(`the file shrank while ${what} was read`);
          done += got;
        }
      } finally {
        closeSync(fd);
      }
      return out;
    },
  };
}

/** Bytes already in memory. Pieces share its memory. */
export function bufferSource(bytes: Buffer, faults: Faults): ByteSource {
  return {
    size: bytes.length,
    read(offset, length, what) {
      checkRange(bytes.length, offset, length, what, faults);
      return bytes.subarray(offset, offset + length);
    },
  };
}
