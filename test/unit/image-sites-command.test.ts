import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { registerSites } from '../../src/cli/commands/sites.js';
import { opMatcher, runSites, sitesDocument } from '../../src/cli/sites.js';
import { renderSites } from '../../src/render/sites.js';
import { parseSites, sitesSchema } from '../../src/report/sites-schema.js';
import { buildElf } from '../support/image-elf.js';
import { failure, imagePath, scratchFile, truth } from '../support/image-fixtures.js';
import { kernel, textWith } from '../support/image-synthetic.js';

const vmlinux = imagePath('6.1');

describe('the document', () => {
  test('is valid, and reads back as it was', async () => {
    const doc = await sitesDocument([vmlinux]);
    expect(sitesSchema.parse(doc)).toEqual(doc);
    const text = renderSites(doc, 'json');
    expect(parseSites(text, 'x.json')).toEqual(doc);
    expect(doc.image).toMatchObject({
      name: '6.1.vmlinux.gz',
      arch: 'x86_64',
      kind: 'vmlinux',
      release: '6.1.192',
      symbols: 'symtab',
      namedBy: 'btf',
      module: null,
    });
    expect(doc.sites).toHaveLength(4220 + 13 + 5);
    // One site a line: two tables can be compared with diff.
    expect(text.split('\n').filter((l) => l.includes('"address":"0x'))).toHaveLength(4238);
  });

  test('the same bytes every time', async () => {
    expect(await runSites([vmlinux], { format: 'json' })).toBe(
      await runSites([vmlinux], { format: 'json' }),
    );
  });

  test.each([
    ['{', 'not JSON'],
    ['[]', 'not a pvflame-sites/1 document'],
    ['{"schema":"pvflame-sites/2"}', 'not a pvflame-sites/1 document'],
  ])('%s is refused', async (text, message) => {
    const error = await failure(async () => parseSites(text, 'saved.json'));
    expect(error.message).toContain(`saved.json: `);
    expect(error.message).toContain(message);
    expect(error.status).toBe(3);
  });
});

test('TSV has a row for each site', async () => {
  const lines = (await runSites([vmlinux], { format: 'tsv' }))?.trimEnd().split('\n') ?? [];
  expect(lines[0]).toBe(
    'address\tmodule\tfunction\toffset\tlength\top\tinline\tsection\tsource\ttabled',
  );
  expect(lines).toHaveLength(4239);
  const first = truth('6.1')[0]?.split(' ')[0];
  expect(lines.some((line) => line.startsWith(`${first}\t`))).toBe(true);
});

describe('the table', () => {
  test('does not say what becomes of an op without a name', async () => {
    const doc = await sitesDocument([vmlinux]);
    const [site] = doc.sites.filter(({ op }) => op === 'cpu.read_msr');
    if (site === undefined) throw new Error('no such site');
    const shown = (op: string): string =>
      renderSites({ ...doc, sites: [{ ...site, op }] }, 'table');
    expect(shown('cpu.read_msr')).toMatch(/ cpu\.read_msr +call +/);
    expect(shown('pv_ops+0xb8')).toMatch(/ pv_ops\+0xb8 +\? +/);
    expect(shown('unknown')).toMatch(/ unknown +\? +/);
  });

  test('of one group, with its summary', async () => {
    const text = (await runSites([vmlinux], { op: 'mmu.*_fixmap' })) ?? '';
    expect(text).toMatch(
      /^6\.1\.vmlinux\.gz: vmlinux, Linux 6\.1\.192, build id [0-9a-f]{40}\n {2}13 sites\n/,
    );
    expect(text).toContain('mmu.set_fixmap  never    xen_pv_post_suspend+0x');
    expect(text).toContain('13 sites in no patch record: always called through the table.');
    const rows = text.split('\n').filter((line) => /^ffffffff/.test(line));
    expect(rows).toHaveLength(13);
    expect(Math.max(...rows.map((r) => r.length))).toBeLessThanOrEqual(80);
  });

  test('of a kernel without paravirt says so', async () => {
    const path = scratchFile('native', kernel(textWith(256, new Map()), { structs: [] }));
    expect(await runSites([path])).toBe(
      'native: vmlinux, Linux 6.9.1-test\n  0 sites; this kernel was built without paravirt (CONFIG_PARAVIRT=n)\n',
    );
  });
});

describe('--op', () => {
  test.each([
    ['irq', 'irq.save_fl', true],
    ['irq.*', 'irq.save_fl', true],
    ['irq.save_fl', 'irq.save_fl', true],
    ['irq.save', 'irq.save_fl', false],
    ['*_val', 'mmu.pte_val', true],
    ['*_val', 'mmu.make_pte', false],
    ['mmu.lazy_mode', 'mmu.lazy_mode.enter', true],
    ['mmu', 'cpu.mmu', false],
    ['pv_ops+0x10', 'pv_ops+0x10', true],
  ])('%s and %s: %s', (pattern, op, matches) => {
    expect(opMatcher(pattern)(op)).toBe(matches);
  });

  test('with other characters is a usage error', async () => {
    expect((await failure(() => runSites([vmlinux], { op: 'irq (' }))).status).toBe(2);
  });
});

describe('-o', () => {
  test.each([
    ['table.json', '{'],
    ['table.tsv', 'address\t'],
    ['table.txt', '6.1.vmlinux.gz: '],
  ])('%s chooses the format, and leaves nothing beside it', async (name, start) => {
    const output = join(dirname(scratchFile('seed', '')), `out-${name}`);
    expect(await runSites([vmlinux], { output })).toBeNull();
    expect(readFileSync(output, 'utf8').startsWith(start)).toBe(true);
    expect(readdirSync(dirname(output)).filter((f) => f.endsWith('.part'))).toEqual([]);
  });

  test('that cannot be written is status 4', async () => {
    const output = join(dirname(scratchFile('seed', '')), 'no-such-folder', 'x.json');
    const error = await failure(() => runSites([vmlinux], { output }));
    expect(error.status).toBe(4);
    expect(existsSync(output)).toBe(false);
  });

  test('a folder in the way is status 4', async () => {
    const folder = join(dirname(scratchFile('seed', '')), 'in-the-way.json');
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o755);
    expect((await failure(() => runSites([vmlinux], { output: folder }))).status).toBe(4);
  });
});

test.each([false, true])('a second kernel is refused (--code: %s)', async (code) => {
  const error = await failure(() => runSites([vmlinux, imagePath('6.12')], { code }));
  expect(error.message).toContain('a second kernel image');
});

test.each([false, true])('a module of another kernel is refused (--code: %s)', async (code) => {
  const data = Buffer.from('name=other\0vermagic=6.12.117 SMP \0');
  const sections = [{ name: '.modinfo', flags: 'A', data }] as const;
  const path = scratchFile('other.ko', buildElf({ relocatable: true, sections }));
  const error = await failure(() => runSites([vmlinux, path], { code }));
  expect(error.message).toContain('module of Linux 6.12.117, but the kernel is 6.1.192');
});

test.each([{ format: 'json' }, { format: 'tsv' }, { output: 'x.json' }] as const)(
  '--code in another format (%o) is a usage error',
  async (options) => {
    const error = await failure(() => runSites([vmlinux], { ...options, code: true }));
    expect(error.status).toBe(2);
  },
);

test('the command takes its arguments', async () => {
  const program = new Command('pvflame').exitOverride();
  registerSites(program);
  const output = join(dirname(scratchFile('seed', '')), 'from-command.tsv');
  await program.parseAsync(['node', 'pvflame', 'sites', vmlinux, '--op', 'irq.halt', '-o', output]);
  expect(readFileSync(output, 'utf8').trimEnd().split('\n').length).toBeGreaterThan(1);
});
