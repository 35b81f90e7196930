import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/errors.js';
import { FrameTable, StringTable } from '../../../src/ingest/index.js';
import {
  chooseEvent,
  columnOf,
  eventsOf,
  foldProfile,
  isKernelDso,
  isKernelFrame,
  matchEvent,
  mergeProfiles,
  WeightColumn,
  withoutModifiers,
} from '../../../src/profile/index.js';
import { print, profileOf } from './support.js';

const FOLD = { event: 'cycles', kernel: false, jit: false, addrs: false };
const A = { comm: 'sh', event: 'cycles', period: 100, frames: ['k:leaf', 'k:entry', 'main'] };
const B = { comm: 'nm', event: 'cycles', period: 7, frames: ['main'] };
const C = { comm: 'sh', event: 'faults', period: 1, frames: ['k:leaf', 'k:entry', 'main'] };

describe('builder', () => {
  test('weights of a run, by event; runs apart', () => {
    const profile = profileOf([print([A, B, A, C]), print([A])]);
    const [first, second] = profile.runs;
    expect(eventsOf(profile)).toEqual([
      { name: 'cycles', samples: 4 },
      { name: 'faults', samples: 1 },
    ]);
    expect(first && columnOf(first, 'cycles')).toMatchObject({ total: 207, samples: 3 });
    expect(first && columnOf(first, 'faults')).toMatchObject({ total: 1, samples: 1 });
    expect(second && columnOf(second, 'cycles')).toMatchObject({ total: 100, samples: 1 });
    expect(second && columnOf(second, 'faults')).toBeUndefined();
    expect(foldProfile(profile, FOLD)).toEqual(['nm;main 7', 'sh;main;entry;leaf 300']);
  });

  test('a sample without a period weighs 1, and the run says how many', () => {
    const text = print([A]).replace(/ +100 cycles/, ' cycles');
    const [run] = profileOf([text]).runs;
    expect(run && columnOf(run, 'cycles')?.total).toBe(1);
    expect(run?.samplesWithoutPeriod).toBe(1);
  });

  test('kernelOnly keeps kernel frames, and samples that have one', () => {
    const profile = profileOf([print([A, B])], { kernelOnly: true });
    expect(foldProfile(profile, FOLD)).toEqual(['sh;entry;leaf 100']);
  });

  test('comm keeps one comm; pid and tid stand in the root', () => {
    expect(foldProfile(profileOf([print([A, B])], { comm: 'nm' }), FOLD)).toEqual(['nm;main 7']);
    expect(foldProfile(profileOf([print([B])], { task: 'pid' }), FOLD)).toEqual(['nm-?;main 7']);
    expect(foldProfile(profileOf([print([B])], { task: 'tid' }), FOLD)).toEqual([
      'nm-?/100;main 7',
    ]);
  });
});

describe('kernel frames', () => {
  const kernel = (addressHi: number, addressLo: number, dso: string) => {
    const frames = new FrameTable(new StringTable());
    const raw = { addressHi, addressLo, symbol: 'f', offset: 0, dso, inlined: false };
    return isKernelFrame(frames, frames.id(raw));
  };
  test.each([
    [0xffffffff, 0x81000000, '[kernel.kallsyms]', true],
    [0xffffffff, 0x81000000, '[unknown]', true],
    [0xffffffff, 0x81000000, '', true],
    [0xffffffff, 0xc0012000, '[xfs]', true],
    [0xffff8000, 0, '', true],
    [0xffffffff, 0xff600000, '[vsyscall]', false],
    [0xffffffff, 0xffffffff, '[unknown]', false],
    [0x7fffffff, 0xffffffff, '', false],
    [0, 0x119c, '/usr/bin/node', false],
    [0, 0x119c, '[unknown]', false],
    [0, 0x119c, '/lib/modules/6.1.0/kernel/fs/xfs/xfs.ko.xz', true],
    [0, 0x119c, '[guest.kernel.kallsyms.12]', true],
  ])('%i %i %s: %s', (hi, lo, dso, expected) => {
    expect(kernel(hi, lo, dso)).toBe(expected);
  });

  test.each([
    ['[kernel.kallsyms]', true],
    ['[kernel.vmlinux]', true],
    ['vmlinux', true],
    ['/usr/lib/debug/boot/vmlinux-6.1.0-56-amd64', true],
    ['/lib/modules/x/a.ko', true],
    ['[guest.kernel.kallsyms]', true],
    ['[vdso]', false],
    ['[heap]', false],
    ['[unknown]', false],
    ['/usr/bin/vmlinuxer', false],
    ['/home/vmlinux-tools/a.out', false],
  ])('dso %s: %s', (dso, expected) => expect(isKernelDso(dso)).toBe(expected));
});

describe('events', () => {
  test.each([
    ['cycles:ppp', 'cycles'],
    ['cycles:P', 'cycles'],
    ['cpu-clock:u', 'cpu-clock'],
    ['sched:sched_switch', 'sched:sched_switch'],
    ['cpu_core/cycles/', 'cpu_core/cycles/'],
  ])('%s without modifiers is %s', (event, bare) => expect(withoutModifiers(event)).toBe(bare));

  test('modifiers may be left out where one event remains', () => {
    expect(matchEvent(['cycles:u', 'faults'], 'cycles')).toBe('cycles:u');
    expect(matchEvent(['cycles:u', 'cycles:k'], 'cycles')).toBeUndefined();
    expect(matchEvent(['cycles:u', 'cycles'], 'cycles')).toBe('cycles');
    // one counter under two names, and the only one of several that counts the same
    expect(matchEvent(['cpu-cycles:P'], 'cycles')).toBe('cpu-cycles:P');
    expect(matchEvent(['cycles:u', 'cycles:P'], 'cycles')).toBe('cycles:P');
    expect(matchEvent(['cycles:ppp'], 'cycles:P')).toBe('cycles:ppp');
    expect(matchEvent(['cycles:uppp'], 'cycles:u')).toBe('cycles:uppp');
  });

  test('modifiers that say what is counted are not made up, nor left out', () => {
    expect(matchEvent(['cpu-clock'], 'cpu-clock:u')).toBeUndefined();
    expect(matchEvent(['cycles:k'], 'cycles:u')).toBeUndefined();
    expect(matchEvent(['cycles:P'], 'cycles:u')).toBeUndefined();
  });

  test('an event without a name may be asked for', () => {
    expect(matchEvent(['', 'cycles'], '(unnamed)')).toBe('');
    expect(matchEvent(['cycles'], '(unnamed)')).toBeUndefined();
  });

  test('the first event seen, or the one asked for, or a UserError', () => {
    const profile = profileOf([print([C, A])]);
    expect(chooseEvent(profile, undefined, 'x')).toEqual({
      event: 'faults',
      assumed: true,
      mixed: false,
    });
    expect(chooseEvent(profile, 'cycles', 'x')).toEqual({
      event: 'cycles',
      assumed: false,
      mixed: false,
    });
    expect(() => chooseEvent(profile, 'branches', 'x')).toThrow(UserError);
    expect(() => chooseEvent(profileOf(['']), undefined, 'x')).toThrow(/no samples/);
  });
});

describe('merge', () => {
  test('runs stay apart and keep their weights', () => {
    const merged = mergeProfiles([
      profileOf([print([A, B])], {}, ['b']),
      profileOf([print([C])], {}, ['a']),
    ]);
    expect(merged.runs.map((r) => r.path)).toEqual(['a', 'b']);
    expect(merged.runs.map((r) => r.columns.map((c) => [c.event, c.total]))).toEqual([
      [['faults', 1]],
      [['cycles', 107]],
    ]);
    expect(foldProfile(merged, FOLD)).toEqual(['nm;main 7', 'sh;main;entry;leaf 100']);
  });

  test('of nothing is empty', () => {
    expect(mergeProfiles([]).runs).toEqual([]);
  });
});

describe('WeightColumn', () => {
  test('grows, adds, and remembers what it holds', () => {
    const column = new WeightColumn('cycles');
    column.add(5000, 3);
    column.add(5000, 4, 2);
    column.add(0, 2 ** 52);
    expect([column.weight(5000), column.count(5000), column.length]).toEqual([7, 3, 5001]);
    expect([column.weight(1), column.count(1)]).toEqual([0, 0]);
    expect([column.total, column.samples]).toEqual([2 ** 52 + 7, 4]);
  });
});
