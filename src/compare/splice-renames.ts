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
/** Of a function's weight, in callees that tell it from others. */
const TELLING = 0.2;

/**
 * Functions that exist on one side each and are one under two names. Either the names differ in leading
 * underscores only, or one is a section marker that perf printed for the function at its address, and a
 * common caller calls both for the same weight. Or the names have nothing in common, but self time, every
 * caller and every callee match, callees weigh enough to tell, and no other function would match as well:
 * a leaf has too little to be known by.
 */
export function findRenamed(sides: Sides, keys: KeyTable): Renamed[] {
  const [base, other] = [
    oneSided(sides.base, sides.new, keys),
    oneSided(sides.new, sides.base, keys),
  ];
  const found: Renamed[] = [];
  const taken = new Set<number>();
  const pairUp = (isOne: (b: OneSided, n: OneSided) => boolean, unique: boolean) => {
    for (const b of base) {
      if (taken.has(b.key)) continue;
      const candidates = other.filter((n) => !taken.has(n.key) && isOne(b, n));
      const [n] = candidates;
      if (n === undefined || (unique && candidates.length > 1)) continue;
      if (unique && base.some((rival) => rival !== b && !taken.has(rival.key) && isOne(rival, n)))
        continue;
      taken.add(b.key).add(n.key);
      found.push(renamed(b, n, keys));
    }
  };
  pairUp(
    (b, n) => alike(keys.key(b.key).name, keys.key(n.key).name) && weighSame(b, n, sides),
    false,
  );
  pairUp(isTwin, true);
  return found;
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

/** Whether all that surrounds two functions is the same but for noise. */
function isTwin(b: OneSided, n: OneSided): boolean {
  if (b.samples < ENOUGH || n.samples < ENOUGH) return false;
  if (![...b.callers.keys()].some((caller) => n.callers.has(caller))) return false;
  const common = [...b.callees].reduce(
    (sum, [piece, weight]) => sum + Math.min(weight, n.callees.get(piece) ?? 0),
    0,
  );
  if (common < TELLING * Math.max(b.weight, n.weight)) return false;
  let [squares, pieces] = [0, 0];
  const compare = (mine: number, theirs: number) => {
    const noise = (mine * b.weight) / b.samples + (theirs * n.weight) / n.samples;
    if (noise === 0) return;
    squares += (mine - theirs) ** 2 / noise;
    pieces++;
  };
  compare(b.self, n.self);
  for (const what of ['callers', 'callees'] as const) {
    for (const piece of new Set([...b[what].keys(), ...n[what].keys()]))
      compare(b[what].get(piece) ?? 0, n[what].get(piece) ?? 0);
  }
  return squares <= pieces + 2 * Math.sqrt(2 * pieces);
}

/** Which of two names a function goes by, whichever side has it: no section marker, few underscores. */
function isPlainer(name: string, other: string): boolean {
  const clutter = (text: string) =>
    (/_text_(?:start|end)$/.test(text) ? 100 : 0) + (text.length - text.replace(/^_+/, '').length);
  return clutter(name) - clutter(other) < 0 || (clutter(name) === clutter(other) && name < other);
}

function alike(a: string, b: string): boolean {
  return bare(a) === bare(b);
}

function bare(name: string): string {
  const marked = /^__(\w+)_text_(?:start|end)$/.exec(name)?.[1];
  if (marked === 'sched') return 'schedule';
  return name.replace(/^_+/, '').replace(/^(?:raw_)?/, '');
}
