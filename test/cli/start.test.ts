import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { MAIN, pvflame } from '../support/cli.js';
import { NATIVE_IMAGE, PARAVIRT_IMAGE } from '../support/images.js';
import { recording } from '../support/recordings.js';

const dir = mkdtempSync(join(tmpdir(), 'pvflame-start-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});
const code = join(dir, 'cli/code');
const compiled = () => readdirSync(code).filter((name) => !name.endsWith('.js'));
const pair = [recording('6.1', 'native'), recording('6.1', 'paravirt-unpatched')];

// says of each pack whether V8 took what was compiled at build
writeFileSync(
  join(dir, 'watch.cjs'),
  `const vm = require('node:vm');
  const { Script } = vm;
  vm.Script = class extends Script {
    constructor(source, options) {
      super(source, options);
      const had = options.cachedData === undefined ? 'none' : this.cachedDataRejected ? 'refused' : 'taken';
      process.on('exit', () => console.error('compiled: ' + had));
    }
  };`,
);

/** Runs the copy of the shipped command line. */
function run(args: string[], flags: string[] = []) {
  const ran = spawnSync(
    process.execPath,
    [...flags, '-r', join(dir, 'watch.cjs'), join(dir, 'cli/main.js'), ...args],
    { encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, PVFLAME_WORKERS: '1' } },
  );
  const lines = ran.stderr.split('\n');
  const had = lines.filter((line) => line.startsWith('compiled: ')).map((line) => line.slice(10));
  const stderr = lines.filter((line) => !line.startsWith('compiled: ')).join('\n');
  return { ran: { status: ran.status, stdout: ran.stdout, stderr }, had: [...new Set(had)] };
}

describe('starting from what was compiled at build', () => {
  beforeEach(() => {
    rmSync(join(dir, 'cli'), { recursive: true, force: true });
    cpSync(dirname(MAIN), join(dir, 'cli'), { recursive: true });
    cpSync(join(dirname(MAIN), '../assets'), join(dir, 'assets'), { recursive: true });
  });
  const commands = [['--help'], ['fold', pair[0] ?? ''], [...pair, '-f', 'html']];
  const expected = () => commands.map((args) => pvflame(args, { env: { PVFLAME_WORKERS: '0' } }));
  const outcome = (flags: string[] = []) => {
    const runs = commands.map((args) => run(args, flags));
    return { ran: runs.map((r) => r.ran), had: [...new Set(runs.flatMap((r) => r.had))] };
  };
  const change = (how: (bytes: Buffer) => Buffer) => {
    for (const name of compiled())
      writeFileSync(join(code, name), how(readFileSync(join(code, name))));
  };

  it('says once that a reading thread cannot start, also where it failed before it was asked for', () => {
    writeFileSync(join(dir, 'cli/side-worker.js'), 'throw new Error("broken");');
    symlinkSync(join(import.meta.dirname, '../../node_modules'), join(dir, 'node_modules'));
    // reading images takes longer than the thread
    const images = ['--base-vmlinux', NATIVE_IMAGE, '--new-vmlinux', PARAVIRT_IMAGE];
    const { ran } = run([...pair, ...images, '-q']);
    expect(ran.status).toBe(70);
    expect(ran.stdout).toBe('');
    expect(ran.stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^pvflame: internal error: broken; this is a bug in pvflame/),
    ]);
  });

  it('happens, and writes nothing', () => {
    const files = () => readdirSync(join(dir, 'cli'), { recursive: true });
    const before = files();
    expect(outcome()).toEqual({ ran: expected(), had: ['taken'] });
    expect(files()).toEqual(before);
  });

  it('does without where it is missing', () => {
    for (const name of compiled()) rmSync(join(code, name));
    expect(outcome()).toEqual({ ran: expected(), had: ['none'] });
  });

  it('does without where another Node made it', () => {
    for (const name of compiled())
      renameSync(join(code, name), join(code, name.replace(process.version, 'v18.0.0')));
    expect(outcome()).toEqual({ ran: expected(), had: ['none'] });
  });

  it('does without where V8 says that another V8 made it', () => {
    change((bytes) => {
      bytes.writeUInt32LE((bytes.readUInt32LE(4) ^ 0x5555) >>> 0, 4);
      return bytes;
    });
    expect(outcome()).toEqual({ ran: expected(), had: ['refused'] });
  });

  it('does without where it is cut off, empty or something else', () => {
    for (const how of [
      (bytes: Buffer) => bytes.subarray(0, bytes.length - 1000),
      () => Buffer.alloc(0),
      () => Buffer.from('something else'),
    ]) {
      change(how);
      expect(outcome()).toEqual({ ran: expected(), had: ['refused'] });
    }
  });

  it('does without under other flags of V8', () => {
    expect(outcome(['--no-lazy-feedback-allocation'])).toEqual({
      ran: expected(),
      had: ['refused'],
    });
  });

  it('does without where it belongs to another source', () => {
    const [first = '', ...others] = compiled();
    for (const name of others) cpSync(join(code, first), join(code, name));
    expect(outcome().ran).toEqual(expected());
  });
});

describe('help', () => {
  it.each(['', 'diff', 'check', 'validate', 'series', 'fold', 'extract', 'verify', 'sites'])(
    'of %j is what it was',
    (name) => {
      const golden = join(import.meta.dirname, `../golden/help/${name || 'pvflame'}.txt`);
      const text = readFileSync(golden, 'utf8');
      const [words, word] = [name === '' ? [] : [name], name === '' ? [] : ['help', name]];
      expect(pvflame([...words, '--help'])).toEqual({ status: 0, stdout: text, stderr: '' });
      if (name !== '') expect(pvflame(word).stdout).toBe(text);
    },
  );

  it('shows where a bug was thrown', () => {
    const ran = pvflame(['fold', join(dir, 'none')], { env: { PVFLAME_DEBUG: '1' } });
    expect(ran.status).toBe(3);
    expect(ran.stderr).toMatch(/no such file/);
    expect(ran.stderr).toMatch(/at (?:async )?openPath .*\/code\/fold-\w+\.js:\d+:\d+/);
  });
});
