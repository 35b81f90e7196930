/**
 * A function's name without what differs between two builds of it: the compiler's clone suffixes
 * (GCC's .isra .constprop .part .cold, LLVM's .llvm.HASH) and the kernel's __pfx_ padding symbols.
 */
export function canonicalSymbol(symbol: string): string {
  const bare = symbol.startsWith('__pfx_') ? symbol.slice('__pfx_'.length) : symbol;
  return bare.replace(
    /(?:\.(?:isra|constprop|part|llvm)\.\d+|\.cold(?:\.\d+)?|\.(?:isra|constprop|part))+$/,
    '',
  );
}

/**
 * One name for all the spellings of a kernel dso: "[kernel]" for the kernel itself, "[xfs]" for a
 * module whether perf gives it in brackets or by path; "[guest.kernel]" apart.
 */
export function canonicalKernelDso(dso: string): string {
  if (dso.startsWith('[guest.kernel')) return '[guest.kernel]';
  if (dso === '' || dso === '[unknown]' || /^\[kernel\.|vmlinux|^\[kernel\]/.test(dso))
    return '[kernel]';
  const module = /(?:^|\/)([^/]+?)\.ko(?:\.(?:gz|xz|zst))?$/.exec(dso)?.[1];
  if (module !== undefined) return `[${module.replaceAll('-', '_')}]`;
  return /^\[[\w-]+\]$/.test(dso) ? dso.replaceAll('-', '_') : dso;
}

/** Section markers share their address with a real function, and perf may print them for it. */
export function isSectionMarker(symbol: string): boolean {
  return /^(?:__\w+_text_(?:start|end)|_s?text)$/.test(symbol);
}

const ENTRY = new RegExp(
  '^(?:asm_.+|xen_asm_.+|error_entry|error_return|paranoid_entry|paranoid_exit|nmi|asm_nmi|end_repeat_nmi|first_nmi|' +
    'repeat_nmi|nested_nmi\\w*|interrupt_entry|ret_from_intr|retint_\\w+|common_interrupt|common_spurious|' +
    'restore_regs_and_return_to_kernel|(?:apic_timer|reschedule|call_function|call_function_single|irq_work|' +
    'thermal|threshold|spurious|error|deferred_error|x86_platform_ipi|kvm_posted_intr\\w*|reboot|irq_move_cleanup|' +
    'invalidate|uv_bau_message_intr\\d)_?interrupt|(?:xen_)?(?:do_)?hypervisor_callback|xen_hvm_callback_vector|' +
    'hyperv_callback_vector|hv_stimer0_callback_vector|acrn_hv_callback_vector|' +
    '(?:async_|xen_)?page_fault|general_protection|divide_error|double_fault|int3|debug|stack_segment|invalid_op|' +
    'device_not_available|machine_check|coprocessor_error|simd_coprocessor_error|alignment_check|segment_not_present|' +
    'invalid_TSS|bounds|overflow|irq_entries_start|spurious_entries_start|ret_from_exception|error_exit)$',
);

/**
 * Whether a frame is an interrupt's or exception's entry (arch/x86/entry/entry_64.S, asm_* since
 * 5.8, the older names before): what it interrupted did not call it.
 */
export function isInterruptEntry(symbol: string): boolean {
  return ENTRY.test(symbol);
}

const RETURN_THUNKS = new Set([
  '__x86_return_thunk',
  'srso_return_thunk',
  'srso_safe_ret',
  'srso_alias_return_thunk',
  'srso_alias_safe_ret',
  'retbleed_return_thunk',
  'call_depth_return_thunk',
  '__x86_return_skl',
  'its_return_thunk',
]);

/** Return thunks (arch/x86/lib/retpoline.S): a callee's `ret` runs there, its own frame is gone. */
export function isReturnThunk(symbol: string): boolean {
  return RETURN_THUNKS.has(symbol);
}

const WAITING = new Set(
  [
    'native_safe_halt pv_native_safe_halt native_halt xen_safe_halt xen_halt tdx_safe_halt tdx_halt __tdx_hypercall_halt',
    'default_idle arch_cpu_idle amd_e400_idle c1e_idle mwait_idle mwait_idle_with_hints poll_idle cpu_idle_poll',
    // perf's name for the first function of .cpuidle.text, which holds nothing else (linker script)
    '__cpuidle_text_start',
    'intel_idle intel_idle_irq intel_idle_ibrs intel_idle_xstate intel_idle_hlt intel_idle_hlt_irq_on intel_idle_s2idle',
    'acpi_idle_do_entry acpi_safe_halt acpi_processor_ffh_cstate_enter acpi_idle_enter_simple haltpoll_enter_idle',
    'default_enter_idle kvm_wait xen_qlock_wait hv_qlock_wait pv_wait_node pv_wait_head_or_lock',
    'xen_lock_spinning kvm_lock_spinning __raw_callee_save_xen_lock_spinning __raw_callee_save_kvm_lock_spinning',
  ]
    .join(' ')
    .split(' '),
);

/**
 * Idle and lock waiting: not paravirt's cost, however it is reached. The lock slow paths spin or
 * halt until another CPU lets go; the idle functions hold the `hlt` or `mwait`.
 */
export function isWaiting(symbol: string): boolean {
  return WAITING.has(symbol) || /_spin_lock_slowpath$/.test(symbol);
}

/** Stubs that a waiting function may call on its way to the hypervisor. */
export function isHypercallStub(symbol: string): boolean {
  return /^(?:xen_hypercall_\w+|hypercall_page|kvm_hypercall\d|__tdx_hypercall|__tdcall_hypercall)$/.test(
    symbol,
  );
}

/** Users of hypervisor clocks other than the pv time ops: what they call is no pv callee. */
export function isClocksourceReader(symbol: string): boolean {
  return /^(?:kvm_clock_get_cycles|xen_clocksource_get_cycles|read_hv_clock_\w+|vread_\w+|kvm_get_wallclock|xen_clocksource_read)$/.test(
    symbol,
  );
}
