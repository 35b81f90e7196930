import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportSchema, type Report } from '../../src/report/schema.js';
import { pvflame } from '../support/cli.js';
import { NATIVE_IMAGE, PARAVIRT_IMAGE } from '../support/images.js';
import { recording } from '../support/recordings.js';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pvflame-images-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const native = recording('6.1', 'native');
const paravirt = recording('6.1', 'paravirt');
const unpatched = recording('6.1', 'paravirt-unpatched');
const reportFrom = (args: string[]): Report => {
  const ran = pvflame([...args, '-f', 'json']);
  expect(ran.stderr).toBe('');
  return reportSchema.parse(JSON.parse(ran.stdout));
};
const readRecording = (path: string) => gunzipSync(readFileSync(path)).toString();
const images = (base: string, other: string) => ['--base-vmlinux', base, '--new-vmlinux', other];

describe('diff with kernel images', () => {
  it('tells site, caller, elsewhere and deferred apart, in text too', () => {
    const ran = pvflame([native, paravirt, ...images(NATIVE_IMAGE, PARAVIRT_IMAGE)]);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    for (const word of ['paravirt', 'site', 'deferred', 'caller', 'elsewhere']) {
      expect(ran.stdout).toMatch(new RegExp(`^  ${word.replace(/[()]/g, '\\$&')} `, 'm'));
    }
    expect(ran.stdout).toContain('nothing left over');
    expect(ran.stdout).toContain('PATCHING');
    expect(ran.stdout.split('\n').filter((line) => line.length > 72)).toEqual([]);
    expect(ran.stdout).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('adds up under --normalize user, though a timer defers some of user space', () => {
    const report = reportFrom([
      ...[native, unpatched, '--normalize', 'user'],
      ...images(NATIVE_IMAGE, PARAVIRT_IMAGE),
    ]);
    expect(Math.abs(report.sumCheck)).toBeLessThan(1e-6 * report.total.base);
    const user = report.ledger.find((row) => row.bucket === 'user');
    expect(user?.delta).not.toBe(0);
    expect(user?.interval).not.toBeNull();
  });

  it('takes saved site tables instead, and then knows no deferred samples', () => {
    const saved = join(dir, 'sites.json');
    expect(pvflame(['sites', PARAVIRT_IMAGE, '-f', 'json', '-o', saved]).status).toBe(0);
    const withSites = reportFrom([
      unpatched,
      paravirt,
      '--base-sites',
      saved,
      '--new-sites',
      saved,
    ]);
    const withImages = reportFrom([unpatched, paravirt, ...images(PARAVIRT_IMAGE, PARAVIRT_IMAGE)]);
    expect(withSites.sumCheck).toBe(0);
    const row = (report: Report, bucket: string) => report.ledger.find((r) => r.bucket === bucket);
    expect(row(withSites, 'call')?.delta).toBe(row(withImages, 'call')?.delta);
    expect(row(withSites, 'deferred')?.delta).toBeNull();
    expect(row(withImages, 'deferred')?.delta).not.toBeNull();
    expect(withSites.patching.base.indirect.sites).toBeGreaterThan(40);
  });

  it('counts the same by a table as by the image, whatever alias perf printed', () => {
    const saved = join(dir, 'sites.json');
    expect(pvflame(['sites', PARAVIRT_IMAGE, '-f', 'json', '-o', saved]).status).toBe(0);
    const precise = [
      recording('6.1-precise', 'paravirt-unpatched'),
      recording('6.1-precise', 'paravirt'),
    ];
    // `__sched_text_start` is where `__schedule` begins, and that holds sites
    expect(readRecording(precise[0] ?? '')).toMatch(/__sched_text_start\+0x/);
    const tables = reportFrom([...precise, '--base-sites', saved, '--new-sites', saved]);
    const both = reportFrom([...precise, ...images(PARAVIRT_IMAGE, PARAVIRT_IMAGE)]);
    expect(tables.ledger).toEqual(both.ledger);
    expect(tables.ops).toEqual(both.ops);
  });
});

describe('machine code of sites', () => {
  it('is shown as built and as patched at boot', () => {
    const ran = pvflame(['sites', PARAVIRT_IMAGE, '--code', '--op', 'irq.save_fl']);
    expect(ran.status).toBe(0);
    const [site = '', built = '', patched = ''] = ran.stdout.split('\n');
    expect(site).toMatch(/^0xffffffff[0-9a-f]{8} {2}\S+\+0x[0-9a-f]+ {2}irq\.save_fl$/);
    expect(built).toMatch(/^ {4}built {4}ff15[0-9a-f]{8} {4}call \*\(irq\.save_fl\)$/);
    expect(patched).toMatch(/^ {4}patched {2}9c580f1f4000 {4}pushf; pop %rax; nopl/);
  });

  it('is in the report, for every site that is listed', () => {
    const report = reportFrom([unpatched, paravirt, ...images(PARAVIRT_IMAGE, PARAVIRT_IMAGE)]);
    expect(report.sites.filter((site) => site.code === null)).toEqual([]);
    const unlock = report.sites.find((site) => site.op === 'lock.queued_spin_unlock');
    expect(unlock?.code?.patched?.bytes).toBe('c607000f1f00');
  });
});

describe('an image beside a saved table', () => {
  it('is refused: the sides would be counted by two rules', () => {
    const saved = join(dir, 'sites.json');
    expect(pvflame(['sites', PARAVIRT_IMAGE, '-f', 'json', '-o', saved]).status).toBe(0);
    for (const options of [
      ['--base-vmlinux', PARAVIRT_IMAGE, '--new-sites', saved],
      ['--base-sites', saved, '--new-vmlinux', PARAVIRT_IMAGE],
    ]) {
      const ran = pvflame([paravirt, paravirt, ...options]);
      expect(ran.status).toBe(2);
      expect(ran.stdout).toBe('');
      expect(ran.stderr).toMatch(
        /^pvflame: --(base|new)-sites and --(base|new)-vmlinux: .* for every side .*\n$/,
      );
    }
  });
});

describe('a saved table that is not all of a kernel', () => {
  it.each([
    ['--op', [PARAVIRT_IMAGE, '--op', 'irq'], /holds only the sites of --op irq; make it again/],
    ['no sites', [NATIVE_IMAGE], /holds no site, .*; a kernel without sites needs its image/],
  ])('%s: is refused', (_, args, message) => {
    const saved = join(dir, 'part.json');
    expect(pvflame(['sites', ...args, '-f', 'json', '-o', saved]).status).toBe(0);
    const ran = pvflame([native, paravirt, '--base-sites', saved, '--new-sites', saved]);
    expect(ran).toMatchObject({ status: 3, stdout: '' });
    expect(ran.stderr).toMatch(message);
  });
});

describe('images that cannot be used: one line, status 3', () => {
  const bad = (args: string[], status: number, message: RegExp) => {
    const ran = pvflame(args);
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(ran).toMatchObject({ status, stdout: '' });
  };
  const elf = () => gunzipSync(readFileSync(PARAVIRT_IMAGE));

  it('another build of the same version', () =>
    bad(
      [native, paravirt, ...images(PARAVIRT_IMAGE, PARAVIRT_IMAGE)],
      3,
      /not the image that .*agree with its symbols \(Linux 6\.1\.192\)/,
    ));
  it('another version', () =>
    bad(
      [
        recording('6.12', 'native'),
        recording('6.12', 'paravirt'),
        ...images(NATIVE_IMAGE, PARAVIRT_IMAGE),
      ],
      3,
      /native\.sampled\.vmlinux\.gz: is Linux 6\.1\.192, but .* was recorded on Linux 6\.12\.117/,
    ));
  it('another architecture', () => {
    const arm = elf();
    arm.writeUInt16LE(183, 18);
    const path = join(dir, 'arm64.vmlinux');
    writeFileSync(path, arm);
    bad(
      [native, paravirt, ...images(NATIVE_IMAGE, path)],
      3,
      /arm64\.vmlinux: .*(?:AArch64|aarch64|ARM|arm64|architecture)/,
    );
  });
  it('cut off, missing, no kernel', () => {
    const cut = join(dir, 'cut.vmlinux');
    writeFileSync(cut, elf().subarray(0, 100_000));
    bad([native, paravirt, ...images(NATIVE_IMAGE, cut)], 3, /cut\.vmlinux: /);
    bad(
      [native, paravirt, ...images(NATIVE_IMAGE, join(dir, 'nowhere'))],
      3,
      /nowhere: no such file/,
    );
    bad([native, paravirt, ...images(NATIVE_IMAGE, native)], 3, /native\.perf-script/);
  });
  it('a site table that is none, one side only, both forms at once', () => {
    const wrong = join(dir, 'wrong.json');
    writeFileSync(wrong, '{"schema":"other"}');
    bad(
      [native, paravirt, '--base-sites', wrong, '--new-sites', wrong],
      3,
      /wrong\.json: not a pvflame-sites\/1 document/,
    );
    bad(
      [native, paravirt, '--new-vmlinux', PARAVIRT_IMAGE],
      2,
      /--new-vmlinux needs --base-vmlinux too/,
    );
    bad(
      [native, paravirt, ...images(NATIVE_IMAGE, PARAVIRT_IMAGE), '--new-sites', wrong],
      2,
      /give one of them/,
    );
  });
});
