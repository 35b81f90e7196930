import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll } from 'vitest';
import { UserError } from '../../src/errors.js';
import type { Site } from '../../src/paravirt/image/index.js';

const folder = join(import.meta.dirname, '../../fixtures/images');
let scratch: string | null = null;

/** Path of a cut-down image: "6.1" or "6.12". */
export const imagePath = (version: string): string => join(folder, `${version}.vmlinux.gz`);

/** The same image, unpacked. */
export const imageBytes = (version: string): Buffer => gunzipSync(readFileSync(imagePath(version)));

afterAll(() => {
  if (scratch !== null) rmSync(scratch, { recursive: true });
  scratch = null;
});

/** Writes bytes to a file that goes away after the tests of the file that imports this. */
export function scratchFile(name: string, bytes: Buffer | string): string {
  scratch ??= mkdtempSync(join(tmpdir(), 'pvflame-image-'));
  const path = join(scratch, name);
  writeFileSync(path, bytes);
  return path;
}

/** Rows of the truth file as "address function+offset op length section source inline". */
export function truth(version: string): string[] {
  const text = gunzipSync(readFileSync(join(folder, `${version}.sites.tsv.gz`))).toString('utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [address, symbol, offset, op, length, section, source, inline] = line.split('\t');
      return [address, `${symbol}+${offset}`, op, length, section, source, inline].join(' ');
    });
}

/** A site in the words of the truth file. */
export function inWords(s: Site): string {
  const place = `${s.function}+0x${(s.offset ?? 0).toString(16)}`;
  const address = `0x${s.address.toString(16)}`;
  return [address, place, s.op, s.length, s.section, s.source, s.inline ?? ''].join(' ');
}

/** The sites that the image's own records list. */
export const tabled = (sites: readonly Site[]): string[] =>
  sites.filter((s) => s.tabled && s.source !== 'static_call').map(inWords);

/** A bzImage around a packed payload (Documentation/arch/x86/boot.rst). */
export function bzImage(payload: Buffer, release = '6.12.117-test'): Buffer {
  const setup = 4;
  const head = Buffer.alloc((setup + 1) * 512);
  head.writeUInt8(setup, 0x1f1);
  head.writeUInt16LE(0xaa55, 0x1fe);
  head.write('HdrS', 0x202, 'latin1');
  head.writeUInt16LE(0x20f, 0x206);
  head.writeUInt16LE(0x300 - 0x200, 0x20e);
  head.write(`${release} (someone@somewhere) #1 SMP\0`, 0x300, 'latin1');
  head.writeUInt32LE(64, 0x248);
  head.writeUInt32LE(payload.length, 0x24c);
  return Buffer.concat([head, Buffer.alloc(64), payload, Buffer.alloc(100)]);
}

/** The unpacked size that the kernel build appends to every payload but gzip. */
export function withSize(packed: Buffer, size: number): Buffer {
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(size);
  return Buffer.concat([packed, tail]);
}

/** LZ4 legacy stream of literals and, for runs of zeros, matches: enough for a decoder's test. */
export function lz4Legacy(bytes: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(0x184c2102);
  const parts: Buffer[] = [head];
  for (let at = 0; at < bytes.length; at += 8 << 20) {
    const block = lz4Block(bytes.subarray(at, at + (8 << 20)));
    const size = Buffer.alloc(4);
    size.writeUInt32LE(block.length);
    parts.push(size, block);
  }
  return Buffer.concat(parts);
}

function lengthBytes(rest: number): Buffer {
  return Buffer.concat([Buffer.alloc(Math.floor(rest / 255), 255), Buffer.from([rest % 255])]);
}

function lz4Block(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  const emit = (literals: Buffer, match: number | null): void => {
    const high = Math.min(15, literals.length);
    const low = match === null ? 0 : Math.min(15, match - 4);
    parts.push(Buffer.from([(high << 4) | low]));
    if (high === 15) parts.push(lengthBytes(literals.length - 15));
    parts.push(literals);
    if (match === null) return;
    parts.push(Buffer.from([1, 0]));
    if (low === 15) parts.push(lengthBytes(match - 19));
  };
  const zeros = Buffer.alloc(64);
  for (let at = bytes.indexOf(zeros); at >= 0; at = bytes.indexOf(zeros, from)) {
    let end = at;
    while (end < bytes.length - 16 && bytes[end] === 0) end++;
    if (end - at < 8) break;
    // The first zero is a literal; the rest repeats it at distance 1.
    emit(bytes.subarray(from, at + 1), end - at - 1);
    from = end;
  }
  emit(bytes.subarray(from), null);
  return Buffer.concat(parts);
}

/** The error that a reader ended with, which must be one that a user can act on. */
export async function failure(work: () => Promise<unknown>): Promise<UserError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('expected an input error');
}
