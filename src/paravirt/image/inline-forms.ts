// Native instructions that boot code writes over a site (arch/x86/include/asm/paravirt.h, the
// ALT_NOT_XEN and PVOP_ALT_* wrappers of Linux 6.1 and 6.12), as hex bytes by op.
const IDENTITY = '4889f8'; // mov %rdi,%rax

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
  ['mmu.pte_val', IDENTITY],
  ['mmu.make_pte', IDENTITY],
  ['mmu.pmd_val', IDENTITY],
  ['mmu.make_pmd', IDENTITY],
  ['mmu.pud_val', IDENTITY],
  ['mmu.make_pud', IDENTITY],
  ['mmu.p4d_val', IDENTITY],
  ['mmu.make_p4d', IDENTITY],
  ['mmu.pgd_val', IDENTITY],
  ['mmu.make_pgd', IDENTITY],
]);

/** Inline forms that belong to one op only, by bytes: they tell where the table begins. */
export const TELLING_FORMS: ReadonlyMap<string, string> = new Map(
  [...INLINE_FORMS].filter(([, form]) => form !== IDENTITY).map(([op, form]) => [form, op]),
);
