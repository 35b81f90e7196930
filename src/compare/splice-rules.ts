import { edgeWeight, type EdgeSide } from './edges.js';
import type { KeyTable } from './keys.js';

export type Sides = { base: EdgeSide; new: EdgeSide };
export type SideName = keyof Sides;

export interface InlinedEdge {
  caller: number;
  callee: number;
  side: SideName;
  weight: number;
}

/** A callee must show this often before it can be told from chance. */
const FEWEST_SAMPLES = 5;

/**
 * Callees that one side shows under a caller and the other does not (or so rarely that chance cannot
 * explain it), while what the caller lacks on that side, in self time and in callees, matches what
 * the callee brings. Such a callee is inlined on the other side.
 */
export function findInlined(sides: Sides, keys: KeyTable): InlinedEdge[] {
  const found: InlinedEdge[] = [];
  for (const side of ['base', 'new'] as const) {
    const here = sides[side];
    const there = sides[side === 'base' ? 'new' : 'base'];
    const { pairs, weight, self } = here;
    for (const [caller, edges] of candidates(here, there, keys)) {
      const callee = (edge: number) => pairs.key[edge] ?? -1;
      edges.sort((a, b) => (weight[b] ?? 0) - (weight[a] ?? 0) || callee(a) - callee(b));
      const accepted = matches(edges, here, there)
        ? edges
        : edges.filter((edge) => matches([edge], here, there)).slice(0, 1);
      for (const edge of accepted)
        found.push({ caller, callee: callee(edge), side, weight: self[edge] ?? 0 });
    }
  }
  return found;
}

/** One-sided edges by caller. */
function candidates(here: EdgeSide, there: EdgeSide, keys: KeyTable): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (let edge = 0; edge < here.pairs.size; edge++) {
    if ((here.samples[edge] ?? 0) < FEWEST_SAMPLES) continue;
    const caller = here.pairs.parent[edge] ?? -1;
    const callee = here.pairs.key[edge] ?? -1;
    if (!mayInline(caller, callee, keys)) continue;
    const others = there.samples[there.pairs.find(caller, callee)] ?? 0;
    if (!isOneSided(here.samples[edge] ?? 0, others)) continue;
    const list = found.get(caller);
    if (list === undefined) found.set(caller, [edge]);
    else list.push(edge);
  }
  return found;
}

function isOneSided(samples: number, others: number): boolean {
  return others === 0 || (samples >= 20 && others <= 0.1 * samples);
}

/** Never across an interrupt or exception entry, never a pv callee, never waiting or user code. */
export function mayInline(caller: number, callee: number, keys: KeyTable): boolean {
  return (
    caller !== callee && keys.key(caller).kind === 'kernel' && keys.key(callee).kind === 'kernel'
  );
}

/**
 * Whether what these callees bring is what the caller lacks. Compared piece by piece: the caller's
 * self time and each of its callees. Either all pieces match to within half of the weight, or the
 * match is better than no match by more than sampling noise.
 */
function matches(edges: readonly number[], here: EdgeSide, there: EdgeSide): boolean {
  const caller = here.pairs.parent[edges[0] ?? -1] ?? -1;
  const gains = gainsOf(edges, here, there, caller);
  let weight = 0;
  let misfit = 0;
  let excess = 0;
  let without = 0;
  let within = 0;
  let variance = 0;
  // not for-of, which makes two objects a piece: this runs some ten thousand times before V8 compiles it
  gains.forEach((gain, piece) => {
    const mine = piece < 0 ? (here.selfOf[caller] ?? 0) : edgeWeight(here, caller, piece);
    const theirs = piece < 0 ? (there.selfOf[caller] ?? 0) : edgeWeight(there, caller, piece);
    const missing = theirs - mine;
    const noise = mine * here.quantum + theirs * there.quantum + gain * here.quantum;
    weight += gain;
    misfit += Math.abs(gain - missing);
    excess += Math.max(0, gain - missing);
    if (noise > 0) {
      without += (missing * missing) / noise;
      within += ((gain - missing) * (gain - missing)) / noise;
      variance += noise;
    }
  });
  if (weight === 0) return false;
  if (misfit <= 0.5 * weight) return true;
  // overshooting by more than noise means that the callee is new, not inlined
  return without - within >= 4 && excess <= Math.max(0.5 * weight, 2.58 * Math.sqrt(variance));
}

/** What the caller would gain, by piece: -1 is its self time, any other piece one of its callees. */
function gainsOf(
  edges: readonly number[],
  here: EdgeSide,
  there: EdgeSide,
  caller: number,
): Map<number, number> {
  const gains = new Map<number, number>();
  const add = (piece: number, weight: number) => gains.set(piece, (gains.get(piece) ?? 0) + weight);
  const open = new Set(edges.map((edge) => here.pairs.key[edge]));
  for (const edge of edges) {
    add(-1, here.self[edge] ?? 0);
    const callee = here.pairs.key[edge] ?? -1;
    here.below(edge).forEach((weight, piece) => {
      const inner = here.pairs.find(callee, piece);
      const innerWeight = here.weight[inner] ?? 0;
      const isNew = there.pairs.find(caller, piece) < 0;
      // a callee that the caller never calls over there is inlined together with this one
      if (isNew && !open.has(piece) && innerWeight > 0) {
        const share = weight / innerWeight;
        add(-1, (here.self[inner] ?? 0) * share);
        here.below(inner).forEach((below, deeper) => {
          add(deeper, below * share);
        });
      } else {
        add(piece, weight);
      }
    });
  }
  return gains;
}
