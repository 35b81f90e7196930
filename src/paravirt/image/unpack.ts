import { gunzipSync } from 'node:zlib';
import type { UserError } from '../../errors.js';
import { isBzImage, openBzImage } from './bzimage.js';
import { foreignMachine, isElf } from './elf.js';
import type { Faults } from './fault.js';
import { LZ4_FRAME_MAGIC, LZ4_LEGACY_MAGIC, unpackLz4Legacy } from './lz4.js';
import { bufferSource, type ByteSource } from './source.js';
import { pipeThrough } from './tool.js';
import { unpackZstd, ZSTD_MAGIC } from './zstd.js';

/** An image that unpacks to more is refused: unpacked by hand it is read piece by piece. */
export const MAX_UNPACKED = 1 << 30;
/** Layers of packing (a packed file that is a bzImage that holds a packed vmlinux). */
const MAX_LAYERS = 3;
const HEAD = 0x250;

export type Packing = 'gzip' | 'xz' | 'zstd' | 'lz4';
type Recognised = Packing | 'bzip2' | 'lzma' | 'lzo' | 'LZ4 frames';

/** An ELF image's bytes and how they were wrapped. */
export interface Unpacked {
  readonly source: ByteSource;
  readonly packings: readonly Packing[];
  readonly bzImage: boolean;
  /** Release in the bzImage's header, where there is one. */
  readonly release: string | null;
}

/** Names the compression by its first bytes. */
export function recognisePacking(head: Buffer): Recognised | null {
  if (head.length < 6) return null;
  const magic = head.readUInt32LE(0);
  if (magic === ZSTD_MAGIC) return 'zstd';
  if (magic === LZ4_LEGACY_MAGIC) return 'lz4';
  if (magic === LZ4_FRAME_MAGIC) return 'LZ4 frames';
  if (head.readUInt16BE(0) === 0x1f8b) return 'gzip';
  if (head.readUIntBE(0, 6) === 0xfd377a585a00) return 'xz';
  if (head.toString('latin1', 0, 3) === 'BZh') return 'bzip2';
  if (head.readUInt32BE(0) === 0x894c5a4f) return 'lzo';
  if (head.readUIntBE(0, 3) === 0x5d0000) return 'lzma';
  return null;
}

/** True for the packings that are read. */
export function isRead(kind: Recognised): kind is Packing {
  return kind === 'gzip' || kind === 'xz' || kind === 'zstd' || kind === 'lz4';
}

/** Unpacks one layer of a packing that is read. */
export async function unpackOne(packed: Buffer, kind: Packing, faults: Faults): Promise<Buffer> {
  switch (kind) {
    case 'gzip':
      return gunzip(packed, faults);
    case 'zstd':
      return unpackZstd(packed, MAX_UNPACKED, faults);
    case 'lz4':
      return unpackLz4Legacy(packed, MAX_UNPACKED, faults);
    case 'xz': {
      // --single-stream: the kernel build appends the unpacked size, which xz would complain of.
      const out = pipeThrough('xz', ['-dc', '--single-stream'], packed, MAX_UNPACKED, faults);
      if (out !== null) return out;
      throw faults.refused(
        'packed with xz, and no xz is installed',
        'install xz-utils or unpack it',
      );
    }
  }
}

function gunzip(packed: Buffer, faults: Faults): Buffer {
  try {
    return gunzipSync(packed, { maxOutputLength: MAX_UNPACKED });
  } catch (error) {
    if (error instanceof RangeError)
      throw faults.refused('unpacks to too much', 'unpack it yourself');
    throw faults.damaged('the gzip stream does not decode');
  }
}

/** The packed kernel without the unpacked size that the build appends (scripts/Makefile.lib); gzip ends with one itself. */
function withoutSize(payload: Buffer, kind: Packing): Buffer {
  return kind === 'zstd' || kind === 'lz4' ? payload.subarray(0, -4) : payload;
}

/** Takes the wrapping off until an ELF image is found, by content and never by name. */
export async function unpackImage(file: ByteSource, faults: Faults): Promise<Unpacked> {
  let source = file;
  let release: string | null = null;
  let bzImage = false;
  let inPayload = false;
  const packings: Packing[] = [];
  for (let layer = 0; layer <= MAX_LAYERS; layer++) {
    const head = source.read(0, Math.min(source.size, HEAD), 'the first bytes');
    if (isElf(head)) return { source, packings, bzImage, release };
    const kind = recognisePacking(head);
    if (kind !== null && !isRead(kind)) {
      throw faults.refused(
        `kernel packed with ${kind}, which is not read`,
        'unpack it and give the vmlinux',
      );
    }
    if (kind !== null) {
      const packed = source.read(0, source.size, 'the packed image');
      const bytes = await unpackOne(inPayload ? withoutSize(packed, kind) : packed, kind, faults);
      const stated = inPayload ? packed.readUInt32LE(packed.length - 4) : bytes.length;
      // LZ4 blocks have no checksum: a flipped bit may show in nothing else
      if (bytes.length !== stated) {
        throw faults.damaged(`the kernel unpacks to ${bytes.length} bytes instead of ${stated}`);
      }
      source = bufferSource(bytes, faults);
      packings.push(kind);
      inPayload = false;
      continue;
    }
    if (!isBzImage(head)) throw unknown(source, head, faults);
    const opened = openBzImage(source, faults);
    source = bufferSource(opened.payload, faults);
    release = opened.release;
    bzImage = true;
    inPayload = true;
  }
  throw faults.refused('packed too often', 'unpack it and give the vmlinux');
}

/** Where other architectures' plain images have their magic number (Documentation/arch/{arm64,riscv}). */
const PLAIN_MAGIC = 0x38;
const PLAIN_IMAGES: ReadonlyMap<string, string> = new Map([
  ['ARM\x64', 'AArch64'],
  ['RSC\x05', 'RISC-V'],
]);
/** Where a PE file's section headers end at the latest. */
const PE_HEADERS = 4096;

/** The refusal of what is neither ELF nor a bzImage, by what it is. */
function unknown(source: ByteSource, head: Buffer, faults: Faults): UserError {
  const machine = PLAIN_IMAGES.get(head.toString('latin1', PLAIN_MAGIC, PLAIN_MAGIC + 4));
  if (machine !== undefined) return faults.refused(...foreignMachine(machine));
  const advice = 'give a vmlinux, a bzImage/vmlinuz or a .ko module';
  if (head.toString('latin1', 0, 2) !== 'MZ') return faults.refused('not an ELF image', advice);
  const headers = source.read(0, Math.min(source.size, PE_HEADERS), 'the PE headers');
  return headers.includes('.linux\0')
    ? faults.refused(
        'PE file with a kernel in its section .linux (UKI), not a kernel image',
        'take it out: objcopy -O binary --only-section=.linux FILE vmlinuz',
      )
    : faults.refused('PE file, not a kernel image', advice);
}
