import { beforeAll, describe, expect, it } from 'vitest';
import { documentOf } from '../../support/document.js';
import { reportSchema } from '../../../src/report/schema.js';
import { BOTH_IMAGES, NATIVE_IMAGE, ONE_IMAGE, PARAVIRT_IMAGE } from '../../support/images.js';
import {
  ledgerOf,
  planted,
  recording,
  reportOf,
  textOf,
  type Text,
} from '../../support/recordings.js';

/** Frames of the 6.1 paravirt image; offsets are those of its symbols. */
const at = (symbol: string, start: bigint, offset: number) =>
  `\t${(start + BigInt(offset)).toString(16)} ${symbol}+0x${offset.toString(16)} ([kernel.kallsyms])`;
const exit = (offset: number) => at('syscall_exit_to_user_mode', 0xffffffff8139d780n, offset);
const irqsave = (offset: number) => at('_raw_spin_lock_irqsave', 0xffffffff813a5780n, offset);
const fault = (offset: number) => at('__handle_mm_fault', 0xffffffff81143790n, offset);
const setPte = at('native_set_pte', 0xffffffff8103c310n, 0);
const CHAIN = [at('do_syscall_64', 0xffffffff8139af50n, 0x2b)];

/** `event` is written with its modifiers, as perf prints it. */
function asEvent(text: Text, event: string): Text {
  return {
    header: text.header.replaceAll('cpu-clock', event),
    samples: text.samples.map((s) => ({
      ...s,
      head: s.head.replace(/(cpu-clock|cycles):/, `${event}:`),
    })),
  };
}

let real: Text;
beforeAll(() => {
  const whole = textOf(recording('6.1', 'paravirt'));
  real = asEvent({ ...whole, samples: whole.samples.filter((_, i) => i % 5 === 0) }, 'cycles');
});
const plus = (event: string, ...samples: Text['samples'][]): Text =>
  asEvent({ ...real, samples: [...real.samples, ...samples.flat()] }, event);
const none = { call: 0, site: 0, wait: 0, caller: 0, elsewhere: 0, user: 0 };

describe('weight at sites', () => {
  // irq_disable is patched inline at +0x17: cli, then a nop of 5 bytes; the site ends at +0x1d
  it.each([
    [0x16, 'caller'],
    [0x17, 'site'],
    [0x18, 'site'],
    [0x1c, 'site'],
    [0x1d, 'caller'],
  ])('a precise event: the site is its own bytes; +0x%s is %s', async (offset, bucket) => {
    const stack = planted(11, [exit(offset), ...CHAIN]);
    const report = await reportOf(
      asEvent(real, 'cycles:ppp'),
      plus('cycles:ppp', stack),
      ONE_IMAGE,
    );
    expect(ledgerOf(report)).toEqual({ ...none, [bucket]: 11_000 });
    const ops = report.ops.filter((op) => op.extra !== 0);
    expect(ops.map((op) => [op.op, op.extra])).toEqual(
      bucket === 'site' ? [['irq.irq_disable', 11_000]] : [],
    );
    const sites = report.sites.filter((site) => site.extra !== 0);
    expect(sites.map((s) => [s.function, s.offset.new])).toEqual(
      bucket === 'site' ? [['syscall_exit_to_user_mode', 0x17]] : [],
    );
  });

  it.each([
    [0x17, 'site'],
    [0x20, 'site'],
    [0x26, 'site'],
    [0x27, 'caller'],
  ])('an event that skids: 16 bytes from its start; +0x%s is %s', async (offset, bucket) => {
    const stack = planted(11, [exit(offset), ...CHAIN]);
    const report = await reportOf(asEvent(real, 'cycles'), plus('cycles', stack), ONE_IMAGE);
    expect(ledgerOf(report)).toEqual({ ...none, [bucket]: 11_000 });
    expect(report.siteWindow?.rule).toBe('near');
  });

  it('overlapping windows go to the nearest site that begins before', async () => {
    // _raw_spin_lock_irqsave: save_fl at +1, irq_disable at +0xa, 9 bytes apart
    const report = await reportOf(
      asEvent(real, 'cycles'),
      plus('cycles', planted(5, [irqsave(0x9), ...CHAIN]), planted(7, [irqsave(0xb), ...CHAIN])),
      ONE_IMAGE,
    );
    expect(ledgerOf(report)).toEqual({ ...none, site: 12_000 });
    expect(report.ops.filter((op) => op.extra !== 0).map((op) => [op.op, op.extra])).toEqual([
      ['irq.irq_disable', 7000],
      ['irq.save_fl', 5000],
    ]);
    // base has the sites too, so that no inline work of its own is hidden
    expect(report.sites.length).toBeGreaterThan(2);
    expect([...report.ops, ...report.sites].filter((row) => row.bound !== null)).toEqual([]);
  });

  it('a window never reaches beyond the end of its function', async () => {
    // the unlock site of __raw_spin_unlock_irq is at +0, irq_enable at +6: its window would reach pipe_write
    const base = asEvent(real, 'cycles');
    const inside = at('__raw_spin_unlock_irq', 0xffffffff8117ad00n, 0xc);
    const behind = at('pipe_write', 0xffffffff8117ad10n, 0x2);
    const report = await reportOf(
      base,
      plus('cycles', planted(5, [inside, ...CHAIN]), planted(9, [behind, ...CHAIN])),
      ONE_IMAGE,
    );
    expect(ledgerOf(report)).toMatchObject({ site: 5000, caller: 0, elsewhere: 9000 });
  });

  it('same-named static functions are told apart by address', async () => {
    const copy = (start: bigint) => [at('__raw_spin_unlock_irq', start, 0x3), ...CHAIN];
    const report = await reportOf(
      asEvent(real, 'cycles:ppp'),
      plus(
        'cycles:ppp',
        planted(5, copy(0xffffffff8117ad00n)),
        planted(7, copy(0xffffffff81169e70n)),
      ),
      ONE_IMAGE,
    );
    const sites = report.sites.filter((site) => site.extra !== 0);
    expect(sites.map((s) => [s.function, s.op, s.offset.new, s.extra])).toEqual([
      ['__raw_spin_unlock_irq', 'lock.queued_spin_unlock', 0, 7000],
      ['__raw_spin_unlock_irq', 'lock.queued_spin_unlock', 0, 5000],
    ]);
    expect(new Set(sites.map((s) => s.ordinal)).size).toBe(2);
  });

  it('says how the result changes with half and double the window', async () => {
    const stack = planted(9, [exit(0x1d), ...CHAIN]);
    const report = await reportOf(
      asEvent(real, 'cycles:ppp'),
      plus('cycles:ppp', stack),
      ONE_IMAGE,
    );
    expect(report.siteWindow).toEqual({ rule: 'own-bytes', half: 0, double: 9000 });
  });

  it('a timer is never charged to irq sites, and deferred samples to none', async () => {
    const text = textOf(recording('6.1', 'paravirt'));
    const base = { ...text, samples: text.samples.filter((_, i) => i % 5 === 0) };
    const timer = (offset: number) =>
      planted(6, [exit(offset), ...CHAIN]).map((s) => ({
        ...s,
        head: s.head.replace('cycles', 'cpu-clock'),
      }));
    const report = await reportOf(
      base,
      { ...base, samples: [...base.samples, ...timer(0x17)] },
      ONE_IMAGE,
    );
    expect(ledgerOf(report)).toMatchObject({ site: 0, caller: 6000 });
    // behind an inlined irq_enable: everybody's time with interrupts off
    const enabled = at('syscall_enter_from_user_mode', 0xffffffff8139d730n, 0x6);
    const landing = planted(8, [enabled, ...CHAIN]).map((s) => ({
      ...s,
      head: s.head.replace('cycles', 'cpu-clock'),
    }));
    const deferred = await reportOf(
      base,
      { ...base, samples: [...base.samples, ...landing] },
      ONE_IMAGE,
    );
    expect(ledgerOf(deferred)).toMatchObject({ deferred: 8000, site: 0, call: 0, caller: 0 });
    expect(deferred.ops.filter((op) => op.extra !== 0)).toEqual([]);
  });
});

describe('callees by return address', () => {
  it('an ordinary function is the op’s callee where a site calls it, and nowhere else', async () => {
    const remove = at('tlb_remove_page', 0xffffffff8103c520n, 0x9);
    const site = at('___pte_free_tlb', 0xffffffff81040210n, 0x49);
    const other = at('vfs_read', 0xffffffff81171c00n, 0x15c);
    const report = await reportOf(
      asEvent(real, 'cycles:ppp'),
      plus(
        'cycles:ppp',
        planted(9, [remove, site, ...CHAIN]),
        planted(4, [remove, other, ...CHAIN]),
      ),
      ONE_IMAGE,
    );
    expect(ledgerOf(report)).toEqual({ ...none, call: 9000, elsewhere: 4000 });
    expect(report.ops.filter((op) => op.extra !== 0)).toMatchObject([
      { op: 'mmu.tlb_remove_table', extra: 9000 },
    ]);
  });

  it('a function that served an op of older kernels is none of an image whose types do not name it', async () => {
    const calibrate = at('native_calibrate_tsc', 0xffffffff81024110n, 0x10);
    const report = await reportOf(
      asEvent(real, 'cycles:ppp'),
      plus('cycles:ppp', planted(7, [calibrate, ...CHAIN])),
      ONE_IMAGE,
    );
    // it holds sites of its own, of cpuid
    expect(ledgerOf(report)).toEqual({ ...none, caller: 7000 });
    expect(report.ops.filter((op) => op.extra !== 0)).toEqual([]);
  });

  it('a return thunk entered from a site is charged to the op, also when it is all that is seen', async () => {
    const thunk = at('__x86_return_thunk', 0xffffffff8102c8a0n, 0);
    const base = asEvent(real, 'cycles:ppp');
    // the set_pte site of __handle_mm_fault returns to +0x72b (direct)
    const more = plus('cycles:ppp', planted(14, [thunk, fault(0x72b), ...CHAIN]));
    const report = await reportOf(base, more, ONE_IMAGE);
    expect(ledgerOf(report)).toEqual({ ...none, call: 14_000 });
    expect(report.ops.filter((op) => op.extra !== 0)).toMatchObject([
      { op: 'mmu.set_pte', extra: 14_000 },
    ]);
  });

  it('votes: a direct call returns behind 5 bytes, an indirect one behind 6', async () => {
    const base = plus('cycles:ppp', planted(3, [setPte, fault(0x72c), ...CHAIN]));
    const more = plus('cycles:ppp', planted(4, [setPte, fault(0x72b), ...CHAIN]));
    const report = await reportOf(base, more, ONE_IMAGE);
    const site = report.sites.find(
      (s) => s.function === '__handle_mm_fault' && s.op === 'mmu.set_pte',
    );
    expect(site?.state.new).toBe('direct');
    expect(site?.votes.base).toBeGreaterThanOrEqual(3);
  });
});

describe('recordings of 6.1 with their images', () => {
  it('adds up on a timer, and names what it cannot say', async () => {
    const report = reportSchema.parse(
      documentOf(
        await reportOf(recording('6.1', 'native'), recording('6.1', 'paravirt'), BOTH_IMAGES),
      ),
    );
    expect(report.sumCheck).toBe(0);
    expect(report.images).toMatchObject({
      base: { agreement: 1, slide: 0, sites: 0 },
      new: { agreement: 1, slide: 0, sites: 4238 },
    });
    expect(report.deferred?.share.base).toBeGreaterThan(0.25);
    expect(report.deferred?.share.base).toBeLessThan(0.3);
    expect(report.ops.every((op) => op.bound === 'lower')).toBe(true);
    expect(report.warnings.map((w) => w.code)).not.toContain('without-image');
  });

  it('shows patching site by site: indirect before, never indirect after, and mirrors', async () => {
    const [a, b] = [recording('6.1', 'paravirt-unpatched'), recording('6.1', 'paravirt')];
    const report = await reportOf(a, b, ONE_IMAGE);
    const { base, new: other, changed } = report.patching;
    expect(base.indirect.sites).toBeGreaterThan(30);
    expect(base.direct.sites + base.inline.sites + base.mixed.sites).toBe(0);
    expect(other.indirect.sites + other.mixed.sites).toBe(0);
    expect(other.direct.sites).toBeGreaterThan(2);
    expect(other.inline.sites).toBeGreaterThan(10);
    expect(changed.length).toBeGreaterThan(10);
    for (const index of changed) {
      const site = report.sites[index];
      expect(site?.state.base).toBe('indirect');
      expect(site?.chance).toBeGreaterThan(0);
      expect(site?.chance).toBeLessThanOrEqual(0.5);
    }
    const back = await reportOf(b, a, ONE_IMAGE);
    expect(back.patching.new).toEqual(base);
    expect(back.patching.changed.length).toBe(changed.length);
  });

  it('one site table, read or saved, gives one result', async () => {
    const report = await reportOf(
      recording('6.1', 'native'),
      recording('6.1', 'paravirt'),
      BOTH_IMAGES,
    );
    const off = await reportOf(recording('6.1', 'native'), recording('6.1', 'paravirt'), {
      ...BOTH_IMAGES,
      nativeEquivalents: 'off',
    });
    expect(off.total.delta).toBe(report.total.delta);
    expect(ledgerOf(off)['call']).toBe(ledgerOf(report)['call']);
  });

  it('refuses the wrong image with the figures, and one image without the other', async () => {
    const pair = [recording('6.1', 'native'), recording('6.1', 'paravirt')] as const;
    await expect(
      reportOf(...pair, { baseVmlinux: PARAVIRT_IMAGE, newVmlinux: PARAVIRT_IMAGE }),
    ).rejects.toThrow(
      /not the image that .* was recorded on: \d+\.\d % of \d+ kernel addresses agree/,
    );
    await expect(reportOf(...pair, { newVmlinux: PARAVIRT_IMAGE })).rejects.toThrow(
      /--new-vmlinux needs --base-vmlinux too/,
    );
    await expect(
      reportOf(recording('6.12', 'native'), recording('6.12', 'paravirt'), {
        baseVmlinux: NATIVE_IMAGE,
        newVmlinux: PARAVIRT_IMAGE,
      }),
    ).rejects.toThrow(/is Linux 6\.1\.192, but .* was recorded on Linux 6\.12\.117/);
  });
});

describe('a simulated precise event against exact counts', () => {
  it('comes within sampling noise: calls of the unpatched kernel, sites of the patched one', async () => {
    const unpatched = await reportOf(
      recording('6.1-precise', 'native'),
      recording('6.1-precise', 'paravirt-unpatched'),
      { ...BOTH_IMAGES, nativeEquivalents: 'off' },
    );
    // exact: call +62.63 M, site +12.79 M; one phase has 1570 and 320 samples
    expect((ledgerOf(unpatched)['call'] ?? 0) / 62.63e6).toBeCloseTo(1, 1);
    expect((ledgerOf(unpatched)['site'] ?? 0) / 12.79e6).toBeCloseTo(1, 0);
    const patched = await reportOf(
      recording('6.1-precise', 'native'),
      recording('6.1-precise', 'paravirt'),
      { ...BOTH_IMAGES, nativeEquivalents: 'off' },
    );
    expect((ledgerOf(patched)['site'] ?? 0) / 25.89e6).toBeCloseTo(1, 0);
    expect(patched.ledger.find((row) => row.bucket === 'deferred')?.delta).toBeNull();
    expect(patched.ops.find((op) => op.op === 'mmu.pmd_val')?.bound).toBeNull();
    expect(patched.ops.find((op) => op.op === 'lock.queued_spin_unlock')?.bound).toBe('at-most');
  });

  it('native equivalents are counted on the kernel without paravirt', async () => {
    const report = await reportOf(
      recording('6.1-precise', 'native'),
      recording('6.1-precise', 'paravirt'),
      BOTH_IMAGES,
    );
    // exact: cli 3.08 M, sti 2.92 M, one phase: 77 and 73 samples
    const base = (op: string) => (report.ops.find((row) => row.op === op)?.base ?? 0) / 1e6;
    expect(Math.abs(base('irq.irq_disable') - 3.08)).toBeLessThan(4 * 0.35);
    expect(Math.abs(base('irq.irq_enable') - 2.92)).toBeLessThan(4 * 0.35);
    expect(base('mmu.pmd_val')).toBe(0);
    // a clock is called out of line by base, too
    const bounds = (rows: readonly { op: string; bound: string | null }[], op: string) =>
      new Set(rows.filter((row) => row.op === op).map(({ bound }) => bound));
    expect(bounds(report.ops, 'time.sched_clock')).toEqual(new Set([null]));
    expect(bounds(report.ops, 'irq.irq_enable')).toEqual(new Set([null]));
    expect(bounds(report.sites, 'irq.irq_enable')).toEqual(new Set(['at-most']));
  });
});
