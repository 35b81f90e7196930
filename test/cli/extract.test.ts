import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAIN, pvflame } from '../support/cli.js';
import { recording } from '../support/recordings.js';

let dir: string;
let page: string;
const at = (name: string) => join(dir, name);
const native = recording('6.1', 'native');
const patched = recording('6.1', 'paravirt');
const second = recording('6.1', 'native-2');

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pvflame-extract-'));
  page = at('r.html');
  const ran = pvflame(['--base', native, second, '--new', patched, '-q', '-o', page]);
  expect(ran.status).toBe(0);
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('extract', () => {
  it('gives the document byte for byte as -f json writes it, on standard output and into a file', () => {
    const json = pvflame(['--base', native, second, '--new', patched, '-f', 'json']).stdout;
    expect(pvflame(['extract', page])).toEqual({ status: 0, stdout: json, stderr: '' });
    expect(pvflame(['extract', '-'], { input: readFileSync(page) }).stdout).toBe(json);
    expect(pvflame(['extract', page, '-o', at('x.json')])).toMatchObject({ status: 0, stdout: '' });
    expect(readFileSync(at('x.json'), 'utf8')).toBe(json);
  });

  it("gives a side's folded stacks byte for byte as fold prints them, also of several runs", () => {
    expect(pvflame(['extract', page, '--folded', 'base']).stdout).toBe(
      pvflame(['fold', native, second]).stdout,
    );
    expect(pvflame(['extract', page, '--folded', 'new']).stdout).toBe(
      pvflame(['fold', patched]).stdout,
    );
  });

  it('gives them with the filters of the comparison', () => {
    const kernel = at('kernel.html');
    const only = ['--kernel-only', '--comm', 'mmapbench'];
    pvflame([native, patched, ...only, '-q', '-o', kernel]);
    expect(pvflame(['extract', kernel, '--folded', 'new']).stdout).toBe(
      pvflame(['fold', patched, ...only]).stdout,
    );
  });

  it('refuses with the figure what a page does not carry', () => {
    const big = at('big.txt');
    writeFileSync(
      big,
      Array.from(
        { length: 50_001 },
        (_, i) =>
          `task  1/1  [000]  1.${String(i).padStart(6, '0')}: 7 cpu-clock: \n\tffffffff81000000 f${String(i)}+0x1 ([kernel.kallsyms])\n\n`,
      ).join(''),
    );
    pvflame([native, big, '-q', '-o', at('big.html')]);
    const ran = pvflame(['extract', at('big.html'), '--folded', 'new']);
    expect(ran).toMatchObject({ status: 3, stdout: '' });
    expect(ran.stderr).toContain('new has 50001 stacks, and a page carries up to 50000');
    expect(ran.stderr.match(/\n/g)).toHaveLength(1);
    expect(pvflame(['extract', at('big.html'), '--folded', 'base']).stdout).toBe(
      pvflame(['fold', native]).stdout,
    );
  });

  it('refuses what is no report with one line and status 3, and leaves no file', () => {
    const files = {
      'cut.html': readFileSync(page).subarray(0, 60_000),
      'other.html': '<html><script id="flamegraph">x</script></html>',
      'empty.html': '',
      'bomb.html': `<script id="pvflame-report">${gzipSync(Buffer.alloc(1 << 27)).toString('base64')}</script>`,
    };
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(at(name), text);
      const ran = pvflame(['extract', at(name), '-o', at('never.json')]);
      expect([name, ran.status, ran.stdout]).toEqual([name, 3, '']);
      expect(ran.stderr).toMatch(/^pvflame: .*\n$/);
    }
    expect(pvflame(['extract', native]).status).toBe(3);
    expect(pvflame(['extract', dir]).stderr).toContain('is a folder');
    expect(pvflame(['extract', at('none.html')]).status).toBe(3);
    expect(pvflame(['extract', page, '--folded', 'both']).status).toBe(2);
    expect(pvflame(['extract', page, '-o', page]).status).toBe(2);
    expect(pvflame(['extract', page, '-o', at('no/folder')]).status).toBe(4);
    expect(() => readFileSync(at('never.json'))).toThrow(/ENOENT/);
  });

  it('is quiet on a closed pipe', () => {
    const ran = spawnSync(
      'sh',
      ['-c', `"${process.execPath}" "${MAIN}" extract "${page}" | head -c 9`],
      {
        encoding: 'utf8',
      },
    );
    expect(ran).toMatchObject({ stdout: '{"schema"', stderr: '', status: 0 });
  });
});

describe('the same inputs and options', () => {
  it('give the same bytes wherever they lie and whatever the output is called', () => {
    const folders = ['one/deep/er', 'two'].map((name) => join(dir, name));
    for (const folder of folders) {
      for (const side of ['native', 'paravirt']) {
        mkdirSync(join(folder, side), { recursive: true });
        cpSync(recording('6.1', side), join(folder, side, 'run1.perf-script.txt.gz'));
      }
    }
    const [one = '', two = ''] = folders;
    const options = ['--event', 'cpu-clock', '--title', '6.1/paths in a title', '-q'];
    for (const format of ['html', 'json', 'text', 'folded']) {
      const here = pvflame(
        ['--base', 'native', '--new', 'paravirt', ...options, '-o', `a.${format}`],
        {
          cwd: one,
        },
      );
      const there = pvflame(
        [
          ...['--base', '.', '--new', `${two}/paravirt/run1.perf-script.txt.gz`, ...options],
          ...['-f', format, '-o', 'other'],
        ],
        { cwd: join(two, 'native'), env: { TZ: 'Asia/Tokyo', LANG: 'de_DE.UTF-8', COLUMNS: '40' } },
      );
      expect([here.status, there.status]).toEqual([0, 0]);
      expect(readFileSync(join(two, 'native/other'), 'utf8')).toBe(
        readFileSync(join(one, `a.${format}`), 'utf8'),
      );
    }
    const { provenance } = JSON.parse(readFileSync(join(one, 'a.json'), 'utf8')) as {
      provenance: { argv: string[] };
    };
    expect(provenance.argv).toEqual([
      ...['run1.perf-script.txt.gz', 'run1.perf-script.txt.gz'],
      ...['--event', 'cpu-clock', '--title', '6.1/paths in a title'],
    ]);
  });

  it('show full paths where they are asked for', () => {
    const shown = pvflame([native, patched, '--with-paths', '-f', 'json']).stdout;
    const { provenance } = JSON.parse(shown) as { provenance: { argv: string[] } };
    expect(provenance.argv).toEqual([native, patched, '--with-paths']);
  });
});
