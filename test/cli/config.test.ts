import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { reportSchema } from '../../src/report/schema.js';
import { pvflame } from '../support/cli.js';
import { recording } from '../support/recordings.js';

const dir = mkdtempSync(join(tmpdir(), 'pvflame-config-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});
const file = (name: string, bytes: string | Buffer) => {
  writeFileSync(join(dir, name), bytes);
  return join(dir, name);
};
const [native, patched] = [recording('6.1', 'native'), recording('6.1', 'paravirt')];
const head = '#\n# Linux/x86 6.1.192 Kernel Configuration\n#\n';
const base = file(
  'base.config',
  `${head}CONFIG_SMP=y\nCONFIG_HZ=250\n# CONFIG_PARAVIRT is not set\n`,
);
const other = gzipSync(`${head}CONFIG_SMP=y\nCONFIG_HZ=1000\nCONFIG_PARAVIRT=y\nCONFIG_XEN=y\n`);
const both = ['--base-config', base, '--new-config', file('config.gz', other)];

describe('--base-config and --new-config', () => {
  it('list what differs, and warn of what is not paravirt', () => {
    const ran = pvflame([native, patched, ...both, '-f', 'json', '--seed', '7']);
    expect(ran.status).toBe(0);
    const report = reportSchema.parse(JSON.parse(ran.stdout));
    expect(report.configs?.differing).toEqual([
      { option: 'CONFIG_HZ', base: '250', new: '1000' },
      { option: 'CONFIG_PARAVIRT', base: null, new: 'y' },
      { option: 'CONFIG_XEN', base: null, new: 'y' },
    ]);
    const warning = report.warnings.find(({ code }) => code === 'config-differs');
    expect(warning?.message).toContain('2 options beside CONFIG_PARAVIRT*: CONFIG_HZ, CONFIG_XEN;');
    expect(report.statistics.seed).toBe(7);
  });

  it('stand in the text and on the page', () => {
    const text = pvflame([native, patched, ...both]).stdout;
    expect(text).toMatch(/^ {2}new {2}config\.gz$/m);
    expect(pvflame([native, patched, ...both, '-f', 'html']).stdout).toContain('id="configs"');
  });

  it.each([
    [['--base-config', base], 2, /go together/],
    [['--base-config', join(dir, 'none'), '--new-config', base], 3, /none: no such file/],
    [['--base-config', file('empty', ''), '--new-config', base], 3, /has no CONFIG_ line/],
    [
      ['--base-config', file('bad.gz', Buffer.from([0x1f, 0x8b, 1])), '--new-config', base],
      3,
      /damaged gzip/,
    ],
    [
      [
        '--base-config',
        file('old', head.replace('6.1.192', '5.10.1') + 'CONFIG_A=y\n'),
        '--new-config',
        base,
      ],
      3,
      /is of Linux 5\.10, but the recording is of Linux 6\.1\.192/,
    ],
    [['--seed', 'x'], 2, /--seed/],
    [['--seed', '-1'], 2, /--seed/],
  ])('refuse %j', (args, status, message) => {
    const ran = pvflame([native, patched, ...args]);
    expect([ran.status, ran.stdout]).toEqual([status, '']);
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
