import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.js';
import { findSites, readKernelImage } from '../../src/paravirt/image/index.js';
import { imageBytes, scratchFile } from '../support/image-fixtures.js';

/** Numerical Recipes' generator: the same flips on every machine. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
}

/** Offsets of the bytes that are parsed: all but text, which may hold anything. */
function parsed(elf: Buffer): readonly (readonly [from: number, size: number])[] {
  const headers = Number(elf.readBigUInt64LE(40));
  const out: [number, number][] = [
    [0, 64],
    [headers, elf.length - headers],
  ];
  for (let at = headers + 64; at + 64 <= elf.length; at += 64) {
    const isText = (elf.readBigUInt64LE(at + 8) & 4n) !== 0n;
    const size = Number(elf.readBigUInt64LE(at + 32));
    if (!isText && elf.readUInt32LE(at + 4) !== 8 && size > 0)
      out.push([Number(elf.readBigUInt64LE(at + 24)), size]);
  }
  return out;
}

describe.each(['6.1', '6.12'])('flipped bytes in the cut-down %s kernel', (version) => {
  test('end in a table or in an input error, soon', async () => {
    const elf = imageBytes(version);
    const places = parsed(elf);
    const next = numbers(version === '6.1' ? 1 : 2);
    let refused = 0;
    for (let run = 0; run < 150; run++) {
      const bytes = Buffer.from(elf);
      for (let flips = 1 + (next() % 6); flips > 0; flips--) {
        const [from, size] = places[next() % places.length] ?? [0, 64];
        bytes[from + (next() % size)] = next() & 255;
      }
      const started = performance.now();
      try {
        await findSites(await readKernelImage(scratchFile('flipped', bytes)));
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        expect(error.status).toBe(3);
        expect(error.message).not.toContain('\n');
        refused += 1;
      }
      expect(performance.now() - started).toBeLessThan(10_000);
    }
    // Both outcomes occur, or the flips miss what is parsed.
    expect(refused).toBeGreaterThan(10);
    expect(refused).toBeLessThan(150);
  });
});
