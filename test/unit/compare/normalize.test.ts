import { describe, expect, it } from 'vitest';
import {
  asCycles,
  frame,
  planted,
  reportOf,
  SYSCALL,
  type Text,
} from '../../support/recordings.js';

/** Kernel samples of a syscall, user samples by function, over so many seconds. */
function made(
  kernel: number,
  user: Record<string, number>,
  options: { seconds?: number; cpus?: number; timer?: boolean } = {},
): Text {
  const { seconds = 9.3, cpus, timer = false } = options;
  const inUser = Object.entries(user).flatMap(([name, n]) =>
    planted(n, [`\t          401136 ${name}+0x6 (/bin/a)`]),
  );
  const samples = [...planted(kernel, [frame('vfs_read', 3), ...SYSCALL]), ...inUser].map(
    (sample, i, all) => ({
      ...sample,
      head: sample.head.replace(
        / +\d+\.\d+: /,
        ` ${(100 + (seconds * i) / (all.length - 1)).toFixed(6)}: `,
      ),
    }),
  );
  const header =
    cpus === undefined ? '' : `# hostname : a\n# nrcpus online : ${cpus}\n# nrcpus avail : ${cpus}`;
  const text = { header, samples };
  return timer
    ? {
        ...text,
        samples: samples.map((s) => ({ ...s, head: s.head.replace('cycles:', 'cpu-clock:') })),
      }
    : asCycles(text);
}

async function codes(base: Text, other: Text, options: Record<string, unknown> = {}) {
  const report = await reportOf(base, other, options);
  const telling = /same-duration|unlike-totals|user-changed|normalization|cpu-count/;
  return report.warnings.map((w) => w.code).filter((code) => telling.test(code));
}

const usual = made(300, { work: 200, idle: 50 });

describe('a normalisation that looks wrong is warned about, another is not', () => {
  it('none: recordings that a clock ended', async () => {
    const stopped = (seconds: number) => made(300, { work: 200 }, { seconds });
    expect(await codes(stopped(10.004), stopped(10.001))).toEqual(['same-duration']);
    expect(await codes(stopped(10.004), stopped(10.001), { normalize: 'total' })).toEqual([
      'normalization',
    ]);
    expect(await codes(stopped(10.004), stopped(12.001))).toEqual([]);
    expect(await codes(stopped(10.3), stopped(10.3))).toEqual([]);
  });

  it('none: totals of hardly the same work, in either direction', async () => {
    const double = made(700, { work: 400, idle: 100 });
    expect(await codes(usual, double)).toEqual(['unlike-totals']);
    expect(await codes(double, usual)).toEqual(['unlike-totals']);
    const works = { normalize: 'work', baseWork: '100', newWork: '210' };
    expect(await codes(usual, double, works)).toEqual([]);
    expect(await codes(usual, made(420, { work: 200, idle: 50 }))).toEqual([]);
  });

  it('user: where user space itself changed', async () => {
    const shifted = made(300, { work: 100, idle: 50, logging: 100 });
    expect(await codes(usual, shifted, { normalize: 'user' })).toEqual(['user-changed']);
    expect(await codes(usual, shifted)).toEqual([]);
    const more = made(300, { work: 260, idle: 60 });
    expect(await codes(usual, more, { normalize: 'user' })).toEqual([]);
  });

  it('user and kernel only: of a timer, whose late samples fall into user space', async () => {
    const timer = made(300, { work: 200, idle: 50 }, { timer: true });
    expect(await codes(timer, timer, { normalize: 'user' })).toEqual(['normalization']);
    expect(await codes(timer, timer, { kernelOnly: true })).toEqual(['normalization']);
    expect(await codes(timer, timer)).toEqual([]);
    expect(await codes(usual, usual, { kernelOnly: true })).toEqual([]);
  });

  it('other numbers of CPUs', async () => {
    const on = (cpus: number) => made(300, { work: 200 }, { cpus });
    expect(await codes(on(2), on(4))).toEqual(['cpu-count']);
    expect(await codes(on(2), on(2))).toEqual([]);
  });

  it('work without its numbers, or user without user space, is refused', async () => {
    await expect(reportOf(usual, usual, { normalize: 'work', baseWork: '3' })).rejects.toThrow(
      '--normalize work needs --base-work and --new-work',
    );
    await expect(reportOf(usual, made(300, {}), { normalize: 'user' })).rejects.toThrow(
      'user-space weight is 0 in new.txt',
    );
    await expect(
      reportOf(usual, usual, { normalize: 'work', baseWork: '3', newWork: '3,4' }),
    ).rejects.toThrow('--new-work: 2 numbers for 1 run(s)');
  });

  it('total: the totals are one number, of which nothing is tested', async () => {
    const report = await reportOf(usual, made(601, { work: 407, idle: 101 }), {
      normalize: 'total',
    });
    expect(report.total).toMatchObject({ delta: 0, percent: 0, interval: null });
    expect(report.nameable).toBeNull();
    expect(report.sumCheck).toBeCloseTo(0, 6);
  });

  it('user: rows are as noisy as the yardstick makes them, which has no change of its own', async () => {
    // 100 samples of user space only: the yardstick itself is good to 10 %
    const few = made(400, { work: 100 });
    const more = made(400, { work: 108 });
    const row = async (mode: string) => {
      const report = await reportOf(few, more, { normalize: mode });
      return (bucket: string) => report.ledger.find((r) => r.bucket === bucket);
    };
    const [user, none] = [await row('user'), await row('none')];
    expect(user('user')).toMatchObject({ delta: 0, interval: null });
    expect(none('user')?.interval).not.toBeNull();
    const [low = 0, high = 0] = user('rest')?.percentInterval ?? [];
    // 1.96 * sqrt(1/100 + 1/108) = 27 % of what is 80 % of all
    expect((high - low) / 2).toBeGreaterThan(20);
    expect(user('rest')?.verdict).toBe('within noise');
  });

  it('scales without rounding, and says the factor', async () => {
    const report = await reportOf(usual, made(600, { work: 400, idle: 100 }), {
      normalize: 'user',
    });
    expect(report.normalization.factor).toBe(0.5);
    expect([report.total.delta, report.ledger.find((row) => row.bucket === 'user')?.delta]).toEqual(
      [0, 0],
    );
    const works = { normalize: 'work', baseWork: '3', newWork: '7' };
    const byWork = await reportOf(usual, usual, works);
    expect(byWork.total.new).toBeCloseTo((byWork.total.base * 3) / 7, 6);
  });
});
