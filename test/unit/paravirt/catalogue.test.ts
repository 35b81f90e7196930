import { describe, expect, test } from 'vitest';
import { mayHaveOp, OPS, pvSymbol, type PvRole } from '../../../src/paravirt/catalogue/index.js';

/** Every op of the project's research table (pvops.tsv), 129 of them, copied. */
const RESEARCHED = `
  cpu.io_delay cpu.get_debugreg cpu.set_debugreg cpu.read_cr0 cpu.write_cr0 cpu.write_cr4
  cpu.load_tr_desc cpu.load_gdt cpu.load_idt cpu.set_ldt cpu.store_tr cpu.load_tls
  cpu.load_gs_index cpu.write_ldt_entry cpu.write_gdt_entry cpu.write_idt_entry
  cpu.alloc_ldt cpu.free_ldt cpu.load_sp0 cpu.invalidate_io_bitmap cpu.update_io_bitmap
  cpu.wbinvd cpu.cpuid cpu.read_msr cpu.write_msr cpu.read_msr_safe cpu.write_msr_safe
  cpu.read_pmc cpu.start_context_switch cpu.end_context_switch irq.save_fl irq.irq_disable
  irq.irq_enable irq.safe_halt irq.halt mmu.flush_tlb_user mmu.flush_tlb_kernel
  mmu.flush_tlb_one_user mmu.flush_tlb_multi mmu.tlb_remove_table mmu.exit_mmap
  mmu.notify_page_enc_status_changed mmu.read_cr2 mmu.write_cr2 mmu.read_cr3 mmu.write_cr3
  mmu.activate_mm mmu.dup_mmap mmu.enter_mmap mmu.pgd_alloc mmu.pgd_free mmu.alloc_pte
  mmu.alloc_pmd mmu.alloc_pud mmu.alloc_p4d mmu.release_pte mmu.release_pmd
  mmu.release_pud mmu.release_p4d mmu.set_pte mmu.set_pmd mmu.ptep_modify_prot_start
  mmu.ptep_modify_prot_commit mmu.pte_val mmu.make_pte mmu.pgd_val mmu.make_pgd
  mmu.set_pud mmu.pmd_val mmu.make_pmd mmu.pud_val mmu.make_pud mmu.set_p4d mmu.p4d_val
  mmu.make_p4d mmu.set_pgd mmu.lazy_mode.enter mmu.lazy_mode.leave mmu.lazy_mode.flush
  mmu.set_fixmap lock.queued_spin_lock_slowpath lock.queued_spin_unlock lock.wait
  lock.kick lock.vcpu_is_preempted time.sched_clock time.steal_clock irq.restore_fl
  cpu.iret cpu.swapgs cpu.usergs_sysret64 cpu.usergs_sysret32 cpu.irq_enable_sysexit
  cpu.clts cpu.read_cr4 cpu.read_cr4_safe cpu.read_tsc cpu.read_tscp cpu.rdmsr_regs
  cpu.wrmsr_regs cpu.set_iopl_mask cpu.store_gdt cpu.store_idt irq.init_IRQ
  irq.adjust_exception_frame apic.setup_boot_clock apic.setup_secondary_clock
  apic.startup_ipi_hook mmu.pagetable_setup_start mmu.pagetable_setup_done
  mmu.flush_tlb_single mmu.flush_tlb_others mmu.set_pte_at mmu.pte_update
  mmu.pte_update_defer mmu.kmap_atomic_pte mmu.set_pte_atomic mmu.pte_clear mmu.pmd_clear
  lock.spin_is_locked lock.spin_is_contended lock.spin_lock lock.spin_lock_flags
  lock.spin_trylock lock.spin_unlock lock.lock_spinning lock.unlock_kick
  time.get_wallclock time.get_tsc_khz
`
  .trim()
  .split(/\s+/);

const as = (op: string, role: PvRole) => ({ op, role });

describe('the table', () => {
  test('lists every op of the research table, and each once', () => {
    const ops = OPS.map((entry) => entry.op);
    expect(RESEARCHED).toHaveLength(129);
    expect(new Set(ops).size).toBe(ops.length);
    expect(RESEARCHED.filter((op) => !ops.includes(op))).toEqual([]);
    // in the types of Linux 7.2 and 7.3
    expect(ops.filter((op) => !RESEARCHED.includes(op))).toEqual(['mmu.lazy_mode_flush']);
  });

  test('is well formed: group.member, symbols separated by one blank', () => {
    for (const { op, native, xen, kvm, hyperv, vmware, versions, form } of OPS) {
      expect(op).toMatch(/^(cpu|irq|mmu|lock|time|apic)\.[a-zA-Z0-9_.]+$/);
      for (const list of [native, xen, kvm, hyperv, vmware]) {
        if (list !== undefined) expect(list).toMatch(/^[A-Za-z_]\w*( [A-Za-z_]\w*)*$/);
      }
      expect(versions).not.toBe('');
      expect(form).not.toBe('');
    }
  });

  test('classifies every symbol it lists: its own op, or shared where several ops have it', () => {
    const ordinary = new Set([
      'kmap_atomic',
      'setup_boot_APIC_clock',
      'setup_secondary_APIC_clock',
      '__ticket_spin_is_locked',
    ]);
    const owners = new Map<string, Set<string>>();
    for (const { op, ...entry } of OPS) {
      for (const list of [entry.native, entry.xen, entry.kvm, entry.hyperv, entry.vmware]) {
        for (const symbol of list?.split(' ') ?? []) {
          owners.set(symbol, (owners.get(symbol) ?? new Set()).add(op));
        }
      }
    }
    expect(owners.size).toBeGreaterThan(200);
    for (const [symbol, ops] of owners) {
      const found = pvSymbol(symbol);
      if (ordinary.has(symbol)) {
        expect(found, symbol).toBeUndefined();
      } else if (ops.size > 1 || found?.role === 'shared') {
        expect(found?.role, symbol).toBe('shared');
        expect(found?.op, symbol).toMatch(/^(pv|mmu|cpu|irq|lock|time)\.\(\w+\)$/);
      } else {
        const role = symbol.startsWith('__raw_callee_save_') ? 'thunk' : 'implementation';
        expect(found, symbol).toEqual(as([...ops].join(), role));
      }
    }
  });
});

describe('symbols', () => {
  test.each([
    // callees that say nothing about the op
    ['_paravirt_ident_64', 'mmu.(identity)', 'shared'],
    ['_paravirt_ident_32', 'mmu.(identity)', 'shared'],
    ['_paravirt_nop', 'pv.(nop)', 'shared'],
    ['paravirt_nop', 'pv.(nop)', 'shared'],
    ['nop_func', 'pv.(nop)', 'shared'],
    ['paravirt_ret0', 'pv.(ret0)', 'shared'],
    ['paravirt_BUG', 'pv.(BUG)', 'shared'],
    ['BUG_func', 'pv.(BUG)', 'shared'],
    ['tlb_remove_page', 'mmu.(tlb_remove_page)', 'shared'],
    ['xen_flush_tlb', 'mmu.(xen_flush_tlb)', 'shared'],
    ['xen_alloc_pmd_init', 'mmu.(xen_alloc_pmd_init)', 'shared'],
    // thunks, known and unknown
    ['__raw_callee_save___native_queued_spin_unlock', 'lock.queued_spin_unlock', 'thunk'],
    ['__raw_callee_save___pv_queued_spin_unlock', 'lock.queued_spin_unlock', 'thunk'],
    ['__raw_callee_save___kvm_vcpu_is_preempted', 'lock.vcpu_is_preempted', 'thunk'],
    ['__raw_callee_save_xen_pte_val', 'mmu.pte_val', 'thunk'],
    ['__raw_callee_save_xen_irq_enable_direct', 'irq.irq_enable', 'thunk'],
    ['__raw_callee_save_native_set_pte', 'mmu.set_pte', 'thunk'],
    ['__raw_callee_save_somebody', 'pv.(somebody)', 'thunk'],
    ['__raw_callee_save_', 'pv.()', 'thunk'],
    // implementations of every hypervisor
    ['pv_native_irq_disable', 'irq.irq_disable', 'implementation'],
    ['native_irq_disable', 'irq.irq_disable', 'implementation'],
    ['native_set_pte', 'mmu.set_pte', 'implementation'],
    ['native_queued_spin_lock_slowpath', 'lock.queued_spin_lock_slowpath', 'implementation'],
    ['__pv_queued_spin_lock_slowpath', 'lock.queued_spin_lock_slowpath', 'implementation'],
    ['xen_set_pmd_hyper', 'mmu.set_pmd', 'implementation'],
    ['xen_read_cr2_direct', 'mmu.read_cr2', 'implementation'],
    ['kvm_wait', 'lock.wait', 'implementation'],
    ['kvm_flush_tlb_multi', 'mmu.flush_tlb_multi', 'implementation'],
    ['hyperv_flush_tlb_multi', 'mmu.flush_tlb_multi', 'implementation'],
    ['hv_qlock_wait', 'lock.wait', 'implementation'],
    ['vmware_sched_clock', 'time.sched_clock', 'implementation'],
    ['vmware_steal_clock', 'time.steal_clock', 'implementation'],
    ['paravirt_enter_lazy_mmu', 'mmu.lazy_mode.enter', 'implementation'],
    // a pv_native_ function that the table does not know yet
    ['pv_native_read_msr', 'cpu.read_msr', 'implementation'],
    ['pv_native_something_new', 'pv.(pv_native_something_new)', 'implementation'],
    // static calls
    ['__SCT__pv_sched_clock', 'time.sched_clock', 'trampoline'],
    ['__SCT__pv_steal_clock', 'time.steal_clock', 'trampoline'],
    ['__SCT__queued_spin_unlock', 'lock.queued_spin_unlock', 'trampoline'],
    ['__SCT__queued_spin_lock_slowpath', 'lock.queued_spin_lock_slowpath', 'trampoline'],
    // copies of the inline wrappers hold the site
    ['paravirt_read_msr', 'cpu.read_msr', 'wrapper'],
    ['paravirt_read_msr_safe', 'cpu.read_msr_safe', 'wrapper'],
    ['paravirt_write_msr', 'cpu.write_msr', 'wrapper'],
    ['paravirt_alloc_pte', 'mmu.alloc_pte', 'wrapper'],
    ['_paravirt_set_pte', 'mmu.set_pte', 'wrapper'],
    ['pv_queued_spin_unlock', 'lock.queued_spin_unlock', 'wrapper'],
    ['pv_wait', 'lock.wait', 'wrapper'],
  ] as const)('%s is %s (%s)', (symbol, op, role) => {
    expect(pvSymbol(symbol)).toEqual(as(op, role));
  });

  // Real symbols of the 6.1 and 6.12 kernels that look like paravirt and are ordinary code.
  test.each([
    'native_apic_mem_read',
    'native_calibrate_cpu',
    'native_irq_return_iret',
    'native_machine_restart',
    'native_sched_clock_from_tsc',
    'native_smp_send_reschedule',
    'native_stop_other_cpus',
    'native_pv_lock_init',
    'apply_paravirt',
    'paravirt_patch',
    'paravirt_get_lazy_mode',
    'paravirt_set_cap',
    'pv_is_native_spin_unlock',
    'pv_ipi_supported',
    '__raw_spin_unlock_irq',
    '__raw_read_unlock',
    'xen_irq_lateeoi',
    'xen_set_irq_priority',
    'kvm_send_ipi_mask',
    'kvm_guest_apic_eoi_write',
    'queued_spin_unlock',
    '_raw_spin_unlock',
    '__SCT__cond_resched',
    '__SCT__might_resched',
    'pte_val',
    'set_pte',
    'constructor',
    '__proto__',
    '',
  ])('%j is none', (symbol) => {
    expect(pvSymbol(symbol)).toBeUndefined();
  });
});

describe('an op that is gone', () => {
  const has = (op: string, release: string | null, ops: string[] | null = null): boolean =>
    mayHaveOp(op, { release, ops: ops === null ? null : new Set(ops) });

  test('is none of later kernels', () => {
    const releases = [
      '5.10.0-32-amd64',
      '6.12.117',
      '6.14.3',
      '6.15.0-rc1',
      '6.16.12+deb13',
      '7.3.4',
    ];
    const seen = [true, true, true, false, false, false];
    expect(releases.map((r) => has('mmu.tlb_remove_table', r))).toEqual(seen);
    expect(releases.map((r) => has('mmu.(tlb_remove_page)', r))).toEqual(seen);
    expect([has('cpu.io_delay', '7.0.13'), has('cpu.io_delay', '7.1.0')]).toEqual([true, false]);
    expect([has('time.get_tsc_khz', '2.6.31.14'), has('time.get_tsc_khz', '2.6.32')]).toEqual([
      true,
      false,
    ]);
  });

  test('is one of a kernel whose own types have it, and of none whose types do not', () => {
    expect(has('mmu.tlb_remove_table', '6.16.0', ['mmu.tlb_remove_table'])).toBe(true);
    expect(has('mmu.tlb_remove_table', '6.12.0', ['mmu.set_pte'])).toBe(false);
  });

  test('others are, whatever the kernel, and without its release all are', () => {
    expect(has('mmu.set_pte', '9.9', [])).toBe(true);
    expect(has('time.steal_clock', '7.3.4')).toBe(true);
    expect(has('mmu.tlb_remove_table', null)).toBe(true);
  });
});
