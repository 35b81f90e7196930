import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readKernelImage } from '../../src/paravirt/image/index.js';
import { buildElf } from '../support/image-elf.js';
import {
  bzImage,
  failure,
  imageBytes,
  lz4Legacy,
  scratchFile,
  withSize,
} from '../support/image-fixtures.js';

const image = imageBytes('6.12');

function changed(edit: (bytes: Buffer) => void): Buffer {
  const copy = Buffer.from(image);
  edit(copy);
  return copy;
}

/** A PE file with a magic number at 0x38 and a section of that name. */
function plain(magic: string, section = ''): Buffer {
  const out = Buffer.alloc(1024);
  out.write('MZ', 0, 'latin1');
  out.write(magic, 0x38, 'latin1');
  out.write(section, 0x188, 'latin1');
  return out;
}

const packed = (times: number): Buffer =>
  times === 0 ? Buffer.from('kernel') : gzipSync(packed(times - 1));

const text = {
  name: '.text',
  flags: 'AX',
  address: 0xffffffff81000000n,
  data: Buffer.alloc(64, 0x90),
} as const;
const refusals: readonly (readonly [string, Buffer, RegExp])[] = [
  ['32-bit', changed((b) => b.writeUInt8(1, 4)), /32-bit ELF image \(ELFCLASS32\)/],
  ['big-endian', changed((b) => b.writeUInt8(2, 5)), /big-endian/],
  ['another architecture', changed((b) => b.writeUInt16LE(183, 18)), /AArch64, not for x86-64/],
  ['an unknown architecture', changed((b) => b.writeUInt16LE(9999, 18)), /machine 9999/],
  ['a core dump', changed((b) => b.writeUInt16LE(4, 16)), /core dump/],
  ['a plain arm64 image', plain('ARM\x64'), /kernel image for AArch64, not for x86-64/],
  ['a plain RISC-V image', plain('RSC\x05'), /kernel image for RISC-V, not for x86-64/],
  [
    'a unified kernel image',
    plain('', '.linux\0\0'),
    /PE file with a kernel in its section \.linux/,
  ],
  ['another program for EFI', plain('', '.text\0\0\0'), /PE file, not a kernel image/],
  ['packed five times', packed(5), /packed too often/],
  ['no ELF', Buffer.from('hello, this is text'), /not an ELF image/],
  ['a few bytes', Buffer.from('hi'), /not an ELF image/],
  ['nothing', Buffer.alloc(0), /empty file/],
  ['cut in the header', image.subarray(0, 40), /damaged kernel image: the ELF header lies outside/],
  [
    'cut before its sections',
    image.subarray(0, 100_000),
    /section header table lies outside the file/,
  ],
  ['no section headers', changed((b) => b.writeBigUInt64LE(0n, 40)), /without section headers/],
  ['bzip2', bzImage(Buffer.from('BZh91AY&SY')), /packed with bzip2, which is not read/],
  ['lzma', bzImage(Buffer.from('5d00000080ffffffffffffffff', 'hex')), /packed with lzma/],
  ['LZ4 frames', Buffer.from('04224d186470b9', 'hex'), /packed with LZ4 frames, which is not read/],
  ['lzo', bzImage(Buffer.from('894c5a4f000d0a1a', 'hex')), /packed with lzo/],
  [
    'bad LZ4',
    bzImage(Buffer.from('02214c1805000000ffffffffff00000000', 'hex')),
    /LZ4 block does not decode/,
  ],
  ['cut LZ4', bzImage(Buffer.from('02214c1805000100ff00000000', 'hex')), /LZ4 stream ends/],
  [
    'LZ4 that unpacks to less than the build said',
    bzImage(withSize(lz4Legacy(image), image.length + 7)),
    /damaged kernel image: the kernel unpacks to \d+ bytes instead of \d+/,
  ],
  ['bad gzip', Buffer.from('1f8b0800000000000003deadbeef', 'hex'), /gzip stream does not decode/],
  ['bad zstd', Buffer.from('28b52ffd0438deadbeef00', 'hex'), /zstd/],
  [
    'an old bzImage',
    ((): Buffer => {
      const old = bzImage(image);
      old.writeUInt16LE(0x206, 0x206);
      return old;
    })(),
    /before Linux 2\.6\.26/,
  ],
  ['a program', buildElf({ sections: [text] }), /not a Linux kernel or module/],
  [
    'an object file',
    buildElf({ relocatable: true, sections: [{ ...text, address: 0n }] }),
    /not a Linux kernel/,
  ],
  [
    'debug information only',
    buildElf({ sections: [{ name: '.text', type: 8, flags: 'AX', address: 0x1000n, size: 64 }] }),
    /separate debug information/,
  ],
  [
    'alternatives of no known size',
    buildElf({
      sections: [text, { name: '.altinstructions', flags: 'A', data: Buffer.alloc(11, 1) }],
    }),
    /\.altinstructions does not decode/,
  ],
  [
    'patch sites outside the text',
    buildElf({
      sections: [text, { name: '.parainstructions', flags: 'A', data: Buffer.alloc(16, 1) }],
    }),
    /points outside the text/,
  ],
  [
    'BTF without its magic',
    buildElf({
      sections: [
        text,
        { name: '.BTF', flags: 'A', data: Buffer.alloc(32) },
        { name: '.altinstructions', flags: 'A' },
      ],
    }),
    /\.BTF without its magic/,
  ],
];

describe('refused in one line that says what it is', () => {
  test.each(refusals)('%s', async (name, bytes, message) => {
    const path = scratchFile(`refused-${name.replaceAll(/\W/g, '-')}`, bytes);
    const error = await failure(() => readKernelImage(path));
    expect(error.status).toBe(3);
    expect(error.message).toMatch(message);
    expect(error.message.startsWith(`${path}: `)).toBe(true);
    expect(error.message).not.toContain('\n');
    expect(error.message).toContain('; ');
  });

  test('a folder and a missing file', async () => {
    const { dirname } = import.meta;
    expect((await failure(() => readKernelImage(dirname))).message).toContain('not a regular file');
    expect((await failure(() => readKernelImage(`${dirname}/none`))).message).toContain(
      'no such file',
    );
  });
});
