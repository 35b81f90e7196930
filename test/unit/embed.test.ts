import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { pack, packDocument } from '../../src/render/html/embed.js';

describe('pack', () => {
  it('gives gzip that unpacks to the same bytes, however little or much they shrink', async () => {
    const noise = Buffer.from(
      Array.from({ length: 70_000 }, (_, i) => (i * i * 2654435761) >>> 24),
    );
    for (const bytes of [Buffer.alloc(0), Buffer.from('{}'), noise, Buffer.alloc(1 << 20, '1,')])
      expect(gunzipSync(Buffer.from(await pack(bytes), 'base64')).equals(bytes)).toBe(true);
  });

  it('gives the same text every time, also side by side, and no trace of the system', async () => {
    const document = { names: Array.from({ length: 5000 }, (_, i) => `function_${i * 7}`) };
    const [one, ...others] = await Promise.all([1, 2, 3, 4].map(() => packDocument(document)));
    for (const other of others) expect(other).toBe(one);
    // zlib's thread makes what zlib makes here
    const here = gzipSync(JSON.stringify(document), { level: 5 });
    here.fill(0, 4, 8);
    here[9] = 255;
    expect(one).toBe(here.toString('base64'));
  });
});
