import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Transform } from 'node:stream';
import zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import xxhash from 'xxhash-wasm';
import { inputError } from '../errors.js';
import { failureLine, runChild } from './source-child.js';
import { type ByteReader, through } from './source-bytes.js';
import { damagedZstd, nextZstdFrame, type ZstdFrame, zstdPieces } from './zstd-frames.js';

/** Who decompresses: Node's own zlib, an installed `zstd`, or JavaScript. */
export type ZstdDecoder = 'node' | 'program' | 'javascript';

const OUT_CHUNK = 1 << 18;

// @types/node of our oldest Node does not know it; it is there from Node 22.15 and 23.8 on.
const createZstdDecompress = (
  zlib as { createZstdDecompress?: (options: { chunkSize: number }) => Transform }
).createZstdDecompress;

/** An executable of this name on PATH. */
export function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    const path = join(folder === '' ? '.' : folder, program);
    try {
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  });
}

/** The fastest decoder at hand. */
export function chooseZstdDecoder(): ZstdDecoder {
  if (createZstdDecompress !== undefined) return 'node';
  return onPath('zstd') ? 'program' : 'javascript';
}

async function* raw(
  name: string,
  reader: ByteReader,
  frame: ZstdFrame,
): AsyncGenerator<Uint8Array> {
  for await (const piece of zstdPieces(name, reader, frame)) yield piece.bytes;
}

async function* withNode(
  name: string,
  reader: ByteReader,
  frame: ZstdFrame,
): AsyncGenerator<Uint8Array> {
  const decoder = createZstdDecompress?.({ chunkSize: OUT_CHUNK });
  if (decoder === undefined) throw new Error('this Node has no zstd');
  try {
    yield* through(raw(name, reader, frame), decoder, decoder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!/^(?:ZSTD|Z_|ERR_ZLIB)/i.test(code)) throw error;
    throw damagedZstd(name, frame.at, (error as Error).message, error);
  }
}

/** All frames go through one child; a file can hold thousands (pzstd, the seekable format). */
async function* withProgram(name: string, reader: ByteReader): AsyncGenerator<Uint8Array> {
  const source = async function* (): AsyncGenerator<Uint8Array> {
    for (;;) {
      const frame = await nextZstdFrame(name, reader);
      if (frame === null) return;
      yield* raw(name, reader, frame);
    }
  };
  const child = runChild(spawn('zstd', ['-dcq'], { stdio: 'pipe' }));
  yield* child.output(source());
  const end = await child.ended;
  if (end.status !== 0) {
    const why = failureLine(end.stderr).replace(/^zstd: \/\*stdin\*\\ ?: /, '');
    throw inputError(
      name,
      `zstd data is damaged (zstd -dc: ${why || end.reason})`,
      'copy or compress the file again',
    );
  }
}

/** Lower 32 bits of XXH64, seed 0, over the frame's content (RFC 8878, 3.1.1). */
const newHash = async (): Promise<{ update(bytes: Uint8Array): void; digest32(): number }> => {
  const hash = (await xxhash()).create64();
  return {
    update: (bytes) => void hash.update(bytes),
    digest32: () => Number(hash.digest() & 0xffff_ffffn),
  };
};

/**
 * fzstd sees neither a flipped byte nor a wrong length, and waits for 18 bytes before it begins: it gets
 * whole blocks, and the frame's size and checksum are checked here.
 */
async function* withJavaScript(
  name: string,
  reader: ByteReader,
  frame: ZstdFrame,
): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const decoder = new Decompress((bytes) => {
    if (bytes.length > 0) ready.push(bytes);
  });
  const push = (bytes: Uint8Array, last: boolean): void => {
    try {
      decoder.push(bytes, last);
    } catch (error) {
      throw damagedZstd(name, frame.at, error instanceof Error ? error.message : 'unknown', error);
    }
  };
  const hash = frame.hasChecksum ? await newHash() : null;
  let size = 0;
  for await (const { kind, bytes } of zstdPieces(name, reader, frame)) {
    if (kind === 'checksum') {
      if (Buffer.from(bytes).readUInt32LE(0) !== hash?.digest32()) {
        throw damagedZstd(name, frame.at, 'checksum mismatch');
      }
      continue;
    }
    push(bytes, false);
    // fzstd expects the checksum's four bytes as part of the frame, and ignores them.
    if (kind === 'last-block') push(new Uint8Array(frame.hasChecksum ? 4 : 0), true);
    for (const out of ready.splice(0)) {
      size += out.length;
      hash?.update(out);
      yield out;
    }
  }
  if (frame.contentSize !== null && BigInt(size) !== frame.contentSize) {
    throw damagedZstd(name, frame.at, 'length mismatch');
  }
}

/**
 * Decompresses Zstandard (RFC 8878): several frames, skippable frames. Frames are walked here whoever
 * decodes them, so that a cut or bytes behind the last frame never pass unseen. A flipped byte is
 * seen by the frame's checksum; `zstd` writes one, a frame without it is only as safe as plain text.
 */
export async function* unzstd(
  name: string,
  reader: ByteReader,
  decoder: ZstdDecoder = chooseZstdDecoder(),
): AsyncGenerator<Uint8Array> {
  if (decoder === 'program') {
    yield* withProgram(name, reader);
    return;
  }
  const decode = decoder === 'node' ? withNode : withJavaScript;
  for (;;) {
    const frame = await nextZstdFrame(name, reader);
    if (frame === null) return;
    yield* decode(name, reader, frame);
  }
}
