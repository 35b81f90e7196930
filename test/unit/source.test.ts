import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.js';
import { openInput, peekInput, type OpenOptions } from '../../src/ingest/source.js';
import { onPath, type ZstdDecoder } from '../../src/ingest/zstd.js';
import { zlibZstd, zstd } from '../support/zstd.js';

const folder = mkdtempSync(join(tmpdir(), 'pvflame-source-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
function file(bytes: Uint8Array | string, ending = '.txt'): string {
  const path = join(folder, `f${files++}${ending}`);
  writeFileSync(path, bytes);
  return path;
}

const text = Buffer.from(
  Array.from(
    { length: 40_000 },
    (_, i) => `sh ${i} 1.${String(i % 1e6).padStart(6, '0')}: 1 cycles: \n`,
  ).join(''),
);

async function read(path: string, options?: OpenOptions): Promise<Buffer> {
  const input = await openInput(path, options);
  const chunks: Uint8Array[] = [];
  for await (const chunk of input.chunks) chunks.push(chunk);
  input.digest();
  return Buffer.concat(chunks);
}

async function failure(path: string, options?: OpenOptions): Promise<string> {
  const error: unknown = await read(path, options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  const { message, status } = error as UserError;
  expect(status).toBe(3);
  expect(message).toMatch(/^[^\n]+: [^\n]+; [^\n]+$/);
  return message.replace(`${folder}/`, '');
}

describe('plain files and streams', () => {
  test('a file comes as it is, with the hash of its bytes', async () => {
    const input = await openInput(file(text));
    const chunks: Uint8Array[] = [];
    expect(() => input.digest()).toThrow('before the input was read');
    for await (const chunk of input.chunks) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(text)).toBe(true);
    expect(input.digest()).toEqual({
      sha256: createHash('sha256').update(text).digest('hex'),
      bytes: text.length,
    });
  });

  test('stdin is `-`, also one byte at a time', async () => {
    const bytes = Readable.from([...text.subarray(0, 300)].map((b) => Buffer.of(b)));
    expect((await read('-', { stdin: bytes })).equals(text.subarray(0, 300))).toBe(true);
    const packed = Readable.from([...gzipSync(text.subarray(0, 300))].map((b) => Buffer.of(b)));
    expect((await read('-', { stdin: packed })).equals(text.subarray(0, 300))).toBe(true);
  });

  test('a named pipe', async () => {
    const pipe = join(folder, 'pipe');
    spawnSync('mkfifo', [pipe]);
    const writer = spawn('sh', ['-c', 'sleep 0.1; cat "$1" > "$2"', 'sh', file(text), pipe]);
    expect((await read(pipe)).equals(text)).toBe(true);
    await new Promise((resolve) => writer.on('close', resolve));
  });

  test('what cannot be read has its own line', async () => {
    expect(await failure(join(folder, 'none'))).toMatch(/^none: no such file; /);
    expect(await failure(folder)).toContain(': is a directory; ');
    expect(await failure(join(file('x'), 'y'))).toContain('no such file; a part of the path');
    expect(await failure(file(''))).toContain(': is empty; ');
    expect(await failure('-', { stdin: Readable.from([]) })).toMatch(/^stdin: is empty; /);
    expect(await failure('a\0b')).toContain('cannot be read');
    expect(await failure(join(folder, 'two\nlines'))).toContain('two\\x0alines: no such file');
  });

  test.skipIf(process.getuid?.() === 0)('a file without read permission', async () => {
    const path = file('x');
    chmodSync(path, 0);
    expect(await failure(path)).toContain('may not be read; check its permissions');
  });

  test('peeking leaves the input whole', async () => {
    const { head, input } = await peekInput(await openInput(file(text)), 100);
    expect(Buffer.from(head).equals(text.subarray(0, 100))).toBe(true);
    const chunks: Uint8Array[] = [];
    for await (const chunk of input.chunks) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(text)).toBe(true);
    expect(input.digest().bytes).toBe(text.length);
  });

  test('leaving early, or never beginning, closes the file', async () => {
    const openFiles = (path: string): number =>
      readdirSync('/proc/self/fd', { withFileTypes: true }).filter((entry) => {
        const link = spawnSync('readlink', [`/proc/${process.pid}/fd/${entry.name}`]);
        return link.stdout.toString().trim() === path;
      }).length;
    const path = file(gzipSync(Buffer.concat(Array<Buffer>(40).fill(text))), '.gz');
    for await (const chunk of (await openInput(path)).chunks) {
      expect(chunk.length).toBeGreaterThan(0);
      expect(openFiles(path)).toBe(1);
      break;
    }
    await (await openInput(path)).close();
    expect(openFiles(path)).toBe(0);
  });
});

describe('gzip', () => {
  const packed = gzipSync(text);

  test('is known by content, not by name', async () => {
    expect((await read(file(packed, '.txt'))).equals(text)).toBe(true);
    expect((await read(file(text, '.gz'))).equals(text)).toBe(true);
  });

  test('several members, and zeros behind the last', async () => {
    const two = Buffer.concat([packed, gzipSync('second\n'), Buffer.alloc(1000)]);
    expect((await read(file(two))).equals(Buffer.concat([text, Buffer.from('second\n')]))).toBe(
      true,
    );
  });

  test('a header with extra field, name, comment and checksum', async () => {
    const flags = Buffer.from([0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3, 2, 0, 0xaa, 0xbb]);
    const names = Buffer.from('name\0comment\0\x12\x34', 'latin1');
    expect(
      (await read(file(Buffer.concat([flags, names, packed.subarray(10)])))).equals(text),
    ).toBe(true);
  });

  test('cut off', async () => {
    for (const length of [2, 5, 12, packed.length >> 1, packed.length - 5, packed.length - 1]) {
      const message = await failure(file(packed.subarray(0, length)));
      expect(message).toContain(`gzip data is cut off after`);
    }
  });

  test('damaged', async () => {
    const flipped = Buffer.from(packed);
    flipped[packed.length >> 1] = (flipped[packed.length >> 1] ?? 0) ^ 0x10;
    expect(await failure(file(flipped))).toMatch(/gzip data is (?:damaged|cut off)/);
    const crc = Buffer.from(packed);
    crc[packed.length - 8] = (crc[packed.length - 8] ?? 0) ^ 1;
    expect(await failure(file(crc))).toContain('damaged (checksum mismatch, member at byte 0)');
    const isize = Buffer.from(packed);
    isize[packed.length - 1] = (isize[packed.length - 1] ?? 0) ^ 1;
    expect(await failure(file(isize))).toContain('damaged (length mismatch');
  });

  test('a later member that lost its magic, also behind zeros, is not dropped in silence', async () => {
    const broken = Buffer.from(packed);
    broken[0] = 0x1e;
    expect(await failure(file(Buffer.concat([packed, broken])))).toContain('not gzip follow');
    const padded = Buffer.concat([packed, Buffer.alloc(8), packed]);
    expect(await failure(file(padded))).toContain('not gzip follow');
  });

  test('a damaged magic is told by the name', async () => {
    const broken = Buffer.from(packed);
    broken[1] = 0x8a;
    expect(await failure(file(packed.subarray(0, 1), '.gz'))).toContain('is named .gz but holds');
    expect(await failure(file(broken, '.gz'))).toContain('is named .gz but holds no gzip data');
  });
});

const decoders: readonly ZstdDecoder[] = ['node', 'program', 'javascript'];

describe.each(decoders)('zstd by %s', (zstdDecoder) => {
  const absent =
    (zstdDecoder === 'node' && !zlibZstd) || (zstdDecoder === 'program' && !onPath('zstd'));
  const options = { zstdDecoder };
  const packed = zstd(text);
  const skippable = Buffer.from('5e2a4d180300000061626370'.slice(0, 22), 'hex');

  test.skipIf(absent)('one frame, several frames, skippable frames between', async () => {
    expect((await read(file(packed), options)).equals(text)).toBe(true);
    const many = Buffer.concat([
      skippable,
      packed,
      skippable,
      zstd(Buffer.from('tail\n')),
      zstd(Buffer.alloc(0)),
      skippable,
    ]);
    const whole = Buffer.concat([text, Buffer.from('tail\n')]);
    expect((await read(file(many), options)).equals(whole)).toBe(true);
  });

  test.skipIf(absent)('cut off', async () => {
    for (const length of [4, 5, 9, packed.length >> 1, packed.length - 4, packed.length - 1]) {
      expect(await failure(file(packed.subarray(0, length)), options)).toContain(
        'zstd data is cut off after',
      );
    }
  });

  test.skipIf(absent)('damaged', async () => {
    for (const at of [
      packed.length >> 2,
      packed.length >> 1,
      packed.length - 30,
      packed.length - 2,
    ]) {
      const flipped = Buffer.from(packed);
      flipped[at] = (flipped[at] ?? 0) ^ 0x04;
      expect(await failure(file(flipped), options)).toMatch(
        /zstd data is (?:damaged|cut off)|not zstd follow/,
      );
    }
  });

  test.skipIf(absent)('bytes behind the last frame', async () => {
    expect(await failure(file(Buffer.concat([packed, Buffer.from('more')])), options)).toContain(
      `bytes that are not zstd follow the zstd data at byte ${packed.length}`,
    );
  });

  test.skipIf(absent)(
    'a window beyond 128 MiB or a dictionary is refused before it is allocated',
    async () => {
      const wide = Buffer.from('28b52ffd00a0010000', 'hex');
      expect(await failure(file(wide), options)).toContain('needs a window of 1024 MiB');
      const dictionary = Buffer.from('28b52ffd21070a010000', 'hex');
      expect(await failure(file(dictionary), options)).toContain('needs dictionary 7');
    },
  );

  test.skipIf(absent)('leaving early ends the reading', async () => {
    const big = zstd(Buffer.concat(Array<Buffer>(60).fill(text)));
    let chunks = 0;
    for await (const chunk of (await openInput(file(big), options)).chunks) {
      chunks += chunk.length > 0 ? 1 : 0;
      break;
    }
    expect(chunks).toBe(1);
  });
});

test('JavaScript reads compressed blocks, also where no zstd is installed to make some', async () => {
  // zstd 1.5.4, -19 --check
  const packed = [
    'KLUv/QRoBQkA9hExGmBN2wtBj4YBJqHmRYIgXE1CK3vnh9xBCBnkMQAnACUAalVKSHUpxZlsrUVsxvJv3Q8QEBFG',
    'JbIsaWFYugHpxWEgOMoVLvFwJHqikKSG4H4aII0m/S353G+PuXaD9Bo54bE86pZm8tWq7pPZzSM25j+HuTE6h5mE',
    'UHzr2rqnvm3z0s3xD51V88/Pans+Yqc3T338XjW869dp59l34QOM6CCewYTyFpUqc8W1S5/IDMMjNvf92E7rw0vH',
    '2q+u+rgQHXuyDFWoEfBUovn+Z8CX1kEIISFIiNAWTsTPfDu6tEqjesPL9at1S6N6o6W6JVhEEiqIXEQP+WgO6ZEa',
    'Es61p/VGhimc6hlNkuPG4AjrdgSeHng68HM1xbEqkEVcJglnUw==',
  ].join('');
  const lines = Array.from({ length: 40 }, (_, i) => {
    const address = ((i * 7919) % 100_000).toString(16).padStart(5, '0');
    return `\tffffffff81${address} native_op_${i % 5}+0x${i.toString(16)} ([kernel.kallsyms])\n`;
  });
  const options = { zstdDecoder: 'javascript' } as const;
  const got = await read(file(Buffer.from(packed, 'base64')), options);
  expect(got.toString()).toBe(lines.join(''));
});

test('a stalled writer does not keep an error back', async () => {
  const broken = Buffer.concat([gzipSync('').subarray(0, 10), Buffer.alloc(200, 0x07)]);
  const stalled = new Readable({ read: () => undefined });
  stalled.push(broken);
  expect(await failure('-', { stdin: stalled })).toContain('gzip data is damaged');
  expect(existsSync(folder)).toBe(true);
});
