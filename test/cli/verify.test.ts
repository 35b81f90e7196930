import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pvflame } from '../support/cli.js';
import { NATIVE_IMAGE, PARAVIRT_IMAGE } from '../support/images.js';
import { recording } from '../support/recordings.js';

let dir: string;
let page: string;
const [native, patched] = [recording('6.1', 'native'), recording('6.1', 'paravirt')];
const file = (name: string, text: string | Buffer) => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pvflame-verify-'));
  page = join(dir, 'r.html');
  pvflame([native, patched, '-q', '-o', page]);
});
afterAll(() => rmSync(dir, { recursive: true }));

/** The page with another document in it, valid but not what was measured. */
function redocumented(change: (json: string) => string): string {
  return readFileSync(page, 'utf8').replace(
    /(id="pvflame-report">)([^<]*)/,
    (_, tag: string, base64: string) =>
      tag +
      gzipSync(change(gunzipSync(Buffer.from(base64, 'base64')).toString())).toString('base64'),
  );
}

describe('verify', () => {
  it('takes a page as it was written, with its inputs', () => {
    const ran = pvflame(['verify', page, patched, native]);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.stdout).toContain('valid and adds up');
    expect(ran.stdout).toContain('byte for byte');
    expect(ran.stdout).toContain('every run has its input');
    expect(ran.stdout).toContain('computed again from the inputs, every number is the same');
  });

  it('computes again, with every file that the options name', () => {
    const other = join(dir, 'images.html');
    const budget = file('limits.yaml', 'budget:\n  - op: mmu.*\n    limit: 3%\n');
    const stat = (name: string, count: string) =>
      file(`${name}.csv`, `${count},msec,cpu-clock,1000,100.00,,\n`);
    const [baseStat, newStat] = [stat('base', '8300.5'), stat('new', '8650.25')];
    const made = pvflame([
      ...[native, patched, '-q', '-o', other, '--base-vmlinux', NATIVE_IMAGE],
      ...['--new-vmlinux', PARAVIRT_IMAGE, '--budget-file', budget, '--normalize', 'total'],
      ...['--base-stat', baseStat, '--new-stat', newStat, '--title', 'a title', '--kernel-only'],
    ]);
    expect(made).toMatchObject({ status: 0, stderr: '' });
    const lacking = pvflame(['verify', other, native, patched, PARAVIRT_IMAGE]);
    expect(lacking).toMatchObject({ status: 0 });
    expect(lacking.stdout).toContain(
      'not computed again: give 6.1.native.sampled.vmlinux.gz, limits.yaml, base.csv, new.csv too',
    );
    const files = [native, patched, NATIVE_IMAGE, PARAVIRT_IMAGE, budget, baseStat, newStat];
    const ran = pvflame(['verify', other, ...files]);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.stdout).toContain('computed again from the inputs, every number is the same');
  });

  it('names a number that adds up and is wrong all the same', () => {
    const made = redocumented((json) =>
      json.replace(
        /("op":"[^"]*","base":)(\d+)/,
        (_, head: string, n: string) => `${head}${n === '0' ? '7' : `${n}1`}`,
      ),
    );
    const ran = pvflame(['verify', file('forged.html', made), native, patched]);
    expect(ran.status).toBe(1);
    expect(ran.stdout).toMatch(
      /DIFFERS: computed again from the inputs, ops\[0\]\.base is \d+, the document has \d+/,
    );
  });

  it('ends in a line and a status for any damage', () => {
    const whole = readFileSync(page);
    let seed = 12345;
    const random = (n: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % n;
    };
    for (let i = 0; i < 12; i++) {
      const bytes = Buffer.from(
        whole.subarray(0, i % 3 === 0 ? random(whole.length) : whole.length),
      );
      if (i % 3 !== 0) for (let k = 0; k < 3; k++) bytes[random(bytes.length)] = random(256);
      const ran = pvflame(['verify', file('damaged.html', bytes)]);
      expect([1, 3]).toContain(ran.status);
      if (ran.status === 3) expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
      else expect(ran.stdout).toContain('DIFFERS: ');
    }
  });

  it('names an edited sentence and where it stands', () => {
    const text = readFileSync(page, 'utf8').replace('</h1>', ' better</h1>');
    const ran = pvflame(['verify', file('edited.html', text)]);
    expect(ran.status).toBe(1);
    expect(ran.stdout).toMatch(/^DIFFERS: the page .*better/m);
  });

  it('finds a document whose sums or numbers were changed', () => {
    const ran = pvflame([
      'verify',
      file(
        'sums.html',
        redocumented((json) => json.replace(/("total":\{"base":)\d+/, '$11')),
      ),
    ]);
    expect(ran.status).toBe(1);
    expect(ran.stdout).toContain('DIFFERS: total.delta is not new - base');
    expect(ran.stdout).toContain("DIFFERS: the graph's base adds up to");
    expect(ran.stdout).toContain('DIFFERS: the page ');
  });

  it('names runs without an input and inputs without a run', () => {
    const ran = pvflame(['verify', page, native, recording('6.1', 'paravirt-unpatched')]);
    expect(ran.status).toBe(1);
    expect(ran.stdout).toMatch(/^DIFFERS: new paravirt\.perf-script\.txt\.gz: no input given/m);
    expect(ran.stdout).toMatch(/^DIFFERS: .*paravirt-unpatched.*is of no run/m);
  });

  it('says that a page of another version is not compared', () => {
    const ran = pvflame([
      'verify',
      file(
        'other.html',
        redocumented((json) => json.replace(/"version":"[^"]*"/, '"version":"9.9.9"')),
      ),
    ]);
    expect(ran).toMatchObject({ status: 0 });
    expect(ran.stdout).toContain('written by pvflame 9.9.9: only that version');
  });

  it('refuses what is no report, and inputs that are not there', () => {
    expect(pvflame(['verify', native]).status).toBe(3);
    expect(pvflame(['verify', page, join(dir, 'none')]).status).toBe(3);
  });
});
