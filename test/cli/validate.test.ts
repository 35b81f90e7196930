import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { validateSchema } from '../../src/report/validate-schema.js';
import { pvflame } from '../support/cli.js';
import { recording } from '../support/recordings.js';

const dir = mkdtempSync(join(tmpdir(), 'pvflame-validate-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const native = ['native', 'native-2', 'native-3'].map((name) => recording('6.1', name));
const before = recording('6.1', 'paravirt-unpatched');
const after = recording('6.1', 'paravirt');
const three = ['--native', ...native, '--before', before, '--after', after];

describe('pvflame validate', () => {
  it('writes every format, the same bytes each time and wherever inputs lie', () => {
    const names = ['fix.html', 'fix.json', 'fix.txt', 'fix.md'];
    const run = (name: string) => {
      const files = names.map((file) => join(dir, `${name}-${file}`));
      const ran = pvflame(['validate', ...three, ...files.flatMap((file) => ['-o', file])]);
      expect([ran.status, ran.stdout]).toEqual([0, '']);
      expect(ran.stderr).toMatch(/written; recovered: \d+ % \(too little data\)/);
      return files.map((file) => readFileSync(file, 'utf8'));
    };
    const [one, other] = [run('a'), run('b')];
    expect(one).toEqual(other);
    const [html, json, text, markdown] = one;
    const document = validateSchema.parse(JSON.parse(json ?? ''));
    expect(document.pairs.nativeBefore?.base.runs).toHaveLength(3);
    expect(html).toContain('script-src &#39;none&#39;');
    expect(text?.split('\n').filter((line) => line.length > 72 || /[^ -~]/.test(line))).toEqual([]);
    expect(markdown).toMatch(/^### What the fix wins back\n/);
  });

  it('goes by the budget of what is left after the fix', () => {
    const status = (...more: string[]) => pvflame(['validate', '-q', ...three, ...more]).status;
    expect(status('--budget', '0.2%')).toBe(0);
    expect(status('--budget', '0.2%', '--budget-strict')).toBe(5);
  });

  it('gives weight per call where executions are known', () => {
    const counts = join(dir, 'counts.tsv');
    writeFileSync(counts, '# executions\nmmu.set_pte\t1000\n');
    const ran = pvflame(['validate', ...three, '--counts', counts, '-f', 'json']);
    const { ops } = validateSchema.parse(JSON.parse(ran.stdout));
    const row = ops.find(({ op }) => op === 'mmu.set_pte');
    expect(row?.perCall).toEqual({
      executions: 1000,
      before: (row?.before ?? 0) / 1000,
      after: (row?.after ?? 0) / 1000,
    });
    expect(ops.filter(({ perCall }) => perCall !== null)).toHaveLength(1);
  });

  const file = (name: string, text: string) => {
    const path = join(dir, name);
    writeFileSync(path, text);
    return path;
  };

  it.each([
    [['--before', before], 2, /^pvflame: --after is missing: /],
    [['--after', after], 2, /^pvflame: --before is missing: /],
    [
      ['--before', before, '--after', after, '--native-label', 'x'],
      2,
      /--native-label: goes with --native/,
    ],
    [['--before', before, '--after', after, '--budget-strict'], 2, /--budget-strict goes with/],
    [['--before', before, '--after', after, '--normalize', 'work'], 2, /needs --before-work/],
    [['--before', before, '--after', after, '--after-work', '3'], 2, /go with --normalize work/],
    [['--before', before, '--after', join(dir, 'none')], 3, /none: /],
    [['--before', before, '--after', after, '-o', before], 2, /is an input/],
    [['--before', before, '--after', after, '-o', join(dir, 'x.folded')], 2, /folded stacks/],
    [['--before', before, '--after', after, '-o', '/no/such/x.html'], 4, /folder does not exist/],
    [['--before', before, '--after', after, '--counts', join(dir, 'none.tsv')], 3, /none\.tsv: /],
    [
      ['--before', before, '--after', after, '--before-vmlinux', before],
      2,
      /--before-vmlinux needs --after-vmlinux/,
    ],
  ])('refuses %j', (args, status, message) => {
    const ran = pvflame(['validate', ...args]);
    expect([ran.status, ran.stdout]).toEqual([status, '']);
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it.each([
    ['', /holds no executions/],
    ['a\tb\tc\n', /:1: has 3 columns/],
    ['f+0x1\tmany\n', /:1: 'many' is no number/],
    ['what\t3\n', /:1: 'what' is neither/],
    ['f+0x1\t3\nf+0x01\t4\n', /:2: f\+0x1 is given twice/],
    ['executions\taddress\n', /:1: the first line names executions, but not symbol/],
  ])('refuses executions %j', (text, message) => {
    const counts = file('bad.tsv', text);
    const ran = pvflame(['validate', '--before', before, '--after', after, '--counts', counts]);
    expect([ran.status, ran.stdout]).toEqual([3, '']);
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
