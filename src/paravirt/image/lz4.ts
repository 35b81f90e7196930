import type { Faults } from './fault.js';

/** First bytes of the LZ4 legacy frame, which `lz4 -l` writes for the kernel build. */
export const LZ4_LEGACY_MAGIC = 0x184c2102;
/** Of what `lz4` writes else. */
export const LZ4_FRAME_MAGIC = 0x184d2204;
/** Uncompressed size of a legacy block (lz4 doc/lz4_Frame_format.md, "Legacy frame"). */
const BLOCK = 8 << 20;
const MAX_BLOCKS = 4096;

/**
 * Unpacks one LZ4 block (lz4 doc/lz4_Block_format.md) into `out`; gives the bytes written, or -1
 * where the block would read or write outside its bounds.
 */
export function unpackLz4Block(packed: Buffer, out: Buffer): number {
  const end = packed.length;
  let from = 0;
  let to = 0;
  const extended = (start: number): number => {
    let length = start;
    for (let more = 255; more === 255;) {
      if (from >= end) return -1;
      more = packed[from++] ?? 0;
      length += more;
    }
    return length;
  };
  while (from < end) {
    const token = packed[from++] ?? 0;
    const literals = token >> 4 === 15 ? extended(15) : token >> 4;
    if (literals < 0 || from + literals > end || to + literals > out.length) return -1;
    packed.copy(out, to, from, from + literals);
    from += literals;
    to += literals;
    // The last sequence has literals only.
    if (from === end) return to;
    if (from + 2 > end) return -1;
    const distance = (packed[from] ?? 0) | ((packed[from + 1] ?? 0) << 8);
    from += 2;
    const short = token & 15;
    const match = (short === 15 ? extended(15) : short) + 4;
    if (match < 4 || distance === 0 || distance > to || to + match > out.length) return -1;
    if (distance >= match) out.copyWithin(to, to - distance, to - distance + match);
    else for (let i = 0; i < match; i++) out[to + i] = out[to + i - distance] ?? 0;
    to += match;
  }
  return -1;
}

/** Unpacks a whole LZ4 legacy stream; `limit` bounds the result. */
export function unpackLz4Legacy(packed: Buffer, limit: number, faults: Faults): Buffer {
  const block = Buffer.allocUnsafe(BLOCK);
  const parts: Buffer[] = [];
  let total = 0;
  for (let at = 4; at < packed.length;) {
    if (at + 4 > packed.length) throw faults.damaged('the LZ4 stream ends inside a block header');
    const size = packed.readUInt32LE(at);
    at += 4;
    // A second stream may follow the first one.
    if (size === LZ4_LEGACY_MAGIC) continue;
    if (at + size > packed.length) throw faults.damaged('the LZ4 stream ends inside a block');
    const length = unpackLz4Block(packed.subarray(at, at + size), block);
    if (length < 0) throw faults.damaged('an LZ4 block does not decode');
    at += size;
    total += length;
    // Every block but a stream's last has 8 MB: more parts than this are no kernel.
    if (parts.length > MAX_BLOCKS) throw faults.damaged('the LZ4 stream has too many blocks');
    if (total > limit) throw faults.refused('unpacks to too much', 'unpack it yourself');
    parts.push(Buffer.from(block.subarray(0, length)));
  }
  return Buffer.concat(parts, total);
}
