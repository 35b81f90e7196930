import { createInflateRaw, crc32 } from 'node:zlib';
import { inputError, type UserError } from '../errors.js';
import { type ByteReader, through } from './source-bytes.js';

const FHCRC = 2;
const FEXTRA = 4;
const FNAME = 8;
const FCOMMENT = 16;
const RESERVED = 0xe0;
const OUT_CHUNK = 1 << 18;

const again = 'copy or compress the file again';

function cutOff(name: string, reader: ByteReader): UserError {
  return inputError(name, `gzip data is cut off after ${reader.position} bytes`, again);
}

function damaged(name: string, at: number, why: string, cause?: unknown): UserError {
  return inputError(name, `gzip data is damaged (${why}, member at byte ${at})`, again, cause);
}

async function need(name: string, reader: ByteReader, count: number): Promise<Uint8Array> {
  const bytes = await reader.take(count);
  if (bytes === null) throw cutOff(name, reader);
  return bytes;
}

async function skipString(name: string, reader: ByteReader): Promise<void> {
  for (;;) {
    const bytes = await reader.some();
    if (bytes === null) throw cutOff(name, reader);
    const end = bytes.indexOf(0);
    if (end >= 0) {
      reader.putBack(bytes, bytes.length - end - 1);
      return;
    }
  }
}

/** Reads one member header (RFC 1952, 2.3), of which nothing but its length matters here. */
async function skipHeader(name: string, reader: ByteReader, at: number): Promise<void> {
  const header = await need(name, reader, 10);
  const flags = header[3] ?? 0;
  if (header[2] !== 8) throw damaged(name, at, `unknown method ${header[2]}`);
  if ((flags & RESERVED) !== 0) throw damaged(name, at, 'reserved flags are set');
  if (flags & FEXTRA) {
    const [low = 0, high = 0] = await need(name, reader, 2);
    await need(name, reader, low | (high << 8));
  }
  if (flags & FNAME) await skipString(name, reader);
  if (flags & FCOMMENT) await skipString(name, reader);
  if (flags & FHCRC) await need(name, reader, 2);
}

/** Inflates one member's data and leaves the reader on its trailer; returns [CRC32, length mod 2^32]. */
async function* inflateMember(
  name: string,
  reader: ByteReader,
  at: number,
): AsyncGenerator<Uint8Array, [number, number]> {
  const inflate = createInflateRaw({ chunkSize: OUT_CHUNK });
  let fed = 0;
  let last: Uint8Array = new Uint8Array(0);
  const source = async function* (): AsyncGenerator<Uint8Array> {
    for await (const bytes of reader.rest()) {
      last = bytes;
      fed += bytes.length;
      yield bytes;
      // zlib stops at the end of the deflate stream, and says how much it used.
      if (inflate.bytesWritten < fed) return;
    }
  };
  let crc = 0;
  let length = 0;
  try {
    for await (const out of through(source(), inflate, inflate)) {
      crc = crc32(out, crc);
      length = (length + out.length) >>> 0;
      yield out;
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'Z_BUF_ERROR') throw cutOff(name, reader);
    if (typeof code === 'string' && code.startsWith('Z_')) {
      throw damaged(name, at, (error as Error).message, error);
    }
    throw error;
  }
  reader.putBack(last, fed - inflate.bytesWritten);
  return [crc, length];
}

const u32 = (bytes: Uint8Array, at: number): number =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).readUInt32LE(at);

/** Bytes behind the last member: zeros are tape padding (gzip ignores them too), all else is an error. */
async function checkPadding(name: string, reader: ByteReader): Promise<void> {
  const at = reader.position;
  for await (const bytes of reader.rest()) {
    if (bytes.some((byte) => byte !== 0)) {
      throw inputError(name, `bytes that are not gzip follow the gzip data at byte ${at}`, again);
    }
  }
}

/**
 * Decompresses gzip (RFC 1952) with any number of members. Walks the members itself: zlib.createGunzip
 * drops what follows zero padding, so a damaged later member would vanish without a word.
 */
export async function* gunzip(name: string, reader: ByteReader): AsyncGenerator<Uint8Array> {
  for (;;) {
    const at = reader.position;
    const [id1, id2] = await reader.peek(2);
    if (id1 === undefined) return;
    if (id1 !== 0x1f || (id2 !== undefined && id2 !== 0x8b))
      return await checkPadding(name, reader);
    await skipHeader(name, reader, at);
    const [crc, length] = yield* inflateMember(name, reader, at);
    const trailer = await need(name, reader, 8);
    if (u32(trailer, 0) !== crc) throw damaged(name, at, 'checksum mismatch');
    if (u32(trailer, 4) !== length) throw damaged(name, at, 'length mismatch');
  }
}
