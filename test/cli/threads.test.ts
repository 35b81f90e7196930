import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MAIN, pvflame } from '../support/cli.js';
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
    [['--base', native, second, '--new', patched, unpatched, '-f', 'json']],
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

  it('are not waited for where the first side is bad', () => {
    const text = join(dir, 'words.txt');
    writeFileSync(text, 'not a recording\n');
    const pipe = join(dir, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const sample =
      'nm 1 [000] 1.000000:  10 cycles: \n\tffffffff81000000 f ([kernel.kallsyms])\n\n';
    const script = `exec 3>"$1"; printf '${sample.replaceAll('\n', '\\n').replaceAll('\t', '\\t')}' >&3; sleep 60`;
    const writer = spawn('sh', ['-c', script, 'sh', pipe], { stdio: 'ignore', detached: true });
    try {
      const ran = spawnSync(process.execPath, [MAIN, text, pipe], {
        env: { ...process.env, PVFLAME_WORKERS: '1' },
        encoding: 'utf8',
        timeout: 20_000,
      });
      expect(ran).toMatchObject({ status: 3, signal: null });
      expect(ran.stderr).toMatch(/words\.txt: .*\n$/);
    } finally {
      // with its sleep
      if (writer.pid !== undefined) process.kill(-writer.pid);
    }
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
