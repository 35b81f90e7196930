import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportSchema } from '../../src/report/schema.js';
import { pvflame } from '../support/cli.js';
import { frame, planted, printText, recording, SYSCALL } from '../support/recordings.js';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pvflame-stat-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const PERIOD = 1000;
const file = (name: string, content: string): string => {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
};
/** A run of cycles: `work` samples of ordinary code, `calls` of set_pte, `user` in user space. */
const run = (name: string, work: number, calls: number, user = 0) =>
  file(
    name,
    printText({
      header: '',
      samples: [
        ...planted(work, [frame('vfs_read', 4), ...SYSCALL], PERIOD),
        ...planted(
          calls,
          [frame('native_set_pte', 3), frame('do_set_pte', 0xeb), ...SYSCALL],
          PERIOD,
        ),
        ...planted(user, ['\t          401004 main+0x4 (/bin/work)'], PERIOD),
      ],
    }),
  );
const stat = (name: string, cycles: number) =>
  file(
    name,
    `\n Performance counter stats for 'work':\n\n  ${cycles.toLocaleString('en')}   cycles\n`,
  );
const report = (args: string[]) => {
  const ran = pvflame([...args, '-f', 'json']);
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  return reportSchema.parse(JSON.parse(ran.stdout));
};
const codes = (r: ReturnType<typeof report>) => r.warnings.map(({ code }) => code);

describe('--base-stat, --new-stat', () => {
  it('the totals are what perf stat counted, and the ledger adds up to their difference', () => {
    // half of new's samples were lost: without the counter it looks cheaper
    const sides = [run('b.txt', 1000, 0), run('n.txt', 500, 50)];
    const plain = report(sides);
    expect(plain.total.delta).toBeLessThan(0);
    const anchored = report([
      ...sides,
      ...['--base-stat', stat('b.stat', 1_001_234), '--new-stat', stat('n.stat', 1_100_777)],
    ]);
    expect(anchored.total).toMatchObject({ base: 1_001_234, new: 1_100_777 });
    expect(anchored.total.delta).toBeCloseTo(99_543, 6);
    expect(Math.abs(anchored.sumCheck)).toBeLessThan(1e-6);
    const op = anchored.ops.find((row) => row.op === 'mmu.set_pte');
    expect(op?.extra).toBeCloseTo((1_100_777 * 50) / 550, 6);
    expect(anchored.new.runs[0]).toMatchObject({
      weight: 1_100_777,
      anchor: { path: 'n.stat', count: 1_100_777, sampled: 550_000, running: null },
    });
    expect(codes(anchored)).toContain('stat-differs');
    expect(anchored.warnings.find(({ code }) => code === 'stat-differs')?.message).toBe(
      'n.txt: the samples of n.txt sum up to 50.0 % of what n.stat counted: ' +
        'another run, event or scope (-a, a process)? ' +
        'Rows are scaled as if what is missing were like the rest',
    );
  });

  it('a filtered comparison keeps the scale of the whole run', () => {
    const sides = [run('bf.txt', 900, 0, 100), run('nf.txt', 900, 50, 50)];
    const filtered = report([
      ...sides,
      ...['--base-stat', stat('bf.stat', 2_000_000), '--new-stat', stat('nf.stat', 1_000_000)],
      '--kernel-only',
    ]);
    expect(filtered.total.base).toBeCloseTo(1_800_000, 6);
    expect(filtered.total.new).toBeCloseTo(950_000, 6);
  });

  it('goes with work done, and with repeated runs, one file a run', () => {
    const base = [run('b1.txt', 1000, 0), run('b2.txt', 1010, 0)];
    const other = [run('n1.txt', 1000, 50), run('n2.txt', 1010, 50)];
    const both = report([
      ...['--base', ...base, '--new', ...other],
      ...['--base-stat', stat('b1.stat', 1_000_000), stat('b2.stat', 1_020_000)],
      ...['--new-stat', stat('n1.stat', 2_000_000), stat('n2.stat', 2_060_000)],
      ...['--normalize', 'work', '--base-work', '1', '--new-work', '2'],
    ]);
    expect(both.total.base).toBeCloseTo(1_010_000, 6);
    expect(both.total.new).toBeCloseTo(1_015_000, 6);
    expect(both.total.interval).not.toBeNull();
    expect(both.normalization.factor).toBeCloseTo(0.5, 12);
    const text = pvflame([
      ...['--base', ...base, '--new', ...other],
      ...['--base-stat', stat('b1.stat', 1_000_000), stat('b2.stat', 1_020_000)],
      ...['--new-stat', stat('n1.stat', 2_000_000), stat('n2.stat', 2_060_000)],
    ]).stdout;
    expect(text.replaceAll(/\n +/g, ' ')).toContain(
      'runs scaled to their perf stat counts: base x1.0000 to x1.0099, new x1.9048 to x1.9434',
    );
  });

  it('samples without a period weigh what the counter says, in the event’s unit', () => {
    const bare = (name: string, n: number) =>
      file(
        name,
        printText({
          header: '',
          samples: planted(n, [frame('vfs_read', 4), ...SYSCALL], PERIOD).map((s) => ({
            ...s,
            head: s.head.replace(/\d+ (cycles)/, '$1'),
          })),
        }),
      );
    const r = report([
      ...[bare('bb.txt', 100), bare('bn.txt', 110)],
      ...['--base-stat', stat('bb.stat', 1_000_000), '--new-stat', stat('bn.stat', 1_100_000)],
    ]);
    expect(r.base).toMatchObject({ unit: 'cycles' });
    expect(r.total).toMatchObject({ base: 1_000_000, new: 1_100_000 });
    expect(codes(r)).not.toContain('stat-differs');
  });

  it('takes the msec of a clock event as the ns of its periods', () => {
    const clock = (name: string, ms: string) => file(name, `${ms},msec,cpu-clock,1,100.00,,\n`);
    const r = report([
      ...[recording('6.1', 'native'), recording('6.1', 'paravirt')],
      ...['--base-stat', clock('c1', '8271.05'), '--new-stat', clock('c2', '8413.98')],
    ]);
    expect(r.total).toMatchObject({ base: expect.closeTo(8_271_050_000, 0) as number });
    expect(codes(r)).not.toContain('stat-differs');
    expect(r.provenance.argv).toEqual([
      'native.perf-script.txt.gz',
      'paravirt.perf-script.txt.gz',
      ...['--base-stat', 'c1', '--new-stat', 'c2'],
    ]);
  });

  it('what cannot be an anchor is refused in one line', () => {
    const sides = [run('r1.txt', 10, 0), run('r2.txt', 10, 1)];
    const good = stat('good.stat', 10_000);
    const refused = (args: string[]) => {
      const ran = pvflame([...sides, ...args]);
      expect(ran.stdout).toBe('');
      expect(ran.stderr).toMatch(/^pvflame: [^\n]+\n$/);
      return [ran.status, ran.stderr.replaceAll(`${dir}/`, '').trimEnd()];
    };
    expect(refused(['--base-stat', good])).toEqual([
      2,
      'pvflame: --base-stat and --new-stat go together: both sides are anchored, or none',
    ]);
    expect(refused(['--base-stat', good, good, '--new-stat', good])).toEqual([
      2,
      'pvflame: --base-stat: 2 file(s) for 1 run(s); give one a run',
    ]);
    expect(refused(['--base-stat', good, '--new-stat', join(dir, 'none')])[0]).toBe(3);
    const clock = file('clock.stat', '  12.00 msec task-clock\n');
    expect(refused(['--base-stat', good, '--new-stat', clock])).toEqual([
      3,
      'pvflame: clock.stat: no count of cycles, only of task-clock; run perf stat -e cycles too',
    ]);
    expect(refused(['--base-stat', good, '--new-stat', good, '-o', good])[0]).toBe(2);
  });
});
