import type { PvSymbol } from '../paravirt/index.js';
import { isTimerEvent, type Side } from './side.js';

/** Where a sample's weight belongs in the ledger when no image is at hand. */
export type LedgerBucket = 'call' | 'wait' | 'rest' | 'user';

/** A call site as the samples show it: a caller, an op, and the return address in the caller. */
export interface SeenSite {
  function: string;
  dso: string;
  symbol: string;
  op: string;
  returnOffset: number;
}

export interface Attribution {
  bucket: LedgerBucket;
  /** The op whose callee the sample is in; only with bucket `call`. */
  op: string | undefined;
  site: SeenSite | undefined;
}

/**
 * Attributes a side's samples by their callchains. A sample belongs to an op when its innermost
 * frame, return thunks peeled, is one of the op's callees: callee self time, design section 3.
 */
export class Attributor {
  /** Frames whose address was seen as the return address of a pv callee, with the op. */
  private readonly returnsOf = new Map<number, string>();
  private readonly timer: boolean;

  constructor(private readonly side: Side) {
    this.timer = isTimerEvent(side.event);
    this.collectReturnAddresses();
  }

  /** The pv callee that a node's frame is in its chain, undefined for any other frame. */
  pvAt(node: number): PvSymbol | undefined {
    const pv = this.pvOf(node);
    if (pv === undefined) return undefined;
    // hypervisor clocks are read for other purposes than sched_clock too
    return pv.op.startsWith('time.') && this.kind(this.parent(node)) === 'clocksource'
      ? undefined
      : pv;
  }

  /** The op whose site a return thunk was entered from, as far as other samples prove it. */
  thunkOp(node: number): string | undefined {
    let at = node;
    while (this.kind(at) === 'return-thunk') at = this.parent(at);
    if (at === node || at < 0) return undefined;
    const op = this.returnsOf.get(this.frame(at));
    if (op === undefined || !this.timer) return op;
    // a timer's deferred samples arrive on the thunk's first byte, behind `sti`: not the op's time
    const deferred = /^irq\.(?:irq_enable|restore_fl)$/.test(op) && this.offset(node) === 0;
    return deferred ? undefined : op;
  }

  attribute(leaf: number): Attribution {
    if (this.kind(leaf) === 'user') return { bucket: 'user', op: undefined, site: undefined };
    let node = leaf;
    while (this.kind(node) === 'return-thunk' && this.parent(node) >= 0) node = this.parent(node);
    if (this.waits(node)) return { bucket: 'wait', op: undefined, site: undefined };
    const pv = this.pvAt(node);
    if (pv !== undefined) {
      // a wrapper's own address is no return address
      const site = pv.role === 'wrapper' ? undefined : this.siteAt(this.callerOf(node), pv.op);
      return { bucket: 'call', op: pv.op, site };
    }
    const op = node === leaf ? undefined : this.thunkOp(leaf);
    if (op !== undefined) return { bucket: 'call', op, site: this.siteAt(node, op) };
    return { bucket: 'rest', op: undefined, site: undefined };
  }

  /** Whether the node's own time is waiting: it idles, or is a stub entered from where it idles. */
  private waits(node: number): boolean {
    let at = node;
    while (this.kind(at) === 'hypercall') at = this.parent(at);
    return this.kind(at) === 'waiting';
  }

  /** The frame that holds the call: above thunks and the op's other callees. -1 at a task. */
  private callerOf(node: number): number {
    let at = node;
    for (;;) {
      const pv = this.pvAt(at);
      const up = this.parent(at);
      if (pv === undefined || up < 0 || this.frame(up) < 0) return up;
      const above = this.pvAt(up);
      // a wrapper holds the site, so it is the caller
      if (above === undefined || above.role === 'wrapper' || above.op !== pv.op) return up;
      at = up;
    }
  }

  private siteAt(caller: number, op: string): SeenSite | undefined {
    const { frames } = this.side.profile;
    let at = caller;
    while (at >= 0 && this.frame(at) >= 0 && frames.inlined[this.frame(at)]) at = this.parent(at);
    const frame = at < 0 ? -1 : this.frame(at);
    if (frame < 0) return undefined;
    const kind = this.kind(at);
    const returnOffset = frames.offset[frame] ?? -1;
    if (kind === 'user' || kind === 'entry' || returnOffset < 0) return undefined;
    const { facts } = this.side;
    return {
      function: facts.name[frame] ?? '',
      dso: facts.dso[frame] ?? '',
      symbol: frames.strings.text(frames.symbol[frame] ?? 0),
      op,
      returnOffset,
    };
  }

  private collectReturnAddresses(): void {
    const { stacks } = this.side.profile;
    const ambiguous = new Set<number>();
    for (let node = 0; node < stacks.size; node++) {
      const pv = this.pvAt(node);
      if (pv === undefined || pv.role === 'wrapper') continue;
      const up = this.parent(node);
      if (up < 0 || this.frame(up) < 0 || this.kind(up) === 'entry') continue;
      if (this.pvAt(up) !== undefined && this.pvAt(up)?.role !== 'wrapper') continue;
      const frame = this.frame(up);
      const known = this.returnsOf.get(frame);
      if (known !== undefined && known !== pv.op) ambiguous.add(frame);
      this.returnsOf.set(frame, pv.op);
    }
    for (const frame of ambiguous) this.returnsOf.delete(frame);
  }

  private parent(node: number): number {
    return node < 0 ? -1 : this.side.profile.stacks.parent(node);
  }

  /** Frame id of a node; negative at a task. */
  private frame(node: number): number {
    return this.side.profile.stacks.key(node);
  }

  private kind(node: number) {
    if (node < 0) return undefined;
    const frame = this.frame(node);
    return frame < 0 ? undefined : this.side.facts.kind[frame];
  }

  private pvOf(node: number): PvSymbol | undefined {
    if (node < 0) return undefined;
    const frame = this.frame(node);
    return frame < 0 ? undefined : this.side.facts.pv[frame];
  }

  private offset(node: number): number {
    const frame = this.frame(node);
    return frame < 0 ? -1 : (this.side.profile.frames.offset[frame] ?? -1);
  }
}
