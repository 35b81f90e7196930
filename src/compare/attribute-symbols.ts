import { plainly, type Attribution, type Attributor, type SeenSite } from './attribute.js';
import { Chain } from './chain.js';
import { isTimerEvent } from './events.js';
import type { Side } from './side.js';

const [USER, REST] = [plainly('user'), plainly('rest')];

/**
 * Attributes by symbols alone. A sample belongs to an op when its innermost frame, return thunks
 * peeled, is one of the op's callees: callee self time (docs/ledger.md).
 */
export class SymbolAttributor implements Attributor {
  private readonly chain: Chain;
  /** Frames whose address was seen as the return address of a pv callee, with the op. */
  private readonly returns: Map<number, string>;
  private readonly timer: boolean;
  /** 1 for frames that are no callee, thunk or place to wait, whatever stands above them, by frame id: nearly all. */
  private readonly ordinary: Uint8Array;
  /** Of the stacks. */
  private readonly keys: Int32Array;

  constructor(private readonly side: Side) {
    this.chain = new Chain(side);
    this.ordinary = ordinaryFrames(side);
    this.keys = side.profile.stacks.columns.keys;
    this.timer = isTimerEvent(side.event);
    this.returns = returnAddresses(this.chain, this.ordinary);
  }

  isPlain(frame: number): boolean {
    return this.ordinary[frame] === 1;
  }

  calleeOp(node: number): string | undefined {
    const frame = this.keys[node] ?? -1;
    if (frame < 0 || this.isPlain(frame)) return undefined;
    return this.chain.pv(node)?.op ?? this.thunkOp(node);
  }

  attribute(leaf: number): Attribution {
    const { chain } = this;
    const frame = this.keys[leaf] ?? -1;
    if (frame < 0 || this.isPlain(frame))
      return this.side.facts.kind[frame] === 'user' ? USER : REST;
    const node = chain.behindThunks(leaf);
    if (chain.waits(node)) return plainly('wait');
    const pv = chain.pv(node);
    if (pv !== undefined) {
      // a wrapper's own address is no return address
      const seen = pv.role === 'wrapper' ? undefined : this.siteAt(chain.callerOf(node), pv.op);
      return { bucket: 'call', op: pv.op, site: seen && { seen } };
    }
    const op = node === leaf ? undefined : this.thunkOp(leaf);
    if (op === undefined) return plainly('rest');
    const seen = this.siteAt(node, op);
    return { bucket: 'call', op, site: seen && { seen } };
  }

  /** The op whose site a return thunk was entered from, as far as other samples prove it. */
  private thunkOp(node: number): string | undefined {
    const at = this.chain.behindThunks(node);
    if (at === node) return undefined;
    const op = this.returns.get(this.chain.frame(at));
    if (op === undefined || !this.timer) return op;
    // a timer's deferred samples arrive on the thunk's first byte, behind `sti`: not the op's time
    const deferred = /^irq\.(?:irq_enable|restore_fl)$/.test(op) && this.chain.offset(node) === 0;
    return deferred ? undefined : op;
  }

  private siteAt(caller: number, op: string): SeenSite | undefined {
    const { chain } = this;
    const { frames } = this.side.profile;
    let at = caller;
    while (chain.frame(at) >= 0 && frames.inlined[chain.frame(at)]) at = chain.parent(at);
    const frame = chain.frame(at);
    const returnOffset = chain.offset(at);
    const kind = chain.kind(at);
    if (frame < 0 || kind === 'user' || kind === 'entry' || returnOffset < 0) return undefined;
    const { facts } = this.side;
    return {
      function: facts.name[frame] ?? '',
      dso: facts.dso[frame] ?? '',
      symbol: frames.strings.text(frames.symbol[frame] ?? 0),
      op,
      returnOffset,
    };
  }
}

function ordinaryFrames({ facts }: Side): Uint8Array {
  const ordinary = new Uint8Array(facts.kind.length);
  for (let frame = 0; frame < ordinary.length; frame++) {
    const kind = facts.kind[frame];
    const telling = kind === 'return-thunk' || kind === 'waiting' || kind === 'hypercall';
    if (!telling && facts.pv[frame] === undefined) ordinary[frame] = 1;
  }
  return ordinary;
}

/** Return addresses of pv callees by frame id; one that was seen for two ops proves nothing. */
function returnAddresses(chain: Chain, ordinary: Uint8Array): Map<number, string> {
  const returns = new Map<number, string>();
  const ambiguous = new Set<number>();
  const { keys } = chain.side.profile.stacks.columns;
  for (let node = 0; node < keys.length; node++) {
    const own = keys[node] ?? -1;
    if (own < 0 || ordinary[own] === 1) continue;
    const pv = chain.pv(node);
    if (pv === undefined || pv.role === 'wrapper') continue;
    const up = chain.parent(node);
    const above = chain.pv(up);
    if (chain.frame(up) < 0 || chain.kind(up) === 'entry') continue;
    if (above !== undefined && above.role !== 'wrapper') continue;
    const frame = chain.frame(up);
    const known = returns.get(frame);
    if (known !== undefined && known !== pv.op) ambiguous.add(frame);
    returns.set(frame, pv.op);
  }
  for (const frame of ambiguous) returns.delete(frame);
  return returns;
}
