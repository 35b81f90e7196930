import { beforeAll, describe, expect, it } from 'vitest';
import {
  asCycles,
  frame,
  ledgerOf,
  planted,
  recording,
  reportOf,
  SYSCALL,
  textOf,
  type Text,
} from '../../support/recordings.js';

let real: Text;
beforeAll(() => {
  const whole = asCycles(textOf(recording('6.1', 'native')));
  // a fifth of a real recording is as real, and five times as quick
  real = { ...whole, samples: whole.samples.filter((_, i) => i % 5 === 0) };
});

const plus = (...samples: Text['samples'][]): Text => ({
  ...real,
  samples: [...real.samples, ...samples.flat()],
});
const none = { call: 0, wait: 0, rest: 0, user: 0 };
const caller = frame('do_set_pte', 0xeb);

describe('planted callees', () => {
  const cases: [string, string[], string][] = [
    ['a direct callee', [frame('native_set_pte', 0x3)], 'mmu.set_pte'],
    [
      'a thunk with its callee',
      [
        frame('__native_queued_spin_unlock', 0x2),
        frame('__raw_callee_save___native_queued_spin_unlock', 0xd),
      ],
      'lock.queued_spin_unlock',
    ],
    [
      'a thunk alone',
      [frame('__raw_callee_save___native_queued_spin_unlock', 0x1)],
      'lock.queued_spin_unlock',
    ],
    ['a shared callee', [frame('_paravirt_ident_64', 0x3)], 'mmu.(identity)'],
    ['a nop callee', [frame('_paravirt_nop', 0x0)], 'pv.(nop)'],
    ['a Xen callee', [frame('xen_set_pte', 0x8)], 'mmu.set_pte'],
    ['a KVM callee', [frame('kvm_steal_clock', 0x12)], 'time.steal_clock'],
    ['a Hyper-V callee', [frame('hyperv_flush_tlb_multi', 0x2)], 'mmu.flush_tlb_multi'],
    [
      'a return thunk behind a callee',
      [frame('__x86_return_thunk', 0), frame('native_write_msr', 0x6)],
      'cpu.write_msr',
    ],
    ['a static call trampoline', [frame('__SCT__pv_sched_clock', 0)], 'time.sched_clock'],
    ['a compiler clone', [frame('native_write_msr.constprop.0', 6)], 'cpu.write_msr'],
    ['callees of 4.x', [frame('__raw_callee_save_xen_restore_fl', 6)], 'irq.restore_fl'],
  ];
  it.each(cases)('%s: exactly what was planted comes back', async (_name, callee, op) => {
    const report = await reportOf(real, plus(planted(37, [...callee, caller, ...SYSCALL])));
    expect(report.total.delta).toBe(37_000);
    expect(ledgerOf(report)).toEqual({ ...none, call: 37_000 });
    expect(report.sumCheck).toBe(0);
    const changed = report.ops.filter((row) => row.extra !== 0);
    expect(changed).toMatchObject([{ op, extra: 37_000, sites: 1, samples: { new: 37 } }]);
    expect(report.sites.filter((row) => row.extra !== 0)).toMatchObject([
      { function: 'do_set_pte', op, extra: 37_000, returnOffset: { base: null, new: 0xeb } },
    ]);
    expect(report.functions.filter((row) => row.delta !== 0)).toEqual([]);
  });

  it('removals mirror additions', async () => {
    const more = plus(planted(21, [frame('native_set_pte', 0x3), caller, ...SYSCALL]));
    const report = await reportOf(more, real);
    expect(report.total.delta).toBe(-21_000);
    expect(ledgerOf(report)).toEqual({ ...none, call: -21_000 });
    expect(report.ops[0]).toMatchObject({ op: 'mmu.set_pte', extra: -21_000 });
    expect(report.sites[0]).toMatchObject({
      extra: -21_000,
      returnOffset: { base: 0xeb, new: null },
    });
  });

  it('native_* on both sides is not overhead: only the difference is', async () => {
    const stack = [frame('native_write_msr', 6), frame('wrmsr_on_cpu', 0x20), ...SYSCALL];
    const report = await reportOf(plus(planted(40, stack)), plus(planted(55, stack)));
    expect(report.ops.find((row) => row.op === 'cpu.write_msr')).toMatchObject({
      base: 40_000,
      new: 55_000,
      extra: 15_000,
    });
  });

  it('sites of one function and op are told apart by their return address', async () => {
    const at = (offset: number) => [
      frame('native_set_pte', 0),
      frame('do_set_pte', offset),
      ...SYSCALL,
    ];
    const report = await reportOf(real, plus(planted(5, at(0x40)), planted(9, at(0x90))));
    expect(
      report.sites
        .filter((s) => s.extra !== 0)
        .map((s) => [s.ordinal, s.returnOffset.new, s.extra]),
    ).toEqual([
      [1, 0x90, 9000],
      [0, 0x40, 5000],
    ]);
  });

  it('a return thunk is charged to the site that it was entered from, once that site is known', async () => {
    const known = planted(4, [frame('native_set_pte', 3), caller, ...SYSCALL]);
    const thunk = planted(6, [frame('__x86_return_thunk', 0), caller, ...SYSCALL]);
    const elsewhere = planted(8, [
      frame('__x86_return_thunk', 0),
      frame('do_set_pte', 0x11),
      ...SYSCALL,
    ]);
    const report = await reportOf(real, plus(known, thunk, elsewhere));
    expect(ledgerOf(report)).toEqual({ ...none, call: 10_000, rest: 8000 });
    expect(report.sites[0]).toMatchObject({ extra: 10_000, op: 'mmu.set_pte' });
  });
});

describe('what is not paravirt', () => {
  it('an interrupt right behind a site is no callee and no site', async () => {
    const interrupt = [
      frame('hrtimer_interrupt', 0x30),
      frame('sysvec_apic_timer_interrupt', 0x66),
      frame('asm_sysvec_apic_timer_interrupt', 0x16),
      frame('syscall_enter_from_user_mode', 0x6),
      ...SYSCALL,
    ];
    const report = await reportOf(real, plus(planted(30, interrupt)));
    expect(ledgerOf(report)).toEqual({ ...none, rest: 30_000 });
    expect(report.ops.filter((row) => row.extra !== 0)).toEqual([]);
    expect(report.sites.filter((row) => row.extra !== 0)).toEqual([]);
  });

  it('a callee that an interrupt entry calls has an op but no site', async () => {
    const stack = [frame('pv_native_read_cr2', 0x3), frame('asm_exc_page_fault', 0x22), ...SYSCALL];
    const report = await reportOf(real, plus(planted(5, stack)));
    expect(ledgerOf(report)).toEqual({ ...none, call: 5000 });
    expect(report.sites.filter((row) => row.extra !== 0)).toEqual([]);
  });

  it('a function that grew without any site is in rest', async () => {
    const report = await reportOf(real, plus(planted(50, [frame('vfs_read', 0x51), ...SYSCALL])));
    expect(ledgerOf(report)).toEqual({ ...none, rest: 50_000 });
    expect(report.functions[0]).toMatchObject({
      function: 'vfs_read',
      delta: 50_000,
      bucket: 'rest',
    });
    expect(report.moved.weight).toBe(0);
  });

  it.each([
    [
      'idle',
      [frame('default_idle', 0xb), frame('do_idle', 0x60), frame('cpu_startup_entry', 0x1d)],
    ],
    [
      'halting through the op',
      [frame('pv_native_safe_halt', 0xb), frame('default_idle', 0x9), frame('do_idle', 0x60)],
    ],
    [
      'lock waiting',
      [frame('native_queued_spin_lock_slowpath', 0x60), frame('_raw_spin_lock', 0x20), ...SYSCALL],
    ],
    [
      'pv lock waiting',
      [frame('__pv_queued_spin_lock_slowpath', 0x90), frame('_raw_spin_lock', 0x20), ...SYSCALL],
    ],
    [
      'waiting in the hypervisor',
      [frame('kvm_wait', 0x30), frame('__pv_queued_spin_lock_slowpath', 0x90), ...SYSCALL],
    ],
    [
      'a Xen guest idling',
      [frame('xen_hypercall_sched_op', 0xa), frame('xen_safe_halt', 0x10), frame('do_idle', 2)],
    ],
  ])('%s is wait', async (_name, stack) => {
    const report = await reportOf(real, plus(planted(12, stack)));
    expect(ledgerOf(report)).toEqual({ ...none, wait: 12_000 });
    expect(report.ops.filter((row) => row.extra !== 0)).toEqual([]);
  });

  it('user space is user, whatever its symbols are called', async () => {
    const user = '\t            18a0 native_set_pte+0x50 (/bin/mmapbench)';
    const report = await reportOf(real, plus(planted(7, [user])));
    expect(ledgerOf(report)).toEqual({ ...none, user: 7000 });
  });

  it('reading a hypervisor clock for timekeeping is not the sched_clock op', async () => {
    const clock = [
      frame('pvclock_clocksource_read_nowd', 0x10),
      frame('kvm_clock_get_cycles', 9),
      frame('ktime_get', 0x3a),
    ];
    const report = await reportOf(real, plus(planted(7, [...clock, ...SYSCALL])));
    expect(ledgerOf(report)).toEqual({ ...none, rest: 7000 });
  });
});

describe('moved by inlining', () => {
  const out = [frame('pv_test_helper', 0x4), frame('vfs_read', 0x51), ...SYSCALL];
  const inline = [frame('vfs_read', 0x60), ...SYSCALL];

  it.each([10, 60, 400])(
    'cost that %i samples moved into the caller is moved, not more and less',
    async (n) => {
      const report = await reportOf(plus(planted(n, out)), plus(planted(n, inline)));
      expect(report.total.delta).toBe(0);
      expect(ledgerOf(report)).toEqual(none);
      expect(report.moved).toMatchObject({
        weight: n * 1000,
        reasons: { inlined: n * 1000, renamed: 0 },
      });
      expect(report.moved.splices).toMatchObject([
        { caller: 'vfs_read', callee: 'pv_test_helper', side: 'base' },
      ]);
      expect(report.functions.filter((row) => row.delta !== 0)).toEqual([]);
      const { graph } = report;
      expect(
        Array.from(graph.nodes.base, (base, i) => (graph.nodes.new[i] ?? 0) - base).filter(Boolean),
      ).toEqual([]);
    },
  );

  it('works in the other direction, with callees below, and through two levels', async () => {
    const deep = [
      frame('leaf_fn', 1),
      frame('inner_helper', 2),
      frame('outer_helper', 3),
      ...inline,
    ];
    const outer = [frame('outer_helper', 7), ...inline];
    const inner = [frame('inner_helper', 9), frame('outer_helper', 3), ...inline];
    const there = plus(planted(40, deep), planted(25, outer), planted(30, inner));
    const here = plus(planted(40, [frame('leaf_fn', 1), ...inline]), planted(55, inline));
    const report = await reportOf(here, there);
    expect(ledgerOf(report)).toEqual(none);
    expect(report.functions.filter((row) => row.delta !== 0)).toEqual([]);
    expect(report.moved.reasons.inlined).toBe(55_000);
  });

  it('a callee whose caller does not shrink is new, not moved', async () => {
    const report = await reportOf(real, plus(planted(80, out)));
    expect(report.moved.weight).toBe(0);
    expect(report.functions[0]).toMatchObject({ function: 'pv_test_helper', delta: 80_000 });
  });

  it('a pv callee is never spliced away', async () => {
    const callee = [frame('native_set_pte', 3), frame('vfs_read', 0x51), ...SYSCALL];
    const report = await reportOf(plus(planted(60, inline)), plus(planted(60, callee)));
    expect(report.moved.weight).toBe(0);
    expect(ledgerOf(report)).toEqual({ ...none, call: 60_000, rest: -60_000 });
  });

  it('a renamed function is one function', async () => {
    const old = [frame('irq_helper_rcu', 4), frame('vfs_read', 0x51), ...SYSCALL];
    const renamed = [frame('__irq_helper_rcu', 4), frame('vfs_read', 0x51), ...SYSCALL];
    const report = await reportOf(plus(planted(60, old)), plus(planted(60, renamed)));
    expect(report.moved.reasons.renamed).toBe(60_000);
    expect(report.functions.filter((row) => row.delta !== 0)).toEqual([]);
  });

  it('of two names the plainer one stands, whichever side has it', async () => {
    const stack = (name: string) => [frame(name, 4), frame('vfs_read', 0x51), ...SYSCALL];
    const plain = plus(planted(60, stack('irq_helper_rcu')));
    const marked = plus(planted(60, stack('__irq_helper_rcu')));
    for (const pair of [[plain, marked] as const, [marked, plain] as const]) {
      const { functions } = await reportOf(...pair);
      expect(functions.map((row) => row.function)).toContain('irq_helper_rcu');
      expect(functions.map((row) => row.function)).not.toContain('__irq_helper_rcu');
    }
  });

  /** A function with 40 samples of its own and 60 in two callees that the kernel has anyway. */
  const withCallees = (name: string, scale = 1) => {
    const above = [frame(name, 0x9), frame('vfs_read', 0x51), ...SYSCALL];
    return [
      ...planted(40 * scale, above),
      ...planted(35 * scale, [frame('kmem_cache_alloc', 0x20), ...above]),
      ...planted(25 * scale, [frame('kmem_cache_free', 0x11), ...above]),
    ];
  };

  it('a function under another name is known by its callers and callees', async () => {
    for (const names of [
      ['slab_take', 'pool_acquire'],
      ['pool_acquire', 'slab_take'],
    ] as const) {
      const report = await reportOf(plus(withCallees(names[0])), plus(withCallees(names[1])));
      expect(report.moved.reasons).toMatchObject({ inlined: 0, renamed: 40_000 });
      expect(report.functions.filter((row) => row.delta !== 0)).toEqual([]);
      const { graph } = report;
      expect(graph.nodes.base).toEqual(graph.nodes.new);
    }
  });

  it('functions that are alike by chance are not one', async () => {
    const moved = async (base: Text['samples'], other: Text['samples']) =>
      (await reportOf(plus(base), plus(other))).moved.weight;
    const leaf = (name: string) =>
      planted(100, [frame(name, 0x9), frame('vfs_read', 0x51), ...SYSCALL]);
    // the same weight under the same caller, and nothing else that tells
    expect(await moved(leaf('slab_take'), leaf('pool_acquire'))).toBe(0);
    // another caller
    const elsewhere = withCallees('pool_acquire').map((sample) => ({
      ...sample,
      frames: sample.frames.map((line) => line.replace('vfs_read+0x51', 'vfs_write+0x51')),
    }));
    expect(await moved(withCallees('slab_take'), elsewhere)).toBe(0);
    // other callees
    const others = withCallees('pool_acquire').map((sample) => ({
      ...sample,
      frames: sample.frames.map((line) => line.replace('kmem_cache_alloc', 'kfree_rcu_work')),
    }));
    expect(await moved(withCallees('slab_take'), others)).toBe(0);
    // twice the weight
    expect(await moved(withCallees('slab_take'), withCallees('pool_acquire', 2))).toBe(0);
    // two that would do
    const two = [...withCallees('pool_acquire'), ...withCallees('arena_take')];
    expect(await moved(withCallees('slab_take'), two)).toBe(0);
    // too few samples
    const few = (name: string) => withCallees(name).filter((_, i) => i % 5 === 0);
    expect(await moved(few('slab_take'), few('pool_acquire'))).toBe(0);
  });

  it('a section marker is the function at its address, if only one would do', async () => {
    const under = (name: string, caller: string, n: number) =>
      planted(n, [frame(name, 4), frame(caller, 0x51), ...SYSCALL]);
    const marker = [
      ...under('__lock_text_start', 'vfs_read', 40),
      ...under('__lock_text_start', 'vfs_write', 15),
    ];
    const lock = [
      ...under('_raw_read_trylock', 'vfs_read', 38),
      ...under('_raw_read_trylock', 'vfs_write', 18),
    ];
    for (const [base, other] of [
      [lock, marker],
      [marker, lock],
    ] as const) {
      const { functions, moved } = await reportOf(plus(base), plus(other));
      expect(moved.reasons.renamed).toBe(55_000);
      expect(functions.map((row) => row.function)).toContain('_raw_read_trylock');
      expect(functions.map((row) => row.function)).not.toContain('__lock_text_start');
    }
    // what it costs may change
    const dearer = [...marker, ...marker];
    const { functions } = await reportOf(plus(lock), plus(dearer));
    expect(functions.find((row) => row.function === '_raw_read_trylock')?.delta).toBe(54_000);
    // called by others, or one of two
    const elsewhere = under('_raw_read_trylock', 'vfs_write', 55);
    expect((await reportOf(plus(elsewhere), plus(marker))).moved.weight).toBe(0);
    const two = [...under('pool_take', 'vfs_read', 41), ...under('pool_take', 'vfs_write', 14)];
    expect((await reportOf(plus([...lock, ...two]), plus(marker))).moved.weight).toBe(0);
  });

  it('a function that was split in two is moved, and adds nothing', async () => {
    const whole = planted(100, [frame('vfs_split', 0x60), ...SYSCALL]);
    const parts = [
      ...planted(45, [frame('vfs_split', 0x60), ...SYSCALL]),
      ...planted(55, [frame('vfs_split_slow', 0x8), frame('vfs_split', 0x44), ...SYSCALL]),
    ];
    const report = await reportOf(plus(whole), plus(parts));
    expect(report.moved.reasons).toMatchObject({ inlined: 55_000, renamed: 0 });
    expect(report.functions.filter((row) => row.delta !== 0)).toEqual([]);
    const grown = await reportOf(plus(whole), plus(parts, planted(55, parts[50]?.frames ?? [])));
    expect(grown.functions.filter((row) => row.delta !== 0)).toMatchObject([{ delta: 55_000 }]);
  });

  it('compiler clones are one function, unless symbols are to be exact', async () => {
    const stack = (symbol: string) => [frame(symbol, 4), frame('vfs_read', 0x51), ...SYSCALL];
    const sides = [
      plus(planted(9, stack('helper.isra.0'))),
      plus(planted(9, stack('helper.constprop.1.cold'))),
    ] as const;
    const merged = await reportOf(...sides);
    expect(merged.functions.filter((row) => row.delta !== 0)).toEqual([]);
    expect(merged.merges).toContainEqual({
      canonical: 'helper',
      raw: ['helper.constprop.1.cold', 'helper.isra.0'],
    });
    const exact = await reportOf(...sides, { exactSymbols: true });
    expect(exact.functions.filter((row) => row.delta !== 0)).toHaveLength(2);
  });
});
