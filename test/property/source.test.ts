import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.js';
import { compressionOf, sniff } from '../../src/ingest/sniff.js';
import { openInput } from '../../src/ingest/source.js';
import { onPath, type ZstdDecoder } from '../../src/ingest/zstd.js';
import { storedZstd, zlibZstd, zstd } from '../support/zstd.js';

/** The bytes in pieces, cut anywhere, as a pipe may deliver them. */
function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [
    0,
    ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b),
    bytes.length,
  ];
  return at
    .slice(1)
    .map((end, i) => bytes.subarray(at[i], end))
    .filter((piece) => piece.length > 0);
}

async function read(parts: Uint8Array[], zstdDecoder?: ZstdDecoder): Promise<Buffer> {
  const options = zstdDecoder === undefined ? {} : { zstdDecoder };
  const input = await openInput('-', { stdin: Readable.from(parts), ...options });
  const chunks: Uint8Array[] = [];
  for await (const chunk of input.chunks) chunks.push(chunk);
  expect(input.digest().bytes).toBe(parts.reduce((sum, part) => sum + part.length, 0));
  return Buffer.concat(chunks);
}

const cuts = fc.array(fc.nat(), { maxLength: 6 });
/** Text that compresses, of a few kilobytes, with members or frames of which some are empty. */
const members = fc.array(
  fc.tuple(fc.string({ unit: 'binary-ascii', maxLength: 40 }), fc.nat({ max: 200 })),
  { minLength: 1, maxLength: 4 },
);
const textOf = ([line, times]: readonly [string, number]): Buffer =>
  Buffer.from(Array.from({ length: times }, (_, i) => `${line}${i % 7}\n`).join(''));

interface Codec {
  readonly name: string;
  readonly pack: (data: Uint8Array) => Buffer;
  readonly decoder?: ZstdDecoder;
  readonly numRuns: number;
}
const codecs: Codec[] = [
  { name: 'gzip', pack: (data) => gzipSync(data), numRuns: 300 },
  { name: 'zstd by javascript, stored', pack: storedZstd, decoder: 'javascript', numRuns: 200 },
  { name: 'zstd by javascript', pack: zstd, decoder: 'javascript', numRuns: 60 },
];
if (onPath('zstd'))
  codecs.push({ name: 'zstd by program', pack: zstd, decoder: 'program', numRuns: 60 });
if (zlibZstd) codecs.push({ name: 'zstd by node', pack: zstd, decoder: 'node', numRuns: 60 });

describe.each(codecs)('$name', ({ pack, decoder, numRuns }) => {
  test('comes back whole from any members in any chunks', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(members, cuts, async (list, where) => {
        const texts = list.map(textOf);
        const packed = Buffer.concat(texts.map((text) => pack(text)));
        expect((await read(pieces(packed, where), decoder)).equals(Buffer.concat(texts))).toBe(
          true,
        );
      }),
      { numRuns },
    );
  });

  const text = Buffer.from(
    Array.from(
      { length: 500 },
      (_, i) => `\tffffffff81${(i * 7919) % 100_000} f_${i % 40}+0x${i}\n`,
    ).join(''),
  );
  const packed = pack(text);

  /** A damaged input is refused, or what was damaged did not matter: never less or other text. */
  async function refusedOrWhole(bytes: Uint8Array): Promise<void> {
    let got: Buffer;
    try {
      got = await read([bytes], decoder);
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      return;
    }
    // Without its magic it is no compressed input any more; its name or the format check tell.
    if (compressionOf(bytes) !== null) expect(got.equals(text)).toBe(true);
  }

  test('a flipped byte is never silent', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: packed.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, mask) => {
          const flipped = Buffer.from(packed);
          flipped[at] = (flipped[at] ?? 0) ^ mask;
          await refusedOrWhole(flipped);
        },
      ),
      { numRuns },
    );
  });

  test('a cut is never silent', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: packed.length - 1 }), async (length) => {
        await refusedOrWhole(packed.subarray(0, length));
      }),
      { numRuns },
    );
  });

  test('bytes left out or put in are never silent', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: packed.length - 1 }),
        fc.uint8Array({ maxLength: 8 }),
        fc.nat({ max: 8 }),
        async (at, put, gone) => {
          fc.pre(put.length + gone > 0);
          const changed = Buffer.concat([packed.subarray(0, at), put, packed.subarray(at + gone)]);
          await refusedOrWhole(changed);
        },
      ),
      { numRuns },
    );
  });
});

test('sniff answers for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      expect(typeof sniff(bytes)).toBe('string');
    }),
  );
});
