import * as zlib from 'node:zlib';
import type { Faults } from './fault.js';
import { pipeThrough } from './tool.js';

export const ZSTD_MAGIC = 0xfd2fb528;
/** Largest output of one block (RFC 8878, 3.1.1.2.4). */
const BLOCK_MAX = 128 << 10;

type Sync = (data: Buffer, options: object) => Buffer;

/** node:zlib's own decoder: Node 22.15 and later have it, Node 20 has not. */
function builtIn(): Sync | null {
  const found: unknown = Reflect.get(zlib, 'zstdDecompressSync');
  return typeof found === 'function' ? (found as Sync) : null;
}

interface Frame {
  /** Where the frame's blocks end; the checksum, where there is one, follows. */
  readonly end: number;
  readonly hasChecksum: boolean;
  /** No frame unpacks to more than this. */
  readonly atMost: number;
}

/** Walks one frame's headers (RFC 8878, 3.1.1) without decoding; null where it is cut off. */
export function walkZstdFrame(packed: Buffer): Frame | null {
  const descriptor = packed[4];
  if (descriptor === undefined) return null;
  const single = (descriptor & 0x20) !== 0;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  let at = 5 + (single ? 0 : 1) + dictionary + sizeBytes;
  let atMost = 0;
  for (let last = false; !last;) {
    if (at + 3 > packed.length) return null;
    const header = packed.readUIntLE(at, 3);
    const size = header >> 3;
    last = (header & 1) === 1;
    at += 3 + (((header >> 1) & 3) === 1 ? 1 : size);
    atMost += BLOCK_MAX;
  }
  if (at > packed.length) return null;
  return { end: at, hasChecksum: (descriptor & 4) !== 0, atMost };
}

/** Last resort without tools: fzstd, with the checksum that it does not check itself. */
async function inScript(packed: Buffer, limit: number, faults: Faults): Promise<Buffer> {
  const frame = walkZstdFrame(packed);
  const end = frame === null ? 0 : frame.end + (frame.hasChecksum ? 4 : 0);
  if (frame === null || end > packed.length) throw faults.damaged('the zstd stream ends too early');
  if (frame.atMost > limit + BLOCK_MAX)
    throw faults.refused('unpacks to too much', 'unpack it yourself');
  const { decompress } = await import('fzstd');
  let out: Buffer;
  try {
    const bytes = decompress(packed.subarray(0, end));
    out = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch {
    throw faults.damaged('the zstd stream does not decode');
  }
  if (!frame.hasChecksum) return out;
  const { default: xxhash } = await import('xxhash-wasm');
  const low = Number(BigInt.asUintN(32, (await xxhash()).h64Raw(out)));
  if (low !== packed.readUInt32LE(frame.end)) throw faults.damaged('the zstd checksum is wrong');
  return out;
}

/** Unpacks a zstd stream of at most `limit` bytes: node:zlib, else the zstd tool, else fzstd. */
export async function unpackZstd(packed: Buffer, limit: number, faults: Faults): Promise<Buffer> {
  const sync = builtIn();
  if (sync !== null) {
    try {
      // 100 is ZSTD_d_windowLogMax; kernels are packed with windows of up to 128 MB.
      return sync(packed, { maxOutputLength: limit, params: { 100: 30 } });
    } catch {
      throw faults.damaged('the zstd stream does not decode');
    }
  }
  const args = ['-dc', '--memory=1024MB'];
  return (
    pipeThrough('zstd', args, packed, limit, faults) ?? (await inScript(packed, limit, faults))
  );
}
