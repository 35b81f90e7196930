import { describe, expect, it } from 'vitest';
import { pvflame } from '../support/cli.js';
import { NATIVE_IMAGE, PARAVIRT_IMAGE } from '../support/images.js';
import { recording } from '../support/recordings.js';

const images = ['--base-vmlinux', NATIVE_IMAGE, '--new-vmlinux', PARAVIRT_IMAGE];

describe('with and without WebAssembly', () => {
  const pairs: [string, string[]][] = [
    ['a pair', [recording('6.1', 'native'), recording('6.1', 'paravirt')]],
    ['a pair with images', [recording('6.1', 'native'), recording('6.1', 'paravirt'), ...images]],
    ['another kernel', [recording('6.12', 'native'), recording('6.12', 'paravirt')]],
    ['kernel only', [recording('6.1', 'native'), recording('6.1', 'paravirt'), '--kernel-only']],
  ];
  for (const [name, args] of pairs) {
    it(`gives the same report, byte for byte: ${name}`, () => {
      const scanned = pvflame([...args, '-f', 'json']);
      expect(scanned.status).toBe(0);
      const lines = pvflame([...args, '-f', 'json'], { env: { PVFLAME_WASM: 'off' } });
      expect(scanned.stdout === lines.stdout).toBe(true);
    });
  }

  it('folds the same', () => {
    for (const option of ['--kernel', '--tid', '--addrs', '--kernel-only']) {
      const args = ['fold', option, recording('6.1', 'paravirt')];
      const scanned = pvflame(args);
      expect(scanned.stdout.length).toBeGreaterThan(1000);
      expect(pvflame(args, { env: { PVFLAME_WASM: 'off' } })).toEqual(scanned);
    }
  });
});
