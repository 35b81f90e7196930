// Native instructions that boot code writes over a site (arch/x86/include/asm/paravirt.h, the
// ALT_NOT_XEN and PVOP_ALT_* wrappers of Linux 6.1 and 6.12), as hex bytes by op.

/** mov %rdi,%rax */
export const IDENTITY_FORM = '4889f8';

export const INLINE_FORMS: ReadonlyMap<string, string> = new Map([
  ['irq.save_fl', '9c58'], // pushf; pop %rax
  ['irq.irq_disable', 'fa'], // cli
  ['irq.irq_enable', 'fb'], // sti
  ['cpu.wbinvd', '0f09'],
  ['mmu.read_cr2', '0f20d0'],
  ['mmu.read_cr3', '0f20d8'],
  ['mmu.write_cr3', '0f22df'],
  ['lock.queued_spin_unlock', 'c60700'], // movb $0,(%rdi)
  ['lock.vcpu_is_preempted', '4831c0'], // xor %rax,%rax
  ['mmu.pte_val', IDENTITY_FORM],
  ['mmu.make_pte', IDENTITY_FORM],
  ['mmu.pmd_val', IDENTITY_FORM],
  ['mmu.make_pmd', IDENTITY_FORM],
  ['mmu.pud_val', IDENTITY_FORM],
  ['mmu.make_pud', IDENTITY_FORM],
  ['mmu.p4d_val', IDENTITY_FORM],
  ['mmu.make_p4d', IDENTITY_FORM],
  ['mmu.pgd_val', IDENTITY_FORM],
  ['mmu.make_pgd', IDENTITY_FORM],
]);

/** Inline forms that belong to one op only, by bytes: they tell where the table begins. */
export const TELLING_FORMS: ReadonlyMap<string, string> = new Map(
  [...INLINE_FORMS].filter(([, form]) => form !== IDENTITY_FORM).map(([op, form]) => [form, op]),
);
