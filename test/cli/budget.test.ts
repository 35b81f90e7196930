import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportSchema } from '../../src/report/schema.js';
import { pvflame } from '../support/cli.js';
import { frame, planted, printText, SYSCALL } from '../support/recordings.js';

let dir: string;
const sides: Record<'base' | 'new', string[]> = { base: [], new: [] };

/** Boots of one kernel: ordinary work that varies a little, and calls of set_pte. */
function boot(name: string, work: number, calls: number, event: string): string {
  const text = printText({
    header: '',
    samples: [
      ...planted(work, [frame('vfs_read', 4), ...SYSCALL]),
      ...planted(calls, [frame('native_set_pte', 3), frame('do_set_pte', 0xeb), ...SYSCALL]),
    ].map((s) => ({ ...s, head: s.head.replace('cycles', event) })),
  });
  return file(name, text);
}

function file(name: string, content: string): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pvflame-budget-'));
  sides.base = [1000, 1003, 998, 1001].map((n, i) => boot(`b${i}.txt`, n, 0, 'cycles'));
  sides.new = [1002, 999, 1004, 1000].map((n, i) => boot(`n${i}.txt`, n, 60 + i, 'cycles'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const diff = (budget: string, ...more: string[]) =>
  pvflame([
    ...['--base', ...sides.base, '--new', ...sides.new],
    ...['--budget-file', file('budget.yaml', budget), ...more],
  ]);

describe('--budget-file', () => {
  it('status 1 where a limit is exceeded, with every outcome in the text', () => {
    const ran = diff(`budget:
  - total: 10%
  - op: mmu.*
    limit: 2%
  - function: vfs_read
    limit: 5%
`);
    expect(ran).toMatchObject({ status: 1, stderr: '' });
    expect(ran.stdout).toContain('  budget 10 %: within\n');
    expect(ran.stdout).toMatch(/ {2}budget 2 % on op mmu\.\*: exceeded \(\+6\.1\d %, /);
    expect(ran.stdout).toMatch(/ {2}budget 5 % on function vfs_read: within \(/);
    expect(ran.stdout.split('\n').filter((line) => line.length > 72)).toEqual([]);
  });

  it('status 0 where all hold; --budget adds to the file', () => {
    expect(diff('budget: [{op: "*", limit: 20%, of: sum}]', '--budget', '20').status).toBe(0);
    expect(diff('budget: [{op: "*", limit: 20%, of: sum}]', '--budget', '0.1').status).toBe(1);
  });

  it('a pattern that matches nothing is said, and is no pass with --budget-strict', () => {
    const ran = diff('budget: [{op: mmu.sett_pte, limit: 1}]', '-f', 'json');
    expect(ran.status).toBe(0);
    const report = reportSchema.parse(JSON.parse(ran.stdout));
    expect(report.budget).toMatchObject([
      { outcome: 'cannot tell', reason: 'no-match', rows: 0, match: ['mmu.sett_pte'] },
    ]);
    expect(report.warnings.map(({ code }) => code)).toContain('budget-no-match');
    expect(diff('budget: [{op: mmu.sett_pte, limit: 1}]', '--budget-strict').status).toBe(5);
  });

  it('exceeded goes before not knowing', () => {
    const both = 'budget: [{op: mmu.sett_pte, limit: 1}, {op: mmu.set_pte, limit: 1}]';
    expect(diff(both, '--budget-strict').status).toBe(1);
  });

  it('on a timer only the total is decided', () => {
    const timers = {
      base: [1000, 1003].map((n, i) => boot(`tb${i}.txt`, n, 0, 'cpu-clock')),
      new: [1002, 999].map((n, i) => boot(`tn${i}.txt`, n, 60, 'cpu-clock')),
    };
    const limits = file('t.yaml', 'budget: [{total: 1%}, {op: mmu.*, limit: 1%}]');
    const ran = pvflame([
      ...['--base', ...timers.base, '--new', ...timers.new],
      ...['--budget-file', limits, '-f', 'json'],
    ]);
    expect(ran.status).toBe(1);
    expect(reportSchema.parse(JSON.parse(ran.stdout)).budget).toMatchObject([
      { target: 'total', outcome: 'exceeded' },
      { target: 'op', outcome: 'cannot tell', reason: 'timer' },
    ]);
  });

  it('status 3 and one line for a file that is wrong, before anything is read', () => {
    const ran = pvflame([
      ...['no-such-base.txt', 'no-such-new.txt'],
      ...['--budget-file', file('bad.yaml', 'budget:\n  - op: mmu.*\n    limt: 2%\n')],
    ]);
    expect(ran.status).toBe(3);
    expect(ran.stderr).toMatch(
      /^pvflame: \S+bad\.yaml:3: budget\[0\] has the unknown key 'limt'; it takes .*\n$/,
    );
    expect(ran.stdout).toBe('');
  });

  it('--budget-strict takes either', () => {
    const ran = pvflame(['a.txt', 'b.txt', '--budget-strict']);
    expect(ran).toMatchObject({ status: 2 });
    expect(ran.stderr).toContain('--budget-strict goes with --budget or --budget-file');
  });
});
