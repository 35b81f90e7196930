import type { KeyTable } from './keys.js';

/** Calls from one function to another on one side, summed over all paths. */
export interface Edge {
  caller: number;
  callee: number;
  /** Weight with all that is below the callee. */
  weight: number;
  samples: number;
  /** The callee's self weight under this caller. */
  self: number;
  /** Weight of the callee's own callees under this caller. */
  below: Map<number, number>;
}

export interface EdgeSide {
  /** Self weight by key. */
  self: Map<number, number>;
  edges: Map<string, Edge>;
  /** Mean weight of a sample: the square of a standard error is weight times this. */
  quantum: number;
  names: Set<number>;
}

export type Sides = { base: EdgeSide; new: EdgeSide };
export type SideName = keyof Sides;

export interface InlinedEdge {
  edge: string;
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
    const candidates = new Map<number, Edge[]>();
    for (const [name, edge] of here.edges) {
      if (!isOneSided(edge, there.edges.get(name)) || !mayInline(edge, keys)) continue;
      const list = candidates.get(edge.caller);
      if (list === undefined) candidates.set(edge.caller, [edge]);
      else list.push(edge);
    }
    for (const edges of candidates.values()) {
      edges.sort((a, b) => b.weight - a.weight || a.callee - b.callee);
      const accepted = matches(edges, here, there)
        ? edges
        : edges.filter((edge) => matches([edge], here, there)).slice(0, 1);
      for (const edge of accepted) {
        found.push({
          edge: `${edge.caller},${edge.callee}`,
          caller: edge.caller,
          callee: edge.callee,
          side,
          weight: edge.self,
        });
      }
    }
  }
  return found;
}

function isOneSided(edge: Edge, opposite: Edge | undefined): boolean {
  if (edge.samples < FEWEST_SAMPLES) return false;
  const others = opposite?.samples ?? 0;
  return others === 0 || (edge.samples >= 20 && others <= 0.1 * edge.samples);
}

/** Never across an interrupt or exception entry, never a pv callee, never waiting or user code. */
export function mayInline(edge: Edge, keys: KeyTable): boolean {
  return (
    edge.caller !== edge.callee &&
    keys.key(edge.caller).kind === 'kernel' &&
    keys.key(edge.callee).kind === 'kernel'
  );
}

/**
 * Whether what these callees bring is what the caller lacks. Compared piece by piece: the caller's
 * self time and each of its callees. Either all pieces match to within half of the weight, or the
 * match is better than no match by more than sampling noise.
 */
function matches(edges: readonly Edge[], here: EdgeSide, there: EdgeSide): boolean {
  const caller = edges[0]?.caller ?? -1;
  const gains = gainsOf(edges, here, there, caller);
  let weight = 0;
  let misfit = 0;
  let excess = 0;
  let without = 0;
  let within = 0;
  let variance = 0;
  for (const [piece, gain] of gains) {
    const [mine, theirs] =
      piece < 0
        ? [here.self.get(caller) ?? 0, there.self.get(caller) ?? 0]
        : [
            here.edges.get(`${caller},${piece}`)?.weight ?? 0,
            there.edges.get(`${caller},${piece}`)?.weight ?? 0,
          ];
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
  }
  if (weight === 0) return false;
  if (misfit <= 0.5 * weight) return true;
  // overshooting by more than noise means that the callee is new, not inlined
  return without - within >= 4 && excess <= Math.max(0.5 * weight, 2.58 * Math.sqrt(variance));
}

/** What the caller would gain, by piece: -1 is its self time, any other piece one of its callees. */
function gainsOf(
  edges: readonly Edge[],
  here: EdgeSide,
  there: EdgeSide,
  caller: number,
): Map<number, number> {
  const gains = new Map<number, number>();
  const add = (piece: number, weight: number) => gains.set(piece, (gains.get(piece) ?? 0) + weight);
  const open = new Set(edges.map((edge) => edge.callee));
  for (const edge of edges) {
    add(-1, edge.self);
    for (const [piece, weight] of edge.below) {
      const inner = here.edges.get(`${edge.callee},${piece}`);
      const opposite = there.edges.get(`${caller},${piece}`);
      // a callee that the caller never calls over there is inlined together with this one
      if (opposite === undefined && inner !== undefined && !open.has(piece) && inner.weight > 0) {
        const share = weight / inner.weight;
        add(-1, inner.self * share);
        for (const [deeper, below] of inner.below) add(deeper, below * share);
      } else {
        add(piece, weight);
      }
    }
  }
  return gains;
}
