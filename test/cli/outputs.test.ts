import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MAIN, pvflame } from '../support/cli.js';
import { recording } from '../support/recordings.js';

const dir = mkdtempSync(join(tmpdir(), 'pvflame-outputs-'));
afterAll(() => rmSync(dir, { recursive: true }));
const input = recording('6.1', 'native');
const folded = pvflame(['fold', '-q', input]).stdout;
const fold = (output: string, shell = '') =>
  spawnSync(
    'bash',
    ['-c', `"$0" "$1" fold -q "$2" -o "$3" ${shell}`, process.execPath, MAIN, input, output],
    {
      cwd: dir,
      encoding: 'utf8',
    },
  );
const read = (name: string) => readFileSync(join(dir, name), 'utf8');

describe('an output', () => {
  it('that is a link stays one, and what it points at is written', () => {
    writeFileSync(join(dir, 'old'), 'old');
    symlinkSync('old', join(dir, 'first'));
    symlinkSync('first', join(dir, 'second'));
    symlinkSync('made', join(dir, 'dangling'));
    for (const [link, target] of [
      ['second', 'old'],
      ['dangling', 'made'],
    ] as const) {
      expect(fold(link)).toMatchObject({ status: 0, stderr: '' });
      expect(lstatSync(join(dir, link)).isSymbolicLink()).toBe(true);
      expect(read(target)).toBe(folded);
    }
    symlinkSync('there', join(dir, 'here'));
    symlinkSync('here', join(dir, 'there'));
    expect(fold('here')).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('circle') as string,
    });
  });

  it('that stands for a descriptor is written to that, and never replaced', () => {
    symlinkSync('/proc/self/fd/1', join(dir, 'link'));
    symlinkSync('/proc/self/fd', join(dir, 'fds'));
    for (const place of [
      '/dev/fd/1',
      '/proc/self/fd/1',
      '/proc/thread-self/fd/1',
      'link',
      'fds/1',
    ]) {
      writeFileSync(join(dir, 'log'), 'head\n');
      expect(fold(place, '>> log')).toMatchObject({ status: 0, stderr: '' });
      expect(read('log')).toBe(`head\n${folded}`);
    }
    expect(lstatSync(join(dir, 'link')).isSymbolicLink()).toBe(true);
    expect(fold('/dev/fd/2').stderr).toBe(folded);
    expect(fold('/dev/fd/777')).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('not open') as string,
    });
  });

  it('keeps the mode that it had', () => {
    writeFileSync(join(dir, 'secret'), '', { mode: 0o600 });
    expect(fold('secret').status).toBe(0);
    expect(statSync(join(dir, 'secret')).mode & 0o777).toBe(0o600);
    expect(read('secret')).toBe(folded);
  });

  it('may have a name as long as names can be, and no longer', () => {
    expect(fold('x'.repeat(255)).status).toBe(0);
    expect(fold('x'.repeat(256))).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('too long') as string,
    });
  });

  it.skipIf(!existsSync('/dev/full'))('on a full disk is said to be so', () => {
    const ran = fold('-', '> /dev/full');
    expect(ran.status).toBe(4);
    expect(ran.stderr).toContain('standard output: the disk is full; make room; what was written');
  });

  it('is written where another one goes to a reader that has enough', () => {
    const both = join(dir, 'both.json');
    const ran = spawnSync('bash', [
      '-c',
      '"$0" "$1" "$2" "$2" -q -o "$3" -o - -f text | true',
      process.execPath,
      MAIN,
      input,
      both,
    ]);
    expect(ran.stderr.toString()).toBe('');
    expect(JSON.parse(readFileSync(both, 'utf8'))).toHaveProperty('total');
  });
});

describe('a signal is answered', () => {
  const interrupted = async (args: string[], signal: NodeJS.Signals) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    child.kill(signal);
    return new Promise((resolve) => child.once('exit', resolve));
  };

  it('while a pipe that is read has no writer, or one that is written has no reader', async () => {
    const pipe = join(dir, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(await interrupted(['fold', pipe], 'SIGINT')).toBe(130);
    expect(await interrupted(['fold', input, '-o', pipe], 'SIGTERM')).toBe(143);
    const place = mkdtempSync(join(dir, 'two-'));
    const outputs = ['-o', join(place, 'a.json'), '-o', pipe, '-f', 'text'];
    expect(await interrupted([input, input, '-q', ...outputs], 'SIGINT')).toBe(130);
    expect(readdirSync(place)).toEqual([]);
  });

  it('while nobody reads standard output', () => {
    const script =
      '"$0" "$1" fold -q --tid --addrs "$2" "$2" & p=$!; sleep 1.5; kill -TERM $p; wait $p; echo $? >&2';
    const long = join(dir, 'long.txt');
    const line = (i: number) =>
      `c 1 [000] 1.000000: 1 cycles: \n\t    7f0000001000 ${'f'.repeat(200)}${i} (/x)\n\n`;
    writeFileSync(long, Array.from({ length: 5000 }, (_, i) => line(i)).join(''));
    const ran = spawnSync('bash', ['-c', `(${script}) | sleep 2.5`, process.execPath, MAIN, long], {
      encoding: 'utf8',
    });
    expect(ran.stderr.trim().split('\n').at(-1)).toBe('143');
  });
});
