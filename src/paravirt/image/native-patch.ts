import { compareRelease } from '../release.js';
import { IDENTITY_FORM, INLINE_FORMS } from './inline-forms.js';

// Kernels to 5.12 have no alternatives for their paravirt calls: native_patch() knows what to write by the op
// (arch/x86/kernel/paravirt_patch.c of 5.10, paravirt_patch_64.c of 4.19 and older). The words that hold
// _paravirt_ident_64 become the same move as later.
const FORMS: ReadonlyMap<string, string> = new Map([
  ...INLINE_FORMS,
  ['irq.restore_fl', '579d'], // push %rdi; popf
  ['cpu.swapgs', '0f01f8'],
  ['cpu.usergs_sysret64', '0f01f8480f07'], // swapgs; sysretq
  ['cpu.usergs_sysret32', '0f01f80f07'], // swapgs; sysretl
  ['cpu.irq_enable_sysexit', '0f01f8fb0f35'], // swapgs; sti; sysexit
  ['cpu.clts', '0f06'],
  ['mmu.flush_tlb_single', '0f013f'], // invlpg (%rdi)
]);
const PREEMPTED = 'lock.vcpu_is_preempted';
/** xor %eax,%eax; 64 bit wide before 4.20. */
const NOT_PREEMPTED = '31c0';

/** What a word without a name holds, where it gives its argument back. */
const IDENTITY = /^_?paravirt_ident_64$/;

/**
 * Hex of the native instructions that a kernel without alternatives for the op writes over a site of `length` bytes; null
 * where it makes a direct call, and for kernels from 5.13 on, whose alternatives say it. `held`: the function that the op's
 * word holds when the kernel starts.
 */
export function nativePatch(
  op: string,
  length: number,
  release: string | null,
  held: string | null,
): string | null {
  const isBefore = (version: string): boolean =>
    release !== null && compareRelease(release, version) < 0;
  if (release !== null && !isBefore('5.13')) return null;
  const known = IDENTITY.test(held ?? '') ? IDENTITY_FORM : FORMS.get(op);
  const form = op === PREEMPTED && !isBefore('4.20') ? NOT_PREEMPTED : known;
  // paravirt_patch_insns() leaves a site that is too short as it is
  return form === undefined || form.length / 2 > length ? null : form;
}
