import { expect, it } from 'vitest';
import { DEFAULT_PROFILE_OPTIONS } from '../../src/profile/index.js';
import { generate, readThrough, told } from '../support/both-readers.js';

it('reads a million generated samples by block as it does line by line', () => {
  const each = 400;
  for (let seed = 1001; seed <= 1000 + 1e6 / each; seed++) {
    const text = generate(seed, each);
    const chunk = [97, 4096, 1 << 16][seed % 3];
    const scanned = told(readThrough(text, true, DEFAULT_PROFILE_OPTIONS, 'all', chunk));
    const lines = told(readThrough(text, false, DEFAULT_PROFILE_OPTIONS, 'all', chunk));
    // the comparison of texts is quick, that of objects tells where they differ
    if (JSON.stringify(scanned) !== JSON.stringify(lines)) {
      expect(scanned, `seed ${seed}`).toEqual(lines);
      throw new Error(`seed ${seed}: equal, but not in the same order`);
    }
  }
});
