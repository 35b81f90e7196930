import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.js';
import {
  openPerfScript,
  withoutWhatPerfLacks,
  type PerfOptions,
} from '../../src/ingest/perf-data.js';

const folder = mkdtempSync(join(tmpdir(), 'pvflame-perf-'));
const log = join(folder, 'calls');
const recording = join(folder, 'perf.data');
const data = Buffer.concat([Buffer.from('PERFILE2'), Buffer.alloc(3000, 7)]);
writeFileSync(recording, data);
const kallsyms = join(folder, 'kallsyms.gz');
writeFileSync(kallsyms, gzipSync('ffffffff81000000 T _text\n'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A shell script in perf's place: notes how it was called, then does `body` with $data, $syms, $fields. */
function fakePerf(body: string): void {
  const path = join(folder, 'perf');
  const script = `#!/bin/sh
echo "$*" >> '${log}'
syms=
while [ $# -gt 0 ]; do
  case "$1" in -i) data=$2 ;; -F) fields=$2 ;; --kallsyms) syms=$2 ;; esac
  shift
done
${body}
`;
  rmSync(log, { force: true });
  writeFileSync(path, script, { mode: 0o755 });
  process.env['PVFLAME_PERF'] = path;
}
afterEach(() => {
  delete process.env['PVFLAME_PERF'];
});
const calls = (): string[] => readFileSync(log, 'utf8').trim().split('\n');

const sample = 'sh 1/1 [000] 1.000000001: 5 cycles: \\n\\tffff f+0x1 (k)\\n\\n';
const printed = sample.replaceAll('\\n', '\n').replaceAll('\\t', '\t');

async function read(
  path: string,
  options?: PerfOptions,
): Promise<[string, { sha256: string; bytes: number }]> {
  const input = await openPerfScript(path, options);
  const chunks: Uint8Array[] = [];
  for await (const chunk of input.chunks) chunks.push(chunk);
  return [Buffer.concat(chunks).toString(), input.digest()];
}

async function failure(path: string, options?: PerfOptions): Promise<string> {
  const error: unknown = await read(path, options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).status).toBe(3);
  expect((error as UserError).message).not.toContain('\n');
  return (error as UserError).message;
}

describe('perf.data through perf script', () => {
  test('perf is asked about files only: what came through a pipe is gone', async () => {
    fakePerf(`printf '${sample}'`);
    const pipe = join(folder, 'pipe');
    spawnSync('mkfifo', [pipe]);
    const writer = spawn('sh', ['-c', 'cat "$1" > "$2"', 'sh', recording, pipe]);
    const closed = new Promise((resolve) => writer.on('close', resolve));
    for (const [path, known] of [
      [pipe, false],
      [recording, true],
    ] as const) {
      const input = await openPerfScript(path);
      expect(input.perfData).toBe(known);
      for await (const chunk of input.chunks) expect(chunk.length).toBeGreaterThan(0);
    }
    await closed;
  });

  test('gives perf the file, and hashes the file, not the text', async () => {
    fakePerf(`printf '# ========\\n#\\n${sample}'`);
    const [text, digest] = await read(recording);
    expect(text).toBe(`# ========\n#\n${printed}`);
    expect(digest).toEqual({
      bytes: data.length,
      sha256: createHash('sha256').update(data).digest('hex'),
    });
    expect(calls()).toEqual([
      `script --no-inline --ns --header -F comm,pid,tid,cpu,time,period,event,ip,sym,symoff,dso -i ${recording}`,
    ]);
  });

  test('from stdin or compressed it goes through a file without a name, left behind by nobody', async () => {
    fakePerf(`wc -c < "$data"; cat "$syms"; printf '${sample}'`);
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('pvflame-'));
    const stdin = Readable.from([data.subarray(0, 3), data.subarray(3)]);
    const [text, digest] = await read('-', { stdin, kallsyms });
    expect(text).toBe(`${data.length}\nffffffff81000000 T _text\n${printed}`);
    expect(digest.bytes).toBe(data.length);
    const packed = gzipSync(data);
    fakePerf(`wc -c < "$data"; printf '${sample}'`);
    const [again, packedDigest] = await read('-', { stdin: Readable.from([packed]) });
    expect(again).toBe(`${data.length}\n${printed}`);
    expect(packedDigest.bytes).toBe(packed.length);
    const after = readdirSync(tmpdir()).filter((name) => name.startsWith('pvflame-'));
    expect(after).toEqual(before);
  });

  test('goes without the fields and flags that perf refuses', async () => {
    fakePerf(`printf '# ========\\n'
      case "$fields" in *cpu*) echo "Samples for 'cycles' event do not have CPU attribute set. Cannot print 'cpu' field." >&2
        echo '0 [0x98]: failed to process type: 64' >&2; exit 255 ;; esac
      case "$(tail -1 '${log}')" in *no-inline*) echo "  Error: unknown option \\\`no-inline'" >&2
        echo ' Usage: perf script' >&2; exit 129 ;; esac
      printf '${sample}'`);
    const [text] = await read(recording);
    expect(text).toBe(`# ========\n${printed}`);
    expect(calls()).toHaveLength(3);
    expect(calls()[2]).toMatch(/^script --ns --header -F comm,pid,tid,time,period,/);
  });

  test('a refusal behind the first sample is an error, never a second reading', async () => {
    fakePerf(`printf '${sample}'; echo "Cannot print 'cpu' field." >&2; exit 255`);
    expect(await failure(recording)).toContain("perf script failed (Cannot print 'cpu' field.); ");
    expect(calls()).toHaveLength(1);
  });

  test('passes on the line that says what is wrong', async () => {
    fakePerf(
      `echo 'a warning' >&2; echo 'incompatible file format (rerun with -v to learn more)' >&2; exit 1`,
    );
    expect(await failure(recording)).toBe(
      `${recording}: perf script failed (incompatible file format (rerun with -v to learn more)); read it with the perf that recorded it and give that text`,
    );
    fakePerf(`echo 'File x not owned by current user or root (use -f to override)' >&2; exit 255`);
    expect(await failure(recording)).toContain('; copy the file, so that it is yours');
    fakePerf('kill -9 $$');
    expect(await failure(recording)).toContain('perf script failed (SIGKILL)');
    fakePerf('exit 3');
    expect(await failure(recording)).toContain('perf script failed (exit status 3)');
  });

  test('without perf it names the command to run elsewhere', async () => {
    process.env['PVFLAME_PERF'] = join(folder, 'no-such-perf');
    expect(await failure(recording)).toMatch(
      /no-such-perf cannot be run; run `perf script --no-inline --ns --header -F comm,.*,dso -i \S+perf\.data > recording\.txt`/,
    );
    process.env['PVFLAME_PERF'] = 'no-such-perf-on-path';
    expect(await failure(recording)).toContain(
      'no-such-perf-on-path cannot be run; run `perf script',
    );
  });

  test('a missing kallsyms file is named', async () => {
    fakePerf(`printf '${sample}'`);
    expect(await failure(recording, { kallsyms: join(folder, 'none') })).toMatch(
      /none: no such file/,
    );
  });

  test('leaving early ends perf', async () => {
    fakePerf(`echo $$ > '${folder}/pid'; while :; do printf '${sample}'; done`);
    const input = await openPerfScript(recording);
    for await (const chunk of input.chunks) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    const alive = (): boolean => {
      try {
        process.kill(pid, 0);
        return true;
      } catch {
        return false;
      }
    };
    for (let tries = 0; alive() && tries < 100; tries++)
      await new Promise((r) => setTimeout(r, 20));
    expect(alive()).toBe(false);
  });
});

describe('openPerfScript', () => {
  test('text passes as it is; other formats are refused; a forced format is believed', async () => {
    const path = join(folder, 'text');
    writeFileSync(path, printed);
    expect((await read(path))[0]).toBe(printed);
    writeFileSync(path, 'a;b 1\n');
    expect(await failure(path)).toContain('looks like folded stacks');
    expect((await read(path, { format: 'perf-script' }))[0]).toBe('a;b 1\n');
  });
});

describe('withoutWhatPerfLacks', () => {
  const attempt = { fields: ['comm', 'cpu', 'ip', 'sym'], flags: ['--ns'] };

  test('drops what is named', () => {
    expect(withoutWhatPerfLacks(attempt, "Cannot print 'cpu' field.")?.fields).toEqual([
      'comm',
      'ip',
      'sym',
    ]);
    expect(withoutWhatPerfLacks(attempt, "unknown option `ns'")?.flags).toEqual([]);
    expect(
      withoutWhatPerfLacks(
        attempt,
        'Display of symbols requested but neither sample IP nor sample address',
      )?.fields,
    ).toEqual(['comm', 'cpu']);
  });

  test('gives up where nothing gets shorter', () => {
    expect(withoutWhatPerfLacks(attempt, 'out of memory')).toBeNull();
    expect(withoutWhatPerfLacks(attempt, "Cannot print 'weight' field.")).toBeNull();
  });
});
