import { execFileSync } from 'node:child_process';
import zlib from 'node:zlib';
import xxhash from 'xxhash-wasm';
import { onPath } from '../../src/ingest/zstd.js';

/** Whether this Node knows zstd by itself. */
export const zlibZstd = 'createZstdDecompress' in zlib;

const { h64Raw } = await xxhash();

/** A frame of raw blocks with checksum (RFC 8878): what is left where no compressor is installed. */
export function storedZstd(data: Uint8Array): Buffer {
  const parts: Uint8Array[] = [Buffer.from('28b52ffd0438', 'hex')];
  for (let at = 0; at === 0 || at < data.length; at += 1 << 17) {
    const block = data.subarray(at, at + (1 << 17));
    const last = at + (1 << 17) >= data.length ? 1 : 0;
    const header = Buffer.alloc(3);
    header.writeUIntLE((block.length << 3) | last, 0, 3);
    parts.push(header, block);
  }
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(Number(h64Raw(data) & 0xffff_ffffn));
  return Buffer.concat([...parts, checksum]);
}

/** A zstd frame with checksum, compressed where `zstd` is installed. */
export function zstd(data: Uint8Array): Buffer {
  return onPath('zstd')
    ? execFileSync('zstd', ['-qc', '--check'], { input: data, maxBuffer: 1 << 28 })
    : storedZstd(data);
}
