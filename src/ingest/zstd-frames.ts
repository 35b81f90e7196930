import { inputError, type UserError } from '../errors.js';
import type { ByteReader } from './source-bytes.js';

/** What the header of a Zstandard frame says (RFC 8878, 3.1.1.1). */
export interface ZstdFrame {
  /** Where the frame begins in the input. */
  readonly at: number;
  readonly header: Uint8Array;
  readonly contentSize: bigint | null;
  readonly hasChecksum: boolean;
  readonly windowSize: number;
}

/** A piece of a frame, raw: its header, one block with its header, or the checksum. */
export interface ZstdPiece {
  readonly kind: 'header' | 'block' | 'last-block' | 'checksum';
  readonly bytes: Uint8Array;
}

/** What `zstd -d` accepts without --long: 128 MiB bounds what a hostile header can make us hold. */
const LARGEST_WINDOW = 2 ** 27;
const LARGEST_BLOCK = 2 ** 17;
const MAGIC = 0xfd2fb528;
const again = 'copy or compress the file again';

function cutOff(name: string, reader: ByteReader): UserError {
  return inputError(name, `zstd data is cut off after ${reader.position} bytes`, again);
}

/** The error for a frame that does not decode. */
export function damagedZstd(name: string, at: number, why: string, cause?: unknown): UserError {
  return inputError(name, `zstd data is damaged (${why}, frame at byte ${at})`, again, cause);
}

async function need(name: string, reader: ByteReader, count: number): Promise<Uint8Array> {
  const bytes = await reader.take(count);
  if (bytes === null) throw cutOff(name, reader);
  return bytes;
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** Window_Descriptor: exponent in the upper five bits, mantissa in the lower three (3.1.1.1.2). */
function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

async function skipSkippable(name: string, reader: ByteReader): Promise<void> {
  let left = Number(littleEndian((await need(name, reader, 8)).subarray(4)));
  while (left > 0) {
    const bytes = await reader.some();
    if (bytes === null) throw cutOff(name, reader);
    if (bytes.length > left) reader.putBack(bytes, bytes.length - left);
    left -= Math.min(left, bytes.length);
  }
}

async function readHeader(name: string, reader: ByteReader, at: number): Promise<ZstdFrame> {
  const opening = await reader.peek(5);
  if (opening.length < 5) {
    await reader.take(opening.length);
    throw cutOff(name, reader);
  }
  const descriptor = opening[4] ?? 0;
  const single = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 ? (single ? 1 : 0) : 2 ** sizeFlag;
  if (descriptor & 8) throw damagedZstd(name, at, 'a reserved bit is set');
  const header = await need(name, reader, 5 + (single ? 0 : 1) + dictionaryBytes + sizeBytes);
  const sizeAt = header.length - sizeBytes;
  const dictionary = littleEndian(header.subarray(sizeAt - dictionaryBytes, sizeAt));
  if (dictionary !== 0n) {
    throw inputError(
      name,
      `zstd data needs dictionary ${dictionary}`,
      'decompress it first with `zstd -d -D DICTIONARY`',
    );
  }
  const size = littleEndian(header.subarray(sizeAt)) + (sizeFlag === 1 ? 256n : 0n);
  const contentSize = sizeBytes === 0 ? null : size;
  const windowSize = single ? Number(size) : windowOf(header[5] ?? 0);
  if (windowSize > LARGEST_WINDOW) {
    throw inputError(
      name,
      `zstd data needs a window of ${Math.ceil(windowSize / 2 ** 20)} MiB`,
      'decompress it first with `zstd -d --long=31`',
    );
  }
  return { at, header, contentSize, hasChecksum: (descriptor & 4) !== 0, windowSize };
}

/**
 * The next frame of the input, behind any skippable frames (RFC 8878, 3.1.2); null at the end of the
 * input. Bytes that begin no frame are an error: a decoder would stop there and lose the rest.
 */
export async function nextZstdFrame(name: string, reader: ByteReader): Promise<ZstdFrame | null> {
  for (;;) {
    const at = reader.position;
    const magicBytes = await reader.peek(4);
    if (magicBytes.length === 0) return null;
    const magic = Number(littleEndian(magicBytes));
    if (magicBytes.length === 4 && magic >= 0x184d2a50 && magic <= 0x184d2a5f) {
      await skipSkippable(name, reader);
    } else if (magic === MAGIC) {
      return await readHeader(name, reader, at);
    } else {
      throw inputError(name, `bytes that are not zstd follow the zstd data at byte ${at}`, again);
    }
  }
}

/**
 * The pieces of a frame in order (RFC 8878, 3.1.1.2). Every block carries its length, so a cut is
 * seen here whichever decoder works behind.
 */
export async function* zstdPieces(
  name: string,
  reader: ByteReader,
  frame: ZstdFrame,
): AsyncGenerator<ZstdPiece> {
  yield { kind: 'header', bytes: frame.header };
  const largest = Math.min(LARGEST_BLOCK, Math.max(frame.windowSize, 1));
  for (let last = false; !last;) {
    const opening = await reader.peek(3);
    if (opening.length < 3) {
      await reader.take(opening.length);
      throw cutOff(name, reader);
    }
    const field = Number(littleEndian(opening));
    const type = (field >> 1) & 3;
    const size = field >> 3;
    if (type === 3) throw damagedZstd(name, frame.at, 'unknown block type');
    if (size > largest) throw damagedZstd(name, frame.at, 'a block is too large');
    last = (field & 1) === 1;
    const bytes = await need(name, reader, 3 + (type === 1 ? 1 : size));
    yield { kind: last ? 'last-block' : 'block', bytes };
  }
  if (frame.hasChecksum) yield { kind: 'checksum', bytes: await need(name, reader, 4) };
}
