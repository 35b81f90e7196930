import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
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

// says of each pack, and of each WebAssembly module, whether V8 took what was compiled at build
writeFileSync(
  join(dir, 'watch.cjs'),
  `const vm = require('node:vm');
  const { Script } = vm;
  // in any thread
  if (globalThis.WebAssembly !== undefined) {
    const { Module } = WebAssembly;
    WebAssembly.Module = class extends Module {
      constructor(bytes) {
        super(bytes);
        require('node:fs').writeSync(2, 'module compiled: here\\n');
      }
    };
  }
  vm.Script = class extends Script {
    constructor(source, options) {
      super(source, options);
      this.native = options.filename === undefined;
      if (this.native) return;
      const had = options.cachedData === undefined ? 'none' : this.cachedDataRejected ? 'refused' : 'taken';
      process.on('exit', () => console.error('compiled: ' + had));
    }
    runInThisContext() {
      const ran = super.runInThisContext();
      if (!this.native) return ran;
      return (...args) => {
        const made = ran(...args);
        process.on('exit', () => console.error('machine code: ' + (made === undefined ? 'refused' : 'taken')));
        return made;
      };
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
  const said = (what: string) =>
    lines.filter((line) => line.startsWith(what)).map((line) => line.slice(what.length));
  const stderr = lines
    .filter((line) => !/^(?:compiled|machine code|module compiled): /.test(line))
    .join('\n');
  return {
    ran: { status: ran.status, stdout: ran.stdout, stderr },
    had: [...new Set(said('compiled: '))],
    code: said('machine code: '),
    compiled: said('module compiled: ').length,
  };
}

function copyOfTheProgram() {
  rmSync(join(dir, 'cli'), { recursive: true, force: true });
  rmSync(join(dir, 'assets'), { recursive: true, force: true });
  cpSync(dirname(MAIN), join(dir, 'cli'), { recursive: true });
  cpSync(join(dirname(MAIN), '../assets'), join(dir, 'assets'), { recursive: true });
}

describe('starting from what was compiled at build', () => {
  beforeEach(copyOfTheProgram);
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
    expect(outcome(['--no-opt'])).toEqual({
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

describe("the machine code of WebAssembly modules, made at build for the builder's Node", () => {
  beforeEach(copyOfTheProgram);
  const assets = join(dir, 'assets');
  const kept = () => readdirSync(assets).filter((name) => name.includes('.wasm.'));
  const change = (how: (bytes: Buffer, module: number) => Buffer) => {
    for (const name of kept()) {
      const bytes = readFileSync(join(assets, name));
      writeFileSync(join(assets, name), how(bytes, bytes.readUInt32LE(0)));
    }
  };
  const commands = [
    ['fold', pair[0] ?? ''],
    [...pair, '-f', 'html'],
    ['check', ...pair.slice(0, 1), ...pair.slice(0, 1)],
  ];
  const outcome = (flags: string[] = []) => {
    const runs = commands.map((args) => run(args, flags));
    return { ran: runs.map((r) => r.ran), code: runs.map((r) => r.code) };
  };
  /** What is said of each module that a command may want: of two to fold, of five to compare. */
  const expected = (word?: string) => ({
    ran: commands.map((args) => pvflame(args, { env: { PVFLAME_WORKERS: '0' } })),
    code: commands.map(([name]) =>
      word === undefined ? [] : new Array<string>(name === 'fold' ? 2 : 5).fill(word),
    ),
  });

  it('is taken, once for all threads', () => {
    expect(kept()).toHaveLength(5);
    expect(outcome()).toEqual(expected('taken'));
    expect(commands.map((args) => run(args).compiled)).toEqual([0, 0, 0]);
    // four are used, and what a thread compiles is seen
    for (const name of kept()) rmSync(join(assets, name));
    expect(run(commands[1] ?? []).compiled).toBeGreaterThan(4);
  });

  it('is not asked for without WebAssembly', () => {
    const ran = run([...pair, '-f', 'html']);
    process.env['PVFLAME_WASM'] = 'off';
    try {
      expect(run([...pair, '-f', 'html'])).toEqual({ ...ran, code: [], compiled: 0 });
    } finally {
      delete process.env['PVFLAME_WASM'];
    }
  });

  it('does without where it is missing, cut off, too long, empty or of another module', () => {
    const other = readFileSync(join(assets, kept()[0] ?? ''));
    for (const how of [
      (bytes: Buffer) => bytes.subarray(0, bytes.length - 1),
      (bytes: Buffer, module: number) => bytes.subarray(0, 8 + module),
      (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('x')]),
      () => Buffer.alloc(0),
      (bytes: Buffer) => Buffer.alloc(bytes.length),
      (bytes: Buffer) => (bytes.equals(other) ? Buffer.from('\0asm') : other),
      (bytes: Buffer, module: number) => {
        bytes.writeUInt8(bytes.readUInt8(8 + module - 1) ^ 1, 8 + module - 1);
        return bytes;
      },
    ]) {
      copyOfTheProgram();
      change(how);
      expect(outcome()).toEqual(expected());
    }
    for (const name of kept()) rmSync(join(assets, name));
    expect(outcome()).toEqual(expected());
  });

  it('does without a module that is missing itself', () => {
    for (const name of readdirSync(assets).filter((file) => /^batches\.wasm/.test(file))) {
      copyOfTheProgram();
      rmSync(join(assets, name));
      expect(outcome().ran).toEqual(expected().ran);
    }
    for (const name of readdirSync(assets).filter((file) => file.includes('.wasm')))
      rmSync(join(assets, name));
    expect(outcome().ran).toEqual(expected().ran);
  });

  it('does without where it cannot be read', () => {
    for (const name of kept()) {
      rmSync(join(assets, name));
      mkdirSync(join(assets, name));
    }
    expect(outcome()).toEqual(expected());
  });

  it('does without where what takes it up is missing, cut off or refused', () => {
    const natives = () =>
      join(assets, readdirSync(assets).find((name) => name.startsWith('natives.')) ?? '');
    for (const how of [
      (bytes: Buffer) => bytes.subarray(0, bytes.length - 1),
      () => Buffer.alloc(0),
      (bytes: Buffer) => {
        // the hash of V8's flags
        bytes.writeUInt32LE((bytes.readUInt32LE(12) ^ 0x5555) >>> 0, 12);
        return bytes;
      },
    ]) {
      copyOfTheProgram();
      writeFileSync(natives(), how(readFileSync(natives())));
      expect(outcome()).toEqual(expected());
    }
    rmSync(natives());
    expect(outcome()).toEqual(expected());
  });

  it('does without where V8 says that another V8 or another processor made it, or under other flags', () => {
    for (const at of [0, 4, 8, 12]) {
      copyOfTheProgram();
      change((bytes, module) => {
        bytes.writeUInt32LE((bytes.readUInt32LE(8 + module + at) ^ 0x5555) >>> 0, 8 + module + at);
        return bytes;
      });
      expect(outcome()).toEqual(expected('refused'));
    }
    copyOfTheProgram();
    // other flags: what takes it up is refused already
    expect(outcome(['--no-opt'])).toEqual(expected());
  });
});

describe('the end', () => {
  // process.exit waits for V8's threads, one of which may wait for the one that ends (nodejs/node#54918): a hang
  const hook = join(dir, 'no-exit.cjs');
  writeFileSync(
    hook,
    `const { exit } = process;
    process.exit = process.reallyExit = (...status) => { console.error('ended by force'); exit(...status); };`,
  );
  const shell = (command: string) =>
    spawnSync('bash', ['-c', `set -o pipefail; ${command}`], {
      encoding: 'utf8',
      env: { ...process.env, PVFLAME_WORKERS: '1', NODE: process.execPath, HOOK: hook, MAIN },
    });

  it.each([
    ['fold', 0, `fold ${pair[0]} > /dev/null`],
    ['a comparison', 0, `${pair.join(' ')} -f json > /dev/null`],
    ['help', 0, '--help > /dev/null'],
    ['a wrong option', 2, `fold --no-such`],
    ['a missing file', 3, `${pair[0]} no-such-file`],
    ['an output that cannot be written', 4, `${pair.join(' ')} -o no/such/folder.html`],
    ['a reader that has enough', 0, `fold ${pair[0]} | head -1 > /dev/null`],
  ])('comes by itself: %s', (_, status, args) => {
    const ran = shell(`"$NODE" -r "$HOOK" "$MAIN" ${args}`);
    expect(ran.stderr).not.toContain('ended by force');
    expect(ran.status).toBe(status);
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
