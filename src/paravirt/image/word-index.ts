// Word order of struct paravirt_patch_template where an image has no BTF of its own, taken from the BTF of Debian's and
// Ubuntu's kernels (XEN_PV=y). Members came and went, and none has changed its place among the others. What an image has depends on
// its version and configuration, so op-tables.ts checks every order against the image.
import { compareRelease } from '../release.js';

/** Members that only some configurations have; each group is there as a whole or not at all. */
const CONFIGURED: readonly (readonly string[])[] = [
  // CONFIG_X86_IOPL_IOPERM
  ['cpu.invalidate_io_bitmap', 'cpu.update_io_bitmap'],
  // CONFIG_PGTABLE_LEVELS >= 5
  ['mmu.p4d_val', 'mmu.make_p4d', 'mmu.set_pgd'],
  // gone from stable kernels sooner: 5.10.223 is without
  ['cpu.usergs_sysret64', 'cpu.swapgs'],
];

/** Members that are there without CONFIG_PARAVIRT_XXL too, which only Xen guests need. */
const PLAIN =
  /^(?:init|time|lock)\.|^cpu\.io_delay$|^mmu\.(?:flush_tlb_\w+|tlb_remove_table|exit_mmap|notify_\w+)$/;
/** And these since 6.15. */
const HALTS = /^irq\.(?:safe_)?halt$/;

/** The versions whose types were seen and that differ from the one before, and the last one; oldest first. */
const SEEN = '5.4 5.10 5.11 5.13 5.15 5.19 6.2 6.5 6.12 6.14 6.16 6.19 7.0 7.1 7.2 7.3'.split(' ');

/** Ops in word order (byte offset / 8); behind a colon the first and last version seen that have it. */
const MEMBERS = words(`
  init.patch:..5.11 time.sched_clock:..5.11 time.steal_clock:..5.11 cpu.io_delay:..7.0 cpu.get_debugreg
  cpu.set_debugreg cpu.read_cr0 cpu.write_cr0 cpu.write_cr4 cpu.load_tr_desc cpu.load_gdt cpu.load_idt
  cpu.set_ldt cpu.store_tr cpu.load_tls cpu.load_gs_index cpu.write_ldt_entry cpu.write_gdt_entry
  cpu.write_idt_entry cpu.alloc_ldt cpu.free_ldt cpu.load_sp0 cpu.set_iopl_mask:..5.4
  cpu.invalidate_io_bitmap:5.10.. cpu.update_io_bitmap:5.10.. cpu.wbinvd:..6.12 cpu.cpuid cpu.read_msr
  cpu.write_msr cpu.read_msr_safe cpu.write_msr_safe cpu.read_pmc cpu.usergs_sysret64:..5.11 cpu.iret:..5.11
  cpu.swapgs:..5.11 cpu.start_context_switch cpu.end_context_switch irq.save_fl irq.restore_fl:..5.11
  irq.irq_disable irq.irq_enable irq.safe_halt irq.halt mmu.flush_tlb_user mmu.flush_tlb_kernel
  mmu.flush_tlb_one_user mmu.flush_tlb_others:..5.11 mmu.flush_tlb_multi:5.13.. mmu.tlb_remove_table:..6.14
  mmu.exit_mmap mmu.notify_page_enc_status_changed:5.19.. mmu.read_cr2 mmu.write_cr2 mmu.read_cr3
  mmu.write_cr3 mmu.activate_mm:..6.2 mmu.dup_mmap:..6.2 mmu.enter_mmap:6.5.. mmu.pgd_alloc mmu.pgd_free
  mmu.alloc_pte mmu.alloc_pmd mmu.alloc_pud mmu.alloc_p4d mmu.release_pte mmu.release_pmd mmu.release_pud
  mmu.release_p4d mmu.set_pte mmu.set_pte_at:..5.4 mmu.set_pmd mmu.ptep_modify_prot_start
  mmu.ptep_modify_prot_commit mmu.pte_val mmu.make_pte mmu.pgd_val mmu.make_pgd mmu.set_pud mmu.pmd_val
  mmu.make_pmd mmu.pud_val mmu.make_pud mmu.set_p4d mmu.p4d_val mmu.make_p4d mmu.set_pgd
  mmu.lazy_mode.enter:..7.1 mmu.lazy_mode.leave:..7.1 mmu.lazy_mode.flush:..7.1 mmu.lazy_mode_flush:7.2..
  mmu.set_fixmap lock.queued_spin_lock_slowpath:..6.19 lock.queued_spin_unlock:..6.19 lock.wait:..6.19
  lock.kick:..6.19 lock.vcpu_is_preempted:..6.19
`).map((word) => {
  const [, op = '', first = '', last = ''] = /^([^:]+)(?::(.*)\.\.(.*))?$/.exec(word) ?? [];
  return {
    op,
    from: first === '' ? 0 : SEEN.indexOf(first),
    to: last === '' ? SEEN.length - 1 : SEEN.indexOf(last),
  };
});

/**
 * The orders that a kernel release may have: one for each combination of what its configuration decides and, for a
 * release between two that were seen or one on its way, of what not all versions around it have. None for those before
 * the first and behind the last that was seen.
 */
export function wordOrders(release: string): readonly (readonly string[])[] {
  const below = SEEN.findLastIndex((seen) => compareRelease(release, seen) >= 0);
  const above = SEEN.findIndex((seen) => compareRelease(release, seen) <= 0);
  if (below < 0 || above < 0) return [];
  const margin = /-(?:rc\d|next)/.test(release) ? 1 : 0;
  const first = Math.max(0, below - margin);
  const last = Math.min(SEEN.length - 1, above + margin);
  const possible = MEMBERS.filter(({ from, to }) => from <= last && to >= first);
  // neighbours that came or went together count as one
  const passing: string[][] = [];
  let neighbour = '';
  for (const { op, from, to } of possible) {
    const stays = from <= first && to >= last;
    const group = stays ? '' : `${op.split('.', 1)[0]} ${from} ${to}`;
    if (group !== '' && group === neighbour) passing.at(-1)?.push(op);
    else if (group !== '') passing.push([op]);
    neighbour = group;
  }
  const without = [...CONFIGURED, ...passing].reduce<readonly (readonly string[])[]>(
    (sets, group) => [...sets, ...sets.map((set) => [...set, ...group])],
    [[]],
  );
  const ops = possible.map(({ op }) => op);
  const whole = without.map((set) => ops.filter((op) => !set.includes(op)));
  const plain = whole.flatMap((order) => [
    order.filter((op) => PLAIN.test(op)),
    order.filter((op) => PLAIN.test(op) || HALTS.test(op)),
  ]);
  const distinct = new Map([...whole, ...plain].map((order) => [order.join(' '), order]));
  return [...distinct.values()];
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

/** Native implementation to op, where the implementation serves one op only. */
export const NATIVE_IMPLEMENTATIONS: ReadonlyMap<string, string> = new Map(
  words(`
    native_io_delay=cpu.io_delay
    pv_native_get_debugreg=cpu.get_debugreg
    native_get_debugreg=cpu.get_debugreg
    pv_native_set_debugreg=cpu.set_debugreg
    native_set_debugreg=cpu.set_debugreg
    native_read_cr0=cpu.read_cr0
    native_write_cr0=cpu.write_cr0
    native_write_cr4=cpu.write_cr4
    native_load_tr_desc=cpu.load_tr_desc
    native_load_gdt=cpu.load_gdt
    native_load_idt=cpu.load_idt
    native_set_ldt=cpu.set_ldt
    native_store_tr=cpu.store_tr
    native_load_tls=cpu.load_tls
    native_load_gs_index=cpu.load_gs_index
    native_lkgs=cpu.load_gs_index
    native_write_ldt_entry=cpu.write_ldt_entry
    native_write_gdt_entry=cpu.write_gdt_entry
    native_write_idt_entry=cpu.write_idt_entry
    native_load_sp0=cpu.load_sp0
    native_tss_invalidate_io_bitmap=cpu.invalidate_io_bitmap
    native_tss_update_io_bitmap=cpu.update_io_bitmap
    pv_native_wbinvd=cpu.wbinvd
    native_wbinvd=cpu.wbinvd
    native_cpuid=cpu.cpuid
    native_read_msr=cpu.read_msr
    native_write_msr=cpu.write_msr
    native_read_msr_safe=cpu.read_msr_safe
    native_write_msr_safe=cpu.write_msr_safe
    native_read_pmc=cpu.read_pmc
    pv_native_save_fl=irq.save_fl
    native_save_fl=irq.save_fl
    pv_native_irq_disable=irq.irq_disable
    native_irq_disable=irq.irq_disable
    pv_native_irq_enable=irq.irq_enable
    native_irq_enable=irq.irq_enable
    pv_native_safe_halt=irq.safe_halt
    native_safe_halt=irq.safe_halt
    native_halt=irq.halt
    native_flush_tlb_local=mmu.flush_tlb_user
    native_flush_tlb_global=mmu.flush_tlb_kernel
    native_flush_tlb_one_user=mmu.flush_tlb_one_user
    native_flush_tlb_multi=mmu.flush_tlb_multi
    native_tlb_remove_table=mmu.tlb_remove_table
    tlb_remove_page=mmu.tlb_remove_table
    pv_native_read_cr2=mmu.read_cr2
    native_read_cr2=mmu.read_cr2
    pv_native_write_cr2=mmu.write_cr2
    native_write_cr2=mmu.write_cr2
    __native_read_cr3=mmu.read_cr3
    native_write_cr3=mmu.write_cr3
    __paravirt_pgd_alloc=mmu.pgd_alloc
    native_set_pte=mmu.set_pte
    native_set_pmd=mmu.set_pmd
    __ptep_modify_prot_start=mmu.ptep_modify_prot_start
    __ptep_modify_prot_commit=mmu.ptep_modify_prot_commit
    native_set_pud=mmu.set_pud
    native_set_p4d=mmu.set_p4d
    native_set_pgd=mmu.set_pgd
    native_set_fixmap=mmu.set_fixmap
    native_queued_spin_lock_slowpath=lock.queued_spin_lock_slowpath
    __raw_callee_save___native_queued_spin_unlock=lock.queued_spin_unlock
    __native_queued_spin_unlock=lock.queued_spin_unlock
    native_queued_spin_unlock=lock.queued_spin_unlock
    __raw_callee_save___native_vcpu_is_preempted=lock.vcpu_is_preempted
    __native_vcpu_is_preempted=lock.vcpu_is_preempted
    native_sched_clock=time.sched_clock
    native_steal_clock=time.steal_clock
    native_restore_fl=irq.restore_fl
    native_iret=cpu.iret
    native_swapgs=cpu.swapgs
    native_usergs_sysret64=cpu.usergs_sysret64
    native_usergs_sysret32=cpu.usergs_sysret32
    native_irq_enable_sysexit=cpu.irq_enable_sysexit
    native_clts=cpu.clts
    native_read_cr4=cpu.read_cr4
    native_read_cr4_safe=cpu.read_cr4_safe
    native_read_tsc=cpu.read_tsc
    native_read_tscp=cpu.read_tscp
    native_rdmsr_safe_regs=cpu.rdmsr_regs
    native_wrmsr_safe_regs=cpu.wrmsr_regs
    native_set_iopl_mask=cpu.set_iopl_mask
    native_store_gdt=cpu.store_gdt
    native_store_idt=cpu.store_idt
    native_init_IRQ=irq.init_IRQ
    setup_boot_APIC_clock=apic.setup_boot_clock
    setup_secondary_APIC_clock=apic.setup_secondary_clock
    native_pagetable_setup_start=mmu.pagetable_setup_start
    native_pagetable_setup_done=mmu.pagetable_setup_done
    native_flush_tlb_single=mmu.flush_tlb_single
    __native_flush_tlb_single=mmu.flush_tlb_single
    native_flush_tlb_others=mmu.flush_tlb_others
    native_set_pte_at=mmu.set_pte_at
    kmap_atomic=mmu.kmap_atomic_pte
    native_set_pte_atomic=mmu.set_pte_atomic
    native_pte_clear=mmu.pte_clear
    native_pmd_clear=mmu.pmd_clear
    __ticket_spin_is_locked=lock.spin_is_locked
    __ticket_spin_is_contended=lock.spin_is_contended
    __ticket_spin_lock=lock.spin_lock
    __ticket_spin_trylock=lock.spin_trylock
    __ticket_spin_unlock=lock.spin_unlock
    native_get_wallclock=time.get_wallclock
    native_calibrate_tsc=time.get_tsc_khz
  `).map((pair): [string, string] => {
    const [name = '', op = ''] = pair.split('=');
    return [name, op];
  }),
);
