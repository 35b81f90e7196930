import { compareRelease } from '../release.js';
import { OPS, type OpEntry } from './ops.js';

export { OPS, type OpEntry } from './ops.js';

/** How a symbol takes part in a paravirt call. */
export type PvRole =
  /** An op's implementation: native, Xen, KVM, Hyper-V or VMware. */
  | 'implementation'
  /** `__raw_callee_save_X`, which saves registers and calls X. */
  | 'thunk'
  /** Trampoline of a static call. */
  | 'trampoline'
  /** Out-of-line copy of an inline wrapper (`paravirt_read_msr`): it holds the site itself. */
  | 'wrapper'
  /** Implements several ops (identity, nop): only the call site tells which. */
  | 'shared';

export interface PvSymbol {
  /** group.member, or group.(name) where the symbol alone does not tell the op. */
  op: string;
  role: PvRole;
}

/** Symbols that implement an op but are ordinary functions too, called from everywhere. */
const ORDINARY = new Set([
  'kmap_atomic',
  'setup_boot_APIC_clock',
  'setup_secondary_APIC_clock',
  '__ticket_spin_is_locked',
]);

/** Callees that say nothing about the op, and the name that stands for it then. */
const SHARED: Readonly<Record<string, string>> = {
  _paravirt_ident_64: 'mmu.(identity)',
  _paravirt_ident_32: 'mmu.(identity)',
  paravirt_ident_64: 'mmu.(identity)',
  paravirt_nop: 'pv.(nop)',
  _paravirt_nop: 'pv.(nop)',
  nop_func: 'pv.(nop)',
  paravirt_ret0: 'pv.(ret0)',
  paravirt_BUG: 'pv.(BUG)',
  BUG_func: 'pv.(BUG)',
  tlb_remove_page: 'mmu.(tlb_remove_page)',
};

/** Wrapper copies that are not called paravirt_<member>; they exist in paravirt builds only. */
const WRAPPERS: Readonly<Record<string, string>> = {
  pv_queued_spin_lock_slowpath: 'lock.queued_spin_lock_slowpath',
  pv_queued_spin_unlock: 'lock.queued_spin_unlock',
  pv_wait: 'lock.wait',
  pv_kick: 'lock.kick',
  pv_vcpu_is_preempted: 'lock.vcpu_is_preempted',
  paravirt_pgd_alloc: 'mmu.pgd_alloc',
  paravirt_pgd_free: 'mmu.pgd_free',
};

/** Static calls of ops (Linux 5.12+: the time ops; 7.x: the spinlock ops). */
const STATIC_CALLS: Readonly<Record<string, string>> = {
  pv_sched_clock: 'time.sched_clock',
  pv_steal_clock: 'time.steal_clock',
  queued_spin_unlock: 'lock.queued_spin_unlock',
  queued_spin_lock_slowpath: 'lock.queued_spin_lock_slowpath',
};

const symbols = buildIndex(OPS);
const members = new Map(
  OPS.map((entry) => [entry.op.slice(entry.op.indexOf('.') + 1).replaceAll('.', '_'), entry.op]),
);

function buildIndex(entries: readonly OpEntry[]): Map<string, PvSymbol> {
  const implementers = new Map<string, Set<string>>();
  for (const entry of entries) {
    for (const list of [entry.native, entry.xen, entry.kvm, entry.hyperv, entry.vmware]) {
      for (const symbol of list?.split(' ') ?? []) {
        if (ORDINARY.has(symbol) || Object.hasOwn(SHARED, symbol)) continue;
        const ops = implementers.get(symbol) ?? new Set();
        implementers.set(symbol, ops.add(entry.op));
      }
    }
  }
  const index = new Map<string, PvSymbol>();
  for (const [symbol, op] of Object.entries(SHARED)) index.set(symbol, { op, role: 'shared' });
  for (const [symbol, op] of Object.entries(WRAPPERS)) index.set(symbol, { op, role: 'wrapper' });
  for (const [symbol, ops] of implementers) {
    const [first = '', ...more] = ops;
    const role: PvRole = symbol.startsWith('__raw_callee_save_') ? 'thunk' : 'implementation';
    if (more.length === 0) index.set(symbol, { op: first, role });
    else index.set(symbol, { op: `${commonGroup([...ops])}.(${symbol})`, role: 'shared' });
  }
  return index;
}

function commonGroup(ops: string[]): string {
  const groups = new Set(ops.map((op) => op.slice(0, op.indexOf('.'))));
  return groups.size === 1 ? [...groups].join() : 'pv';
}

/**
 * What a kernel symbol is to paravirt, undefined where it is no paravirt callee. Takes canonical
 * names (symbols.ts). `native_*` outside the catalogue is ordinary kernel code.
 */
export function pvSymbol(symbol: string): PvSymbol | undefined {
  const known = symbols.get(symbol);
  if (known !== undefined) return known;
  if (symbol.startsWith('__raw_callee_save_')) {
    // only PV_CALLEE_SAVE_REGS_THUNK makes such symbols
    const inner = symbol.slice('__raw_callee_save_'.length);
    return { op: symbols.get(inner)?.op ?? `pv.(${inner})`, role: 'thunk' };
  }
  if (symbol.startsWith('pv_native_')) {
    const op = members.get(symbol.slice('pv_native_'.length));
    return { op: op ?? `pv.(${symbol})`, role: 'implementation' };
  }
  if (symbol.startsWith('__SCT__')) {
    const op = STATIC_CALLS[symbol.slice('__SCT__'.length)];
    return op === undefined ? undefined : { op, role: 'trampoline' };
  }
  const wrapped = /^_?paravirt_(.+)$/.exec(symbol)?.[1];
  const op = wrapped === undefined ? undefined : members.get(wrapped);
  return op === undefined ? undefined : { op, role: 'wrapper' };
}

/** The last version of each op that is gone. */
const LAST: ReadonlyMap<string, string> = new Map(
  OPS.flatMap(({ op, versions }) => {
    const last = /^[\d.]*\.\.(?:<=)?(\d+(?:\.\d+)+)$/.exec(versions)?.[1];
    return last === undefined ? [] : [[op, last] as const];
  }),
);

/** What is known of a kernel's ops. */
export interface KernelOps {
  release: string | null;
  /** All that its own types name; null where they are not known. */
  ops: ReadonlySet<string> | null;
}

/**
 * Whether a kernel may have an op: functions outlive the ops that they once served, and are then called like any other. Its
 * own types decide, else its release.
 */
export function mayHaveOp(op: string, { release, ops }: KernelOps): boolean {
  const meant = op === SHARED['tlb_remove_page'] ? 'mmu.tlb_remove_table' : op;
  const last = LAST.get(meant);
  if (last === undefined) return true;
  if (ops !== null) return ops.has(meant);
  return release === null || compareRelease(release, last) <= 0;
}

/** Ops whose native form is recognised in text (src/paravirt/located/instructions.ts). */
const WITH_EQUIVALENT = new Set([
  'irq.irq_disable',
  'irq.irq_enable',
  'irq.save_fl',
  'mmu.read_cr2',
  'mmu.write_cr2',
  'mmu.read_cr3',
  'mmu.write_cr3',
  'cpu.read_cr0',
  'cpu.write_cr0',
  'cpu.write_cr4',
  'cpu.wbinvd',
]);

/** Whether a kernel without paravirt does this op by instructions that can mean nothing else. */
export function hasEquivalent(op: string): boolean {
  return WITH_EQUIVALENT.has(op);
}

const FREE = new Set(
  OPS.filter((entry) => /^(?:_?paravirt_nop|_paravirt_ident_64)$/.test(entry.native ?? '')).map(
    (entry) => entry.op,
  ),
);

/** Whether a kernel without paravirt does nothing at all for this op: identities and nops. */
export function isFreeNatively(op: string): boolean {
  return FREE.has(op) || /\((?:identity|nop)\)$/.test(op);
}
