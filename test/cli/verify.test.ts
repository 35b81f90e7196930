import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pvflame } from '../support/cli.js';
import { recording } from '../support/recordings.js';

let dir: string;
let page: string;
const [native, patched] = [recording('6.1', 'native'), recording('6.1', 'paravirt')];
const file = (name: string, text: string) => {
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
