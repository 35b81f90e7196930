import { functionHeld } from './held.js';
import type { ImageMemory } from './memory.js';
import type { FunctionSymbol, SymbolTable } from './symbols.js';

/** A static call of a paravirt op. */
export interface StaticCallSite {
  readonly address: bigint;
  readonly op: string;
  readonly length: number;
}

/**
 * Static calls that stand for paravirt ops: the clocks since 5.12, the spinlock ops in kernels of
 * 2026 (docs/sites.md).
 */
const STATIC_OPS: ReadonlyMap<string, string> = new Map([
  ['pv_sched_clock', 'time.sched_clock'],
  ['pv_steal_clock', 'time.steal_clock'],
  ['queued_spin_unlock', 'lock.queued_spin_unlock'],
  ['queued_spin_lock_slowpath', 'lock.queued_spin_lock_slowpath'],
]);
const ENTRY = 8;
/** STATIC_CALL_SITE_TAIL and _INIT in the key's low bits (include/linux/static_call_types.h). */
const FLAGS = 3n;

/**
 * `movb $0,(%rdi)` with prefixes to the length of a call: what kernels of 2026 write over a static call of the native unlock
 * (__static_call_transform() in arch/x86/kernel/static_call.c of 7.3, which compares what is called with
 * __raw_callee_save___native_queued_spin_unlock).
 */
const UNLOCK = Buffer.from('3e3ec60700', 'hex');

/** The inline forms, as hex, that this kernel writes over static calls, by op. */
export function staticCallForms(memory: ImageMemory): ReadonlyMap<string, string> {
  const rodata = memory.section('.rodata')?.bytes;
  return new Map(
    rodata?.includes(UNLOCK) === true ? [['lock.queued_spin_unlock', UNLOCK.toString('hex')]] : [],
  );
}

/** The function that each op's key calls when the kernel starts. */
export function staticCallFunctions(
  memory: ImageMemory,
  symbols: SymbolTable,
): ReadonlyMap<string, FunctionSymbol> {
  const out = new Map<string, FunctionSymbol>();
  for (const [name, op] of STATIC_OPS) {
    // struct static_call_key begins with the function (include/linux/static_call_types.h)
    const key = symbols.named(`__SCK__${name}`);
    const held = key === null ? null : functionHeld(memory, symbols, key.address);
    if (held !== null) out.set(op, held);
  }
  return out;
}

/** Keys and trampolines of the pv static calls in this image, by address. */
export function staticCallTargets(symbols: SymbolTable): ReadonlyMap<bigint, string> {
  const out = new Map<bigint, string>();
  for (const [name, op] of STATIC_OPS) {
    for (const prefix of ['__SCK__', '__SCT__']) {
      const found = symbols.named(prefix + name);
      if (found !== null) out.set(found.address, op);
    }
  }
  return out;
}

function siteTable(
  memory: ImageMemory,
  symbols: SymbolTable,
): { start: bigint; bytes: Buffer } | null {
  const own = memory.section('.static_call_sites');
  if (own !== null) return own;
  const start = symbols.named('__start_static_call_sites')?.address;
  const stop = symbols.named('__stop_static_call_sites')?.address;
  if (start === undefined || stop === undefined || stop <= start) return null;
  const region = memory.regionAt(start);
  if (region === null || stop > region.end) return null;
  const bytes = memory.read(start, Number(stop - start));
  return bytes === null ? null : { start, bytes };
}

/** Length of the call, jump or conditional jump at a static call site. */
function lengthAt(memory: ImageMemory, address: bigint): number {
  const first = memory.read(address, 1)?.[0];
  return first === 0x0f ? 6 : 5;
}

/**
 * The listed static-call sites of pv ops. struct static_call_site is {s32 addr, s32 key}, each
 * relative to its own field (include/linux/static_call_types.h, Linux 5.10 and later).
 */
export function readStaticCalls(
  memory: ImageMemory,
  symbols: SymbolTable,
): readonly StaticCallSite[] {
  const targets = staticCallTargets(symbols);
  const table = targets.size === 0 ? null : siteTable(memory, symbols);
  if (table === null) return [];
  const { start, bytes } = table;
  const out: StaticCallSite[] = [];
  for (let at = 0; at + ENTRY <= bytes.length; at += ENTRY) {
    const here = start + BigInt(at);
    const key = here + 4n + BigInt(bytes.readInt32LE(at + 4));
    const op = targets.get(BigInt.asUintN(64, key - (key & FLAGS)));
    if (op === undefined) continue;
    const address = BigInt.asUintN(64, here + BigInt(bytes.readInt32LE(at)));
    if (memory.regionAt(address)?.section.executable !== true) continue;
    out.push({ address, op, length: lengthAt(memory, address) });
  }
  return out;
}
