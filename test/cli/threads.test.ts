import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pvflame } from '../support/cli.js';
import { NATIVE_IMAGE, PARAVIRT_IMAGE } from '../support/images.js';
import { recording } from '../support/recordings.js';

const dir = mkdtempSync(join(tmpdir(), 'pvflame-threads-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});
const of = (...names: string[]) => names.map((name) => recording('6.1', name));
const [native, second, third, unpatched, patched] = of(
  'native',
  'native-2',
  'native-3',
  'paravirt-unpatched',
  'paravirt',
) as [string, string, string, string, string];
const run = (workers: string, args: string[]) =>
  pvflame(args, { env: { PVFLAME_WORKERS: workers } });

describe('sides that are read by threads', () => {
  it.each([
    [['--base', native, second, '--new', patched, third, '-f', 'json']],
    [
      [
        native,
        unpatched,
        '-f',
        'html',
        '--base-vmlinux',
        NATIVE_IMAGE,
        '--new-vmlinux',
        PARAVIRT_IMAGE,
      ],
    ],
    [
      [
        'validate',
        '--native',
        native,
        second,
        '--before',
        unpatched,
        '--after',
        patched,
        '-f',
        'json',
      ],
    ],
    [['series', `a=${native}`, `b=${unpatched}`, `c=${patched}`, `d=${third}`, '-f', 'json']],
  ])('give the same bytes: %j', (args) => {
    const alone = run('0', args);
    expect(alone.status).toBe(0);
    for (const workers of ['1', '3']) expect(run(workers, args)).toEqual(alone);
  });

  it('fail as they do one after another: the first side that is bad is named', () => {
    const empty = join(dir, 'empty.txt');
    writeFileSync(empty, '');
    const text = join(dir, 'text.txt');
    writeFileSync(text, 'not a recording\n');
    for (const args of [
      [native, empty],
      [empty, native],
      [empty, text],
      [text, empty],
      [native, join(dir, 'none')],
      ['validate', '--before', native, '--after', text],
    ]) {
      const alone = run('0', args);
      expect(alone.status).toBe(3);
      for (const workers of ['1', '3']) expect(run(workers, args)).toEqual(alone);
    }
  });
});
