import { describe, expect, it } from 'vitest';
import { diffReport } from '../../../src/cli/diff.js';
import { parseDiffOptions } from '../../../src/cli/diff-options.js';
import { VERDICTS } from '../../../src/report/schema.js';
import {
  asCycles,
  frame,
  planted,
  printText,
  recording,
  SYSCALL,
  textOf,
  type Text,
} from '../../support/recordings.js';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A recording's header with another time of the day. */
function capturedOn(header: string, time: string): string {
  return header.replace(/(captured on {4}: ).*/, `$1Sun Nov 22 ${time} 2026`);
}

/** Every k-th sample of a real recording, from a different one on: runs of the same work. */
function runs(k: number, more: Text['samples'] = []): Text[] {
  const whole = asCycles(textOf(recording('6.1', 'native')));
  return Array.from({ length: k }, (_, r) => ({
    ...whole,
    header: capturedOn(whole.header, `13:${10 + 2 * r}:00`),
    // totals of real boots differ
    samples: [...whole.samples.filter((_s, i) => i % (2 * k) === r).slice(3 * r), ...more],
  }));
}

async function compare(base: Text[], other: Text[], options: Record<string, unknown> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'pvflame-runs-'));
  try {
    const write = (side: string) => (text: Text, i: number) => {
      const file = join(dir, `${side}${i}.txt`);
      writeFileSync(file, printText(text));
      return file;
    };
    return await diffReport(
      { base: base.map(write('base')), new: other.map(write('new')) },
      parseDiffOptions(options),
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const callee = [frame('native_set_pte', 3), frame('do_set_pte', 0xeb), ...SYSCALL];

describe('repeated runs', () => {
  it('an op that every new run shows is found, with an interval that holds the truth', async () => {
    const quiet = runs(4);
    const period = 500_751;
    const report = await compare(quiet, runs(4, planted(40, callee, period)));
    expect(report.basis).toBe('runs');
    const op = report.ops.find((row) => row.op === 'mmu.set_pte');
    expect(op?.verdict).toBe('more');
    const [low, high] = op?.interval ?? [0, 0];
    expect(low).toBeLessThan(40 * period);
    expect(high).toBeGreaterThan(40 * period);
    expect(low).toBeGreaterThan(0);
    expect(report.sites.find((row) => row.op === 'mmu.set_pte')?.verdict).toBe('more');
    expect(report.warnings.map((w) => w.code)).not.toContain('one-run');
  });

  it('runs of one boot are warned about, boots of their own are not', async () => {
    const boot = (text: Text, time: string): Text => ({
      ...text,
      header: capturedOn(text.header, time),
    });
    const codes = async (...times: string[]) => {
      const sides = runs(4).map((text, i) => boot(text, times[i] ?? ''));
      const report = await compare(sides.slice(0, 2), sides.slice(2));
      return report.warnings.map((w) => w.code).filter((c) => /shared-boot|run-order/.test(c));
    };
    expect(await codes('13:00:00', '13:04:00', '13:02:00', '13:06:00')).toEqual([]);
    expect(await codes('13:00:00', '13:00:05', '13:00:02', '13:06:00')).toEqual(['shared-boot']);
    const sides = runs(4).map((text) => boot(text, '13:00:00'));
    const one = await compare(sides.slice(0, 2), sides.slice(2));
    expect([one.basis, one.total.interval, one.total.verdict]).toEqual([
      'sampling',
      null,
      'too little data',
    ]);
    expect(one.functions[0]?.interval).not.toBeNull();
    expect(await codes('13:00:00', '13:02:00', '13:04:00', '13:06:00')).toEqual(['run-order']);
  });

  it('recordings of one boot count as one repetition, by their mean', async () => {
    const boot = (text: Text, time: string): Text => ({
      ...text,
      header: capturedOn(text.header, time),
    });
    const sides = runs(8).map((text, i) =>
      boot(text, `13:${10 + 2 * (i % 4)}:0${Math.floor(i / 4)}`),
    );
    // 0 and 4 are of one boot, 2 and 6 of another
    const pick = (...which: number[]) => which.flatMap((i) => sides[i] ?? []);
    const report = await compare(pick(0, 2, 4, 6), pick(1, 3, 5, 7), { budget: '1%' });
    expect(report.statistics.n).toEqual({ base: 2, new: 2 });
    const mean = (a: number, b: number) => {
      const [x, y] = [report.base.runs[a]?.weight ?? 0, report.base.runs[b]?.weight ?? 0];
      return (x + y) / 2;
    };
    expect(report.total.base).toBeCloseTo((mean(0, 2) + mean(1, 3)) / 2, 3);
    // Welch's on two boots a side, of which those of base differ by this
    const [low = 0, high = 0] = report.total.interval ?? [];
    expect((high - low) / 2).toBeGreaterThan(2 * Math.abs(mean(0, 2) - mean(1, 3)));
    expect(report.warnings.map((w) => w.code)).toContain('shared-boot');
  });

  it('a recording given twice, or packed in another way, is no repetition', async () => {
    const [a, b, c, d] = runs(4);
    if (!a || !b || !c || !d) throw new Error('four runs');
    const once = await compare([a, b], [c, d]);
    const again = {
      ...a,
      samples: a.samples.map((s) => ({ ...s, head: s.head.replace('  ', ' ') })),
    };
    const twice = await compare([a, b, again, b], [c, d]);
    expect(twice.total.interval).toEqual(once.total.interval);
    expect(twice.warnings.find((w) => w.code === 'same-file')?.message).toMatch(
      /^base holds a recording twice \(base2\.txt, base3\.txt\)/,
    );
    // nor are its samples more evidence of one boot
    const single = await compare([a], [c]);
    const copied = await compare([a, again, a], [c]);
    expect(copied.basis).toBe('sampling');
    expect(copied.ledger).toEqual(single.ledger);
    expect(copied.functions).toEqual(single.functions);
    const shared = await compare([a, b], [again, d]);
    expect(shared.warnings.find((w) => w.code === 'same-file')?.message).toMatch(
      /both sides hold the same recording \(new0\.txt\): the sides are not independent/,
    );
  });

  it('total: no interval of what was made equal, however the runs round', async () => {
    const report = await compare(runs(3), runs(5).slice(0, 2), { normalize: 'total' });
    expect(report.total).toMatchObject({ delta: 0, interval: null, verdict: 'too little data' });
    expect(report.basis).toBe('runs');
  });

  it('mirrors when the sides are swapped', async () => {
    const [a, b] = [runs(3), runs(3, planted(30, callee, 500_751))];
    const there = await compare(a, b);
    const back = await compare(b, a);
    expect(back.total.interval?.[0]).toBeCloseTo(-(there.total.interval?.[1] ?? 0), 3);
    const op = (r: typeof there) => r.ops.find((row) => row.op === 'mmu.set_pte');
    expect(op(there)?.verdict).toBe('more');
    expect(op(back)?.verdict).toBe('less');
    expect(op(back)?.interval?.[0]).toBeCloseTo(-(op(there)?.interval?.[1] ?? 0), 3);
  });

  it('halves of one recording colour next to nothing', async () => {
    const whole = asCycles(textOf(recording('6.1', 'native')));
    const part = (n: number) => ({
      ...whole,
      header: capturedOn(whole.header, `13:${10 + n}:00`),
      samples: whole.samples.filter((_, i) => i % 6 === n).slice(n),
    });
    const report = await compare([0, 2, 4].map(part), [1, 3, 5].map(part));
    expect(report.basis).toBe('runs');
    const certain = report.graph.nodes.verdict.filter((v) => v < VERDICTS.indexOf('within noise'));
    expect(certain.length).toBeLessThanOrEqual(1);
    expect(report.ops.filter((op) => op.verdict === 'more' || op.verdict === 'less')).toEqual([]);
  });

  it('a budget is exceeded only beyond doubt, and not knowing is said', async () => {
    const outcome = async (base: Text[], other: Text[]) =>
      (await compare(base, other, { budget: '1%' })).budget;
    const quiet = runs(3);
    const loud = runs(3, planted(300, callee, 500_751));
    expect(await outcome(quiet, loud)).toMatchObject([
      { target: 'total', limit: 1, outcome: 'exceeded', reason: null, rows: 1 },
    ]);
    expect((await outcome(loud, quiet))[0]?.outcome).toBe('within');
    expect((await outcome(quiet.slice(0, 1), loud.slice(0, 1)))[0]).toMatchObject({
      outcome: 'cannot tell',
      reason: 'no-interval',
    });
  });
});

/** A recording with samples put in, `clump` of them together, `gap` others to each on average. */
function mixed(text: Text, more: Text['samples'], gap: number, clump = 1): Text {
  const samples: Text['samples'] = [];
  let taken = 0;
  text.samples.forEach((sample, i) => {
    samples.push(sample);
    if (taken < more.length && (i + 1) / (gap * clump) > taken / clump) {
      samples.push(...more.slice(taken, taken + clump));
      taken += clump;
    }
  });
  samples.push(...more.slice(taken));
  return { ...text, samples };
}

describe('one run a side', () => {
  const [base, other] = [0, 1].map((side) => {
    const whole = asCycles(textOf(recording('6.1', 'native')));
    return { ...whole, samples: whole.samples.filter((_, i) => i % 2 === side) };
  }) as [Text, Text];
  const period = 500_751;
  const op = (report: Awaited<ReturnType<typeof compare>>) =>
    report.ops.find((row) => row.op === 'mmu.set_pte');

  it('gives rows an interval of sampling noise, and none to the total', async () => {
    const report = await compare([base], [mixed(other, planted(40, callee, period), 100)]);
    expect([report.basis, report.total.interval, report.total.verdict]).toEqual([
      'sampling',
      null,
      'too little data',
    ]);
    expect(report.statistics.method).toContain('sampling noise only');
    expect(op(report)?.verdict).toBe('more');
    const [low, high] = op(report)?.interval ?? [0, 0];
    expect(low).toBeGreaterThan(20 * period);
    expect(low).toBeLessThan(40 * period);
    expect(high).toBeGreaterThan(40 * period);
    expect(high).toBeLessThan(60 * period);
    expect(report.sites.find((row) => row.op === 'mmu.set_pte')?.verdict).toBe('more');
    const colours = Array.from(report.graph.nodes.verdict, (code) => VERDICTS[code]);
    expect(colours[0]).toBe('too little data');
    expect(colours.filter((verdict) => verdict === 'more').length).toBeGreaterThan(0);
  });

  it('tells a burst from as many samples spread over the run', async () => {
    const width = (report: typeof spread) => {
      const [low, high] = op(report)?.interval ?? [0, 0];
      return high - low;
    };
    const more = planted(400, callee, period);
    const spread = await compare([mixed(base, more, 10)], [mixed(other, more, 10)]);
    const clumped = await compare([mixed(base, more, 10, 40)], [mixed(other, more, 10, 40)]);
    expect(width(clumped)).toBeGreaterThan(2 * width(spread));
  });

  it('finds bursts in a short recording, too', async () => {
    const short = (text: Text): Text => ({ ...text, samples: text.samples.slice(0, 300) });
    const more = planted(60, callee, period);
    const width = (report: Awaited<ReturnType<typeof compare>>) => {
      const [low, high] = op(report)?.interval ?? [0, 0];
      return high - low;
    };
    const pair = (clump: number) =>
      compare([mixed(short(base), more, 5, clump)], [mixed(short(other), more, 5, clump)]);
    expect(width(await pair(20))).toBeGreaterThan(1.1 * width(await pair(1)));
  });

  it('samples without any weight are no data', async () => {
    const weightless: Text = {
      ...base,
      samples: base.samples
        .slice(0, 200)
        .map((s) => ({ ...s, head: s.head.replace('500751', '     0') })),
    };
    const report = await compare([weightless], [other]);
    expect(report.functions.filter((row) => row.interval !== null)).toEqual([]);
    expect(report.functions.filter((row) => row.verdict !== 'too little data')).toEqual([]);
  });

  it('against several runs is sampling noise only, too', async () => {
    const report = await compare(runs(3), runs(1, planted(60, callee, period)));
    expect([report.basis, report.total.interval]).toEqual(['sampling', null]);
    expect(op(report)?.verdict).toBe('more');
    expect(report.warnings.map((w) => w.code)).toContain('one-run');
  });

  it('periods that vary widen the intervals', async () => {
    const uneven = (text: Text): Text => ({
      ...text,
      samples: text.samples.map((s, i) => ({
        ...s,
        head: s.head.replace('500751', i % 2 === 0 ? '900751' : '100751'),
      })),
    });
    const largest = (report: Awaited<ReturnType<typeof compare>>) => {
      const row = report.ledger.find(({ bucket }) => bucket === 'rest');
      return (row?.percentInterval?.[1] ?? 0) - (row?.percentInterval?.[0] ?? 0);
    };
    const even = largest(await compare([base], [other]));
    expect(largest(await compare([uneven(base)], [uneven(other)]))).toBeGreaterThan(1.15 * even);
  });

  it('with one run a side a frame that holds all is judged like the total', async () => {
    const [quiet, loud] = [runs(2), runs(2, planted(300, callee, 500_751))];
    const report = await compare(quiet.slice(0, 1), loud.slice(0, 1), { comm: 'mmapbench' });
    const { depth, verdict } = report.graph.nodes;
    const untested = VERDICTS.indexOf('too little data');
    expect(depth.filter((d) => d === 1)).toHaveLength(1);
    expect([verdict[0], verdict[1]]).toEqual([untested, untested]);
    // what the planted op added is beside it, and is told
    expect(report.ops.find((row) => row.op === 'mmu.set_pte')?.verdict).toBe('more');
  });
});

describe('the graph', () => {
  it('has no frames of another event than the compared one', async () => {
    const foreign = {
      head: 'other 1 [000] 1.000000: 500751 page-faults: ',
      frames: [frame('only_faults', 3), ...SYSCALL],
    };
    const [base, other] = [runs(1), runs(1, planted(60, callee, 500_751))];
    const mixed = (text: Text): Text => ({ ...text, samples: [...text.samples, foreign] });
    const report = await compare(base.map(mixed), other.map(mixed));
    const names = (r: typeof report) => Array.from(r.graph.nodes.name, (n) => r.graph.names[n]);
    expect(names(report)).toEqual(names(await compare(base, other)));
    expect(report.graph.nodes.depth.length).toBeGreaterThan(50);
  });
});
