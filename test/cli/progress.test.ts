import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { progressLine } from '../../src/cli/progress.js';
import { MAIN } from '../support/cli.js';
import { recording } from '../support/recordings.js';

const dir = mkdtempSync(join(tmpdir(), 'pvflame-progress-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});
const text = join(dir, 'native.txt');
writeFileSync(text, gunzipSync(readFileSync(recording('6.1', 'native'))));

describe('the progress line', () => {
  it('says bytes, rate, and time left where the whole is known', () => {
    expect(progressLine(50e6, 200e6, 500)).toBe(
      'pvflame: reading, 50 of 200 MB, 100 MB/s, 2 s left',
    );
    expect(progressLine(3e6, 0, 1000)).toBe('pvflame: reading, 3.0 MB, 3.0 MB/s');
  });

  /** Runs in a terminal of its own (util-linux), with input that takes longer than a second. */
  const onTerminal = (more: string) =>
    spawnSync(
      'script',
      [
        '-qec',
        `(head -c 2000000 ${text}; sleep 1.4; tail -c +2000001 ${text}; sleep 0.3) | ${process.execPath} ${MAIN} fold - ${more} > ${join(dir, 'out')}`,
        '/dev/null',
      ],
      { encoding: 'utf8' },
    ).stdout;

  it('stands on a terminal and is taken away', () => {
    const shown = onTerminal('');
    expect(shown).toMatch(/\rpvflame: reading, [\d.]+ MB, [\d.]+ MB\/s/);
    expect(shown.trimEnd()).toMatch(/\r\u001b\[K$/);
    expect(readFileSync(join(dir, 'out'), 'utf8')).toMatch(/^\S.* \d+\n/);
  });

  it('is not there with -q, nor in a pipe', () => {
    expect(onTerminal('-q')).not.toContain('reading');
    const piped = spawnSync('bash', [
      '-c',
      `(head -c 2000000 ${text}; sleep 1.3; tail -c +2000001 ${text}) | ${process.execPath} ${MAIN} fold - > /dev/null`,
    ]);
    expect(piped.stderr.toString()).toBe('');
  });
});

describe('an interrupt', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends with status %i and leaves nothing behind', async (signal, status) => {
    const place = mkdtempSync(join(dir, 'out-'));
    const child = spawn(process.execPath, [
      MAIN,
      ...[
        recording('6.1', 'native'),
        '-',
        '-o',
        join(place, 'r.html'),
        '-o',
        join(place, 'r.json'),
      ],
    ]);
    // it waits for the rest of its standard input
    child.stdin.write(readFileSync(text).subarray(0, 100_000));
    await new Promise((resolve) => setTimeout(resolve, 500));
    child.kill(signal);
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(status);
    expect(readdirSync(place)).toEqual([]);
  });
});
