import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { openPerfScript } from '../../src/ingest/index.js';
import { foldProfile, readProfile } from '../../src/profile/index.js';

const dir = mkdtempSync(join(tmpdir(), 'pvflame-direct-'));
afterAll(() => rmSync(dir, { recursive: true }));

const sample = (i: number) =>
  `sh ${i}/${i} [000] 1.${String(i).padStart(9, '0')}: 7 cycles: \n\tffffffff81000${String(100 + (i % 50))} f${i % 9}+0x1 ([k])\n\n`;
const recording = (samples: number) =>
  Array.from({ length: samples }, (_, i) => sample(i)).join('');

function file(name: string, bytes: string | Buffer): string {
  const path = join(dir, name);
  writeFileSync(path, bytes);
  return path;
}

describe('a regular file that is read directly', () => {
  // less than what is looked at to tell the format, less and more than a chunk, and several chunks
  it.each([1, 500, 7000, 40_000])('gives all bytes once, and their hash: %i samples', async (n) => {
    const text = recording(n);
    const input = await openPerfScript(file(`${n}.txt`, text));
    const direct = input.direct?.() ?? null;
    const parts = [Buffer.from(direct?.head ?? [])];
    const target = Buffer.alloc(1000);
    for (let length = direct?.read(target) ?? 0; length > 0; length = direct?.read(target) ?? 0)
      parts.push(Buffer.from(target.subarray(0, length)));
    expect(Buffer.concat(parts).toString() === text).toBe(true);
    expect(direct?.read(target)).toBe(0);
    const sha256 = createHash('sha256').update(text).digest('hex');
    expect(input.digest()).toEqual({ sha256, bytes: text.length });
    await input.close();
  });

  it('is not one that is packed', async () => {
    const input = await openPerfScript(file('packed.txt', gzipSync(recording(20))));
    expect(input.direct).toBeUndefined();
    await input.close();
  });

  it('reads as the same bytes through a pipe of chunks do', async () => {
    const text = recording(40_000);
    const options = {
      ...({ task: 'comm', comm: undefined, kernelOnly: false } as const),
      nameOf: (path: string) => path,
    };
    const [plain, packed] = await Promise.all(
      [file('plain.txt', text), file('plain.gz', gzipSync(text))].map((path) =>
        readProfile([path], options),
      ),
    );
    const fold = (profile: typeof plain) =>
      profile === undefined
        ? []
        : foldProfile(profile, { event: 'cycles', kernel: true, jit: false, addrs: true });
    expect(fold(plain).length).toBeGreaterThan(5);
    expect(fold(plain)).toEqual(fold(packed));
  });
});
