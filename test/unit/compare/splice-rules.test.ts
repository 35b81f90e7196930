import { describe, expect, it } from 'vitest';
import type { EdgeSide } from '../../../src/compare/edges.js';
import { KeyPairs } from '../../../src/compare/key-tree.js';
import { KeyTable } from '../../../src/compare/keys.js';
import { findInlined } from '../../../src/compare/splice-rules.js';

const keys = new KeyTable();
const key = (name: string) => keys.id('kernel', name, '[kernel.kallsyms]');
const [CALLER, CALLEE, BELOW] = [key('caller'), key('callee'), key('below')];

/** A call on one side: what the callee weighs, by itself and with all that it calls. */
interface Edge {
  from: number;
  to: number;
  self: number;
  weight: number;
  below?: [number, number][];
}

/** Samples weigh 1. */
function sideOf(selfOf: Record<number, number>, edges: Edge[]): EdgeSide {
  const pairs = new KeyPairs();
  for (const { from, to } of edges) pairs.child(from, to);
  const column = (pick: (edge: Edge) => number) => Float64Array.from(edges, pick);
  return {
    pairs,
    weight: column(({ weight }) => weight),
    samples: column(({ weight }) => weight),
    self: column(({ self }) => self),
    selfOf: Float64Array.from({ length: keys.size }, (_, id) => selfOf[id] ?? 0),
    has: new Uint8Array(keys.size).fill(1),
    quantum: 1,
    below: (edge) => new Map(edges[edge]?.below ?? []),
  };
}

describe('a callee that one side shows', () => {
  /**
   * base: caller -> callee -> below; new: caller -> below, `taken` of it. The caller's own time does not
   * show the callee's 10: it became less by 5, which is well within its noise.
   */
  const found = (taken: number) => {
    const base = sideOf({ [CALLER]: 1000, [CALLEE]: 10, [BELOW]: taken }, [
      { from: CALLER, to: CALLEE, self: 10, weight: 10 + taken, below: [[BELOW, taken]] },
      { from: CALLEE, to: BELOW, self: taken, weight: taken },
    ]);
    const other = sideOf({ [CALLER]: 995, [BELOW]: taken }, [
      { from: CALLER, to: BELOW, self: taken, weight: taken },
    ]);
    return findInlined({ base, new: other }, keys)
      .filter(({ side, callee }) => side === 'base' && callee === CALLEE)
      .map(({ weight }) => weight);
  };

  it('is inlined where what the caller took over is beyond noise', () => {
    expect(found(12)).toEqual([10]);
  });

  it('is new where that may be chance', () => {
    expect(found(6)).toEqual([]);
  });
});
