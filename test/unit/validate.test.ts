import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { diffReport } from '../../src/cli/diff.js';
import { parseDiffOptions } from '../../src/cli/diff-options.js';
import { validateFiles } from '../../src/cli/validate.js';
import { parseValidateOptions } from '../../src/cli/validate-options.js';
import { renderValidation, renderValidationJson } from '../../src/render/validate/index.js';
import type { Report } from '../../src/report/schema.js';
import { validateSchema } from '../../src/report/validate-schema.js';
import {
  asCycles,
  frame,
  planted,
  printText,
  recording,
  SYSCALL,
  textOf,
  type Text,
} from '../support/recordings.js';

const dir = mkdtempSync(join(tmpdir(), 'pvflame-validate-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const whole = asCycles(textOf(recording('6.1', 'native')));
const PERIOD = 500_751;

/** Three boots: the same real samples in each profile, unequal in number between the boots. */
function boots(name: string, ...more: Text['samples'][]): string[] {
  return [0, 1, 2].map((r) => {
    const samples = whole.samples.filter((_, i) => i % 6 === r).slice(3 * r);
    const header = whole.header.replace(
      /(captured on {4}: ).*/,
      `$1Sun Nov 22 ${['native', 'before', 'after', 'other'].indexOf(name) + 10}:${10 + 5 * r}:00 2026`,
    );
    const file = join(dir, `${name}-${String(Math.random()).slice(2)}-${r}.txt`);
    writeFileSync(file, printText({ header, samples: [...samples, ...more.flat()] }));
    return file;
  });
}

const op = (n: number, period = PERIOD) =>
  planted(n, [frame('native_set_pte', 3), frame('do_set_pte', 0xeb), ...SYSCALL], period);
const plain = (n: number, name = 'vfs_helper') =>
  planted(n, [frame(name, 0x9), frame('vfs_read', 0x51), ...SYSCALL], PERIOD);

const validation = (
  native: string[] | undefined,
  before: string[],
  after: string[],
  options: Record<string, unknown> = {},
) =>
  validateFiles(
    { ...(native === undefined ? {} : { native }), before, after },
    parseValidateOptions({ native, before, after, ...options }),
  );

describe('a planted fix', () => {
  it.each([
    [0, 100, 100, 'none'],
    [50, 100, 50, 'part'],
    [100, 100, 0, 'all'],
  ])('that wins back %i % is found to', async (percent, before, after, verdict) => {
    const found = await validation(
      boots('native'),
      boots('before', op(before)),
      boots('after', op(after)),
    );
    expect(found.before.delta).toBeCloseTo(before * PERIOD, 0);
    expect(found.after.delta).toBeCloseTo(after * PERIOD, 0);
    expect(found.recovered?.percent).toBeCloseTo(percent, 6);
    const [low, high] = found.recovered?.interval ?? [NaN, NaN];
    expect(low).toBeLessThanOrEqual(percent);
    expect(high).toBeGreaterThanOrEqual(percent);
    expect(found.recovered?.verdict).toBe(verdict);
    const row = found.ops.find(({ op: name }) => name === 'mmu.set_pte');
    expect(row).toMatchObject({ native: 0, before: before * PERIOD, after: after * PERIOD });
    expect(row?.recovered?.percent).toBeCloseTo(percent, 6);
    expect(row?.recovered?.interval?.[0]).toBeLessThanOrEqual(percent);
    expect(row?.recovered?.interval?.[1]).toBeGreaterThanOrEqual(percent);
    validateSchema.parse(JSON.parse(Buffer.from(renderValidationJson(found)).toString()));
  });

  it('that wins back more than there was is found to', async () => {
    const found = await validation(
      boots('native', plain(40)),
      boots('before', plain(40), op(200)),
      boots('after'),
    );
    expect(found.recovered?.percent).toBeCloseTo(120, 6);
    expect(found.recovered?.interval?.[0]).toBeLessThan(120);
    expect(found.recovered?.interval?.[1]).toBeGreaterThan(120);
  });

  it('that only moves the cost recovers nothing, and says where it went', async () => {
    const found = await validation(
      boots('native'),
      boots('before', op(100)),
      boots('after', plain(100)),
    );
    expect(found.recovered).toMatchObject({ percent: 0, verdict: 'none' });
    expect(found.better.map(({ name }) => name)).toEqual(['mmu.set_pte']);
    expect(found.worse.map(({ name }) => name)).toEqual(['vfs_helper']);
    expect(found.moved).toEqual({
      weight: 100 * PERIOD,
      less: 100 * PERIOD,
      more: 100 * PERIOD,
    });
  });

  it('that makes it worse is found to', async () => {
    const found = await validation(
      boots('native'),
      boots('before', op(100)),
      boots('after', op(300)),
    );
    expect(found.recovered).toMatchObject({ verdict: 'worse' });
    expect(found.recovered?.percent).toBeCloseTo(-200, 6);
    expect(found.worse.map(({ name }) => name)).toEqual(['mmu.set_pte']);
  });

  it('without an overhead recovers no share, however much it gains', async () => {
    const found = await validation(boots('native'), boots('before'), boots('after'));
    expect(found.recovered).toEqual({ percent: null, interval: null, verdict: 'no overhead' });
  });

  it('of one boot a profile that shows no overhead claims nothing', async () => {
    const one = (files: string[]) => files.slice(0, 1);
    const found = await validation(
      one(boots('native', plain(50))),
      one(boots('before')),
      one(boots('after')),
    );
    expect(found.recovered).toEqual({ percent: null, interval: null, verdict: 'too little data' });
    expect(await renderValidation(found, 'text')).toContain('too little data, and before does not');
  });

  it('of one boot a profile has a share, but no interval', async () => {
    const one = (files: string[]) => files.slice(0, 1);
    const found = await validation(
      one(boots('native')),
      one(boots('before', op(100))),
      one(boots('after', op(40))),
      { budget: '0.2%' },
    );
    expect(found.recovered).toMatchObject({ interval: null, verdict: 'too little data' });
    expect(found.recovered?.percent).toBeCloseTo(60, 6);
    expect(found.budget).toMatchObject([{ outcome: 'cannot tell', reason: 'no-interval' }]);
    expect(found.ops.every((row) => row.recovered === null)).toBe(true);
  });

  it('without native is after against before', async () => {
    const found = await validation(undefined, boots('before', op(100)), boots('after', op(40)), {
      budget: '0.2',
    });
    expect([found.native, found.recovered, found.before.delta]).toEqual([null, null, 0]);
    expect(found.after.delta).toBeCloseTo(-60 * PERIOD, 0);
    expect(found.budget[0]?.outcome).toBe('within');
    expect(found.ops[0]).toMatchObject({ op: 'mmu.set_pte', native: null, overhead: null });
  });
});

describe('the comparisons behind it', () => {
  it('are those of diff', async () => {
    const files = {
      native: boots('native'),
      before: boots('before', op(100), plain(30)),
      after: boots('after', op(40), plain(60)),
    };
    const found = await validation(files.native, files.before, files.after);
    const same = async (report: Report | null, base: string[], other: string[]) => {
      const diff = await diffReport({ base, new: other }, parseDiffOptions({}));
      const numbers = ({ base: b, new: n, warnings, provenance, ...rest }: Report) => {
        expect([b.label, n.label, warnings.length, provenance.tool].length).toBe(4);
        return rest;
      };
      expect(report).not.toBeNull();
      if (report !== null) expect(numbers(report)).toEqual(numbers(diff));
    };
    await same(found.pairs.nativeBefore, files.native, files.before);
    await same(found.pairs.nativeAfter, files.native, files.after);
    await same(found.pairs.beforeAfter, files.before, files.after);
    expect(found.change.delta).toBe(found.pairs.beforeAfter.total.delta);
    expect(found.before.delta).toBe(found.pairs.nativeBefore?.total.delta);
  });

  it('mirror when before and after change places', async () => {
    const [native, before, after] = [
      boots('native'),
      boots('before', op(100)),
      boots('after', plain(90)),
    ];
    const there = await validation(native, before, after);
    const back = await validation(native, after, before);
    expect(back.change.delta).toBe(-there.change.delta);
    expect(back.worse.map(({ name }) => name)).toEqual(there.better.map(({ name }) => name));
    expect(back.moved.weight).toBe(there.moved.weight);
  });

  it('give no share of a row on a timer', async () => {
    const text = textOf(recording('6.1', 'native'));
    const onTimer = (samples: Text['samples']) =>
      samples.map((s) => ({ ...s, head: s.head.replace('cycles:', 'cpu-clock:') }));
    const files = (name: string, n: number) =>
      [0, 1, 2].map((r) => {
        const file = join(dir, `timer-${name}-${r}.txt`);
        const samples = text.samples.filter((_, i) => i % 6 === r).slice(3 * r);
        const header = text.header.replace(
          /(captured on {4}: ).*/,
          `$1Sun Nov 22 1${n % 7}:${10 + 5 * r}:00 2026`,
        );
        writeFileSync(file, printText({ header, samples: [...samples, ...onTimer(op(n))] }));
        return file;
      });
    const found = await validation(files('n', 0), files('b', 200), files('a', 100));
    expect(found.timer).toBe(true);
    expect(found.recovered?.percent).toBeCloseTo(50, 6);
    expect(found.ops[0]).toMatchObject({ bound: 'lower', recovered: null });
    expect(found.better).toEqual([]);
  });
});

describe('site states', () => {
  it('of an unpatched and a patched boot of one image are told', async () => {
    const found = await validation(
      [recording('6.1', 'native')],
      [recording('6.1', 'paravirt-unpatched')],
      [recording('6.1', 'paravirt')],
    );
    const { changed, undecided, stillIndirect } = found.siteLists;
    expect(changed.length).toBeGreaterThan(0);
    for (const index of changed)
      expect(found.sites[index]?.state).toMatchObject({ before: 'indirect', after: 'direct' });
    for (const index of undecided) {
      const { state } = found.sites[index] ?? {};
      expect([state?.before, state?.after].some((s) => s === 'unknown' || s === null)).toBe(true);
    }
    expect(stillIndirect).toEqual([]);
  });
});
