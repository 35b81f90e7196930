import { ByteReader } from '../../ingest/source-bytes.js';
import { unzstd } from '../../ingest/zstd.js';
import type { Faults } from './fault.js';

export const ZSTD_MAGIC = 0xfd2fb528;
const CHUNK = 1 << 20;

async function* chunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
}

/** Unpacks a zstd stream of at most `limit` bytes with what the inputs are unpacked with. */
export async function unpackZstd(packed: Buffer, limit: number, faults: Faults): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of unzstd(faults.path, new ByteReader(chunks(packed)))) {
    total += part.length;
    if (total > limit) throw faults.refused('unpacks to too much', 'unpack it yourself');
    parts.push(part);
  }
  return Buffer.concat(parts, total);
}
