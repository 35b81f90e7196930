import type { Located } from '../paravirt/index.js';
import { plainly, type Attribution, type Attributor } from './attribute.js';
import { Chain } from './chain.js';
import { isTimerEvent } from './events.js';
import { windowAt, windowRule, type WindowRule } from './window-rule.js';
import type { Side } from './side.js';

/** Callees that are ordinary functions too: only a call from a site makes them pv callees. */
const ONLY_FROM_SITES = new Set(['mmu.(tlb_remove_page)']);

/**
 * Attributes by address: call sites, their own bytes, functions that hold sites, and on timer events
 * the samples that were due while interrupts were off.
 */
export class ImageAttributor implements Attributor {
  private readonly chain: Chain;
  private readonly timer: boolean;
  private readonly rule: WindowRule;
  /** User frames that a system call or an exception returns to. */
  private readonly returnedTo: Set<number>;

  constructor(
    private readonly side: Side,
    private readonly located: Located,
    /** Canonical names of the functions that hold a site, on either side. */
    private readonly withSites: ReadonlySet<string>,
  ) {
    this.chain = new Chain(side);
    this.timer = isTimerEvent(side.event);
    this.rule = windowRule(side.event);
    this.returnedTo = this.timer ? userReturns(this.chain) : new Set();
  }

  isPlain(frame: number): boolean {
    const kind = this.side.facts.kind[frame];
    return kind === 'user' || kind === 'entry';
  }

  calleeOp(node: number): string | undefined {
    const { chain } = this;
    if (this.isPlain(chain.frame(node))) return undefined;
    const call = this.callAt(chain.behindThunks(node), node);
    return call?.op;
  }

  attribute(leaf: number): Attribution {
    const { chain } = this;
    if (this.timer && this.isDeferred(leaf)) return plainly('deferred');
    if (chain.kind(leaf) === 'user') return plainly('user');
    const node = chain.behindThunks(leaf);
    if (chain.waits(node)) return plainly('wait');
    const call = this.callAt(node, leaf);
    if (call !== undefined) return call;
    const window = windowAt(this.located.code.windows, chain.place(leaf), this.rule);
    if (window !== undefined && chain.place(leaf) >= 0) {
      return {
        bucket: 'site',
        op: window.op,
        site: window.site < 0 ? undefined : { index: window.site },
      };
    }
    return plainly(this.holdsSite(leaf) ? 'caller' : 'elsewhere');
  }

  /** Whether the window of half or double the size would call a sample a site's. */
  inWindow(leaf: number, scale: number): boolean {
    const place = this.chain.place(leaf);
    return place >= 0 && windowAt(this.located.code.windows, place, this.rule, scale) !== undefined;
  }

  /** The pv call that a frame is in: called from a site, or a callee of an op by its symbol. */
  private callAt(node: number, leaf: number): Attribution | undefined {
    const { chain } = this;
    const { returns, sites } = this.located.code;
    const from = (at: number): Attribution | undefined => {
      const site = returns.get(chain.place(at))?.site;
      const op = site === undefined ? undefined : sites[site]?.op;
      return site === undefined || op === undefined
        ? undefined
        : { bucket: 'call', op, site: { index: site } };
    };
    // a return thunk directly under the site: the callee's own frame is gone
    if (node !== leaf && chain.pv(node) === undefined) {
      const entered = from(node);
      if (entered !== undefined) return entered;
    }
    const pv = chain.pv(node);
    if (pv?.role === 'wrapper') return undefined;
    const caller = pv === undefined ? chain.parent(node) : chain.callerOf(node);
    if (chain.kind(node) !== 'entry' && chain.kind(node) !== 'waiting') {
      const called = from(caller);
      if (called !== undefined) return called;
    }
    if (pv === undefined || ONLY_FROM_SITES.has(pv.op)) return undefined;
    return { bucket: 'call', op: pv.op, site: undefined };
  }

  private holdsSite(leaf: number): boolean {
    const frame = this.chain.frame(leaf);
    return frame >= 0 && this.withSites.has(this.side.facts.name[frame] ?? '');
  }

  /** Whether a timer's sample was due earlier, while interrupts were off (docs/ledger.md). */
  private isDeferred(leaf: number): boolean {
    const { chain } = this;
    const landings = this.located.code.instructions?.landings;
    // a saved site table has no code to tell them by
    if (landings === undefined) return false;
    if (chain.kind(leaf) === 'user') return this.returnedTo.has(chain.frame(leaf));
    if (landings.has(chain.place(leaf))) return true;
    const caller = chain.behindThunks(leaf);
    return caller !== leaf && chain.offset(leaf) === 0 && landings.has(chain.place(caller));
  }
}

/** Entries that the interrupted code itself asked for: system calls and faults, not device interrupts. */
const SYNCHRONOUS = /^(?:entry_SYS|entry_INT80|asm_exc_|asm_int80|(?:async_)?page_fault$)/;

/**
 * User frames that a system call or a fault returns to: what was due in the kernel's last stretch with
 * interrupts off is taken there. An interrupt's return is not among them: it may lie anywhere.
 */
function userReturns(chain: Chain): Set<number> {
  const found = new Set<number>();
  const { stacks } = chain.side.profile;
  const { facts } = chain.side;
  for (let node = 0; node < stacks.size; node++) {
    const up = chain.parent(node);
    if (chain.kind(up) !== 'user' || chain.kind(node) === 'user') continue;
    if (SYNCHRONOUS.test(facts.name[chain.frame(node)] ?? '')) found.add(chain.frame(up));
  }
  return found;
}
