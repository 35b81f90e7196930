import { isSectionMarker } from '../paravirt/index.js';
import type { KeyTable } from './keys.js';
import { mayInline, type EdgeSide, type SideName, type Sides } from './splice-rules.js';

export interface Renamed {
  caller: number;
  /** The name that is given up, and the side that has it. */
  from: number;
  side: SideName;
  to: number;
  weight: number;
}

/** A function that one side has and the other has not, with what surrounds it. */
interface OneSided {
  key: number;
  self: number;
  samples: number;
  weight: number;
  callers: Map<number, number>;
  callees: Map<number, number>;
}

/** Under this many samples weights match by chance. */
const ENOUGH = 30;
/** Where one of the names is no function's anyway, callers need only be told from chance. */
const ENOUGH_OF_MARKER = 10;
/** Of a function's weight, in callees that tell it from others. */
const TELLING = 0.2;

/**
 * Functions that exist on one side each and are one under two names. Either the names differ in leading
 * underscores only, and a common caller calls both for the same weight. Or the names have nothing in
 * common, but self time, every caller and every callee match, callees weigh enough to tell, and no other
 * function would match as well: a leaf has too little to be known by.
 */
export function findRenamed(sides: Sides, keys: KeyTable): Renamed[] {
  const pairs = new Pairs(sides, keys);
  pairs.add(
    (b, n) => alike(keys.key(b.key).name, keys.key(n.key).name) && weighSame(b, n, sides),
    false,
  );
  pairs.add(
    (b, n) =>
      shareOfCommonCallees(b, n) >= TELLING &&
      surroundedAlike(b, n, { fewest: ENOUGH, callers: false }),
    true,
  );
  return pairs.found;
}

/**
 * Section markers that perf printed for the function at their address: a marker on one side and one
 * function on the other whose callers share it out alike, whatever it costs. Before inlining is looked
 * for, since a marker is never a function that one side lacks.
 */
export function findMarkers(sides: Sides, keys: KeyTable): Renamed[] {
  const pairs = new Pairs(sides, keys);
  pairs.add(
    (b, n) =>
      isSectionMarker(keys.key(b.key).name) !== isSectionMarker(keys.key(n.key).name) &&
      surroundedAlike(b, n, { fewest: ENOUGH_OF_MARKER, callers: true }),
    true,
  );
  return pairs.found;
}

/** Pairs of one-sided functions; one that has found its other is out. */
class Pairs {
  readonly found: Renamed[] = [];
  private readonly taken = new Set<number>();
  private readonly base: OneSided[];
  private readonly new: OneSided[];

  constructor(
    sides: Sides,
    private readonly keys: KeyTable,
  ) {
    this.base = oneSided(sides.base, sides.new, keys);
    this.new = oneSided(sides.new, sides.base, keys);
  }

  add(isOne: (b: OneSided, n: OneSided) => boolean, unique: boolean): void {
    const { taken } = this;
    for (const b of this.base) {
      if (taken.has(b.key)) continue;
      const candidates = this.new.filter((n) => !taken.has(n.key) && isOne(b, n));
      const [n] = candidates;
      if (n === undefined || (unique && candidates.length > 1)) continue;
      const isRival = (rival: OneSided) => rival !== b && !taken.has(rival.key) && isOne(rival, n);
      if (unique && this.base.some(isRival)) continue;
      taken.add(b.key).add(n.key);
      this.found.push(renamed(b, n, this.keys));
    }
  }
}

function renamed(base: OneSided, other: OneSided, keys: KeyTable): Renamed {
  const keepsBase = isPlainer(keys.key(base.key).name, keys.key(other.key).name);
  const shared = [...base.callers.keys()].find((caller) => other.callers.has(caller)) ?? -1;
  return {
    caller: shared,
    from: keepsBase ? other.key : base.key,
    to: keepsBase ? base.key : other.key,
    side: keepsBase ? 'new' : 'base',
    weight: Math.min(base.self, other.self),
  };
}

function oneSided(here: EdgeSide, there: EdgeSide, keys: KeyTable): OneSided[] {
  const all = new Map<number, OneSided>();
  for (const edge of here.edges.values()) {
    const { caller, callee } = edge;
    if (there.names.has(callee) || !mayInline(edge, keys)) continue;
    let entry = all.get(callee);
    if (entry === undefined) {
      entry = {
        key: callee,
        self: 0,
        samples: 0,
        weight: 0,
        callers: new Map(),
        callees: new Map(),
      };
      all.set(callee, entry);
    }
    entry.self += edge.self;
    entry.samples += edge.samples;
    entry.weight += edge.weight;
    entry.callers.set(caller, (entry.callers.get(caller) ?? 0) + edge.weight);
    for (const [piece, weight] of edge.below)
      entry.callees.set(piece, (entry.callees.get(piece) ?? 0) + weight);
  }
  // by weight, then by name, so that swapped sides pair alike
  return [...all.values()].sort(
    (a, b) => b.weight - a.weight || (keys.key(a.key).name < keys.key(b.key).name ? -1 : 1),
  );
}

/** Under a common caller. */
function weighSame(b: OneSided, n: OneSided, sides: Sides): boolean {
  return [...b.callers].some(([caller, weight]) => {
    const opposite = n.callers.get(caller);
    if (opposite === undefined) return false;
    const noise = Math.sqrt(weight * sides.base.quantum + opposite * sides.new.quantum);
    return Math.abs(weight - opposite) <= Math.max(3 * noise, 0.2 * Math.max(weight, opposite));
  });
}

function shareOfCommonCallees(b: OneSided, n: OneSided): number {
  const common = [...b.callees].reduce(
    (sum, [piece, weight]) => sum + Math.min(weight, n.callees.get(piece) ?? 0),
    0,
  );
  return common / Math.max(b.weight, n.weight);
}

/**
 * Whether two functions' callers, self time and callees differ by noise only; or, where only callers
 * count, whether these share out the function's weight, whatever it is, alike.
 */
function surroundedAlike(
  b: OneSided,
  n: OneSided,
  only: { fewest: number; callers: boolean },
): boolean {
  if (b.samples < only.fewest || n.samples < only.fewest) return false;
  if (![...b.callers.keys()].some((caller) => n.callers.has(caller))) return false;
  let [squares, pieces] = [0, 0];
  const scale = only.callers ? b.weight / n.weight : 1;
  const compare = (mine: number, theirs: number) => {
    const noise = (mine * b.weight) / b.samples + (theirs * scale ** 2 * n.weight) / n.samples;
    if (noise === 0) return;
    squares += (mine - theirs * scale) ** 2 / noise;
    pieces++;
  };
  if (!only.callers) compare(b.self, n.self);
  for (const what of only.callers ? (['callers'] as const) : (['callers', 'callees'] as const)) {
    for (const piece of new Set([...b[what].keys(), ...n[what].keys()]))
      compare(b[what].get(piece) ?? 0, n[what].get(piece) ?? 0);
  }
  return squares <= pieces + 2 * Math.sqrt(2 * pieces);
}

/** Which of two names a function goes by, whichever side has it: no section marker, few underscores. */
function isPlainer(name: string, other: string): boolean {
  const clutter = (text: string) =>
    (isSectionMarker(text) ? 100 : 0) + (text.length - text.replace(/^_+/, '').length);
  return clutter(name) - clutter(other) < 0 || (clutter(name) === clutter(other) && name < other);
}

function alike(a: string, b: string): boolean {
  return bare(a) === bare(b);
}

function bare(name: string): string {
  return name.replace(/^_+/, '').replace(/^(?:raw_)?/, '');
}
