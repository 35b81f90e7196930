import type { FrameKind, PvSymbol } from '../paravirt/index.js';
import type { StackTable } from '../profile/index.js';
import type { Side } from './side.js';

/** Walks a side's callchains upwards: what stands at a node, and above it. */
export class Chain {
  private readonly stacks: StackTable;
  private readonly kinds: readonly FrameKind[];
  private readonly pvs: readonly (PvSymbol | undefined)[];

  constructor(readonly side: Side) {
    this.stacks = side.profile.stacks;
    this.kinds = side.facts.kind;
    this.pvs = side.facts.pv;
  }

  /** -1 above the top. */
  parent(node: number): number {
    return node < 0 ? -1 : this.stacks.parent(node);
  }

  /** Frame id of a node; negative at a task and above the top. */
  frame(node: number): number {
    return node < 0 ? -1 : this.stacks.key(node);
  }

  kind(node: number): FrameKind | undefined {
    const frame = this.frame(node);
    return frame < 0 ? undefined : this.kinds[frame];
  }

  /** Bytes from the symbol's start; -1 where not recorded. */
  offset(node: number): number {
    const frame = this.frame(node);
    return frame < 0 ? -1 : (this.side.profile.frames.offset[frame] ?? -1);
  }

  /** Place in the kernel image; -1 for frames that are not in it. */
  place(node: number): number {
    const frame = this.frame(node);
    return frame < 0 ? -1 : (this.side.located?.place[frame] ?? -1);
  }

  /** The pv callee that a node's frame is in its chain, undefined for any other frame. */
  pv(node: number): PvSymbol | undefined {
    const frame = this.frame(node);
    const pv = frame < 0 ? undefined : this.pvs[frame];
    if (pv === undefined) return undefined;
    // hypervisor clocks are read for other purposes than sched_clock too
    const forTimekeeping =
      pv.op.startsWith('time.') && this.kind(this.parent(node)) === 'clocksource';
    return forTimekeeping ? undefined : pv;
  }

  /** The first node at or above this one that is no return thunk. */
  behindThunks(node: number): number {
    let at = node;
    while (this.kind(at) === 'return-thunk' && this.frame(this.parent(at)) >= 0)
      at = this.parent(at);
    return at;
  }

  /** Whether the node's own time is waiting: it idles, or is a stub entered from where it idles. */
  waits(node: number): boolean {
    let at = node;
    while (this.kind(at) === 'hypercall') at = this.parent(at);
    return this.kind(at) === 'waiting';
  }

  /**
   * The frame that holds the call to a pv callee: above thunks and the op's other callees. A wrapper
   * holds the site, so it is a caller.
   */
  callerOf(node: number): number {
    let at = node;
    for (;;) {
      const pv = this.pv(at);
      const up = this.parent(at);
      const above = this.pv(up);
      if (pv === undefined || above === undefined || above.role === 'wrapper' || above.op !== pv.op)
        return up;
      at = up;
    }
  }
}
