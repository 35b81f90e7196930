import { isSectionMarker } from '../paravirt/index.js';
import type { KeyTable } from './keys.js';
import { oneSided, type OneSided } from './one-sided.js';
import type { SideName, Sides } from './splice-rules.js';

export interface Renamed {
  caller: number;
  /** The name that is given up, and the side that has it. */
  from: number;
  side: SideName;
  to: number;
  weight: number;
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
  pairs.add({
    isOne: (b, n) => weighSame(b, n, sides),
    kindOf: ({ bare }) => bare,
    wanted: ({ bare }) => bare,
    fewest: 0,
    unique: false,
  });
  pairs.add({
    isOne: (b, n) =>
      shareCaller(b, n) &&
      shareOfCommonCallees(b, n) >= TELLING &&
      surroundedAlike(b, n, { callers: false }),
    kindOf: () => true,
    wanted: () => true,
    fewest: ENOUGH,
    unique: true,
  });
  return pairs.found;
}

/**
 * Section markers that perf printed for the function at their address: a marker on one side and one
 * function on the other whose callers share it out alike, whatever it costs. Before inlining is looked
 * for, since a marker is never a function that one side lacks.
 */
export function findMarkers(sides: Sides, keys: KeyTable): Renamed[] {
  const pairs = new Pairs(sides, keys);
  pairs.add({
    isOne: (b, n) => shareCaller(b, n) && surroundedAlike(b, n, { callers: true }),
    kindOf: ({ isMarker }) => isMarker,
    wanted: ({ isMarker }) => !isMarker,
    fewest: ENOUGH_OF_MARKER,
    unique: true,
  });
  return pairs.found;
}

interface Rule {
  isOne: (b: OneSided, n: OneSided) => boolean;
  /** Only functions of the kind that the other one wants are looked at together. */
  kindOf: (f: OneSided) => string | boolean;
  wanted: (f: OneSided) => string | boolean;
  /** Samples of either. */
  fewest: number;
  /** Whether no other function may do. */
  unique: boolean;
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

  add({ isOne, kindOf, wanted, fewest, unique }: Rule): void {
    const { taken } = this;
    const among = (list: OneSided[], of: Rule['kindOf']) =>
      grouped(
        list.filter(({ key, samples }) => samples >= fewest && !taken.has(key)),
        of,
      );
    const [rivals, others] = [among(this.base, wanted), among(this.new, kindOf)];
    for (const b of this.base) {
      if (taken.has(b.key) || b.samples < fewest) continue;
      const candidates = (others.get(wanted(b)) ?? []).filter(
        (n) => !taken.has(n.key) && isOne(b, n),
      );
      const [n] = candidates;
      if (n === undefined || (unique && candidates.length > 1)) continue;
      const isRival = (rival: OneSided) => rival !== b && !taken.has(rival.key) && isOne(rival, n);
      if (unique && (rivals.get(kindOf(n)) ?? []).some(isRival)) continue;
      taken.add(b.key).add(n.key);
      this.found.push(renamed(b, n, this.keys));
    }
  }
}

function grouped<K>(list: readonly OneSided[], kindOf: (f: OneSided) => K): Map<K, OneSided[]> {
  const groups = new Map<K, OneSided[]>();
  for (const f of list) {
    const group = groups.get(kindOf(f));
    if (group === undefined) groups.set(kindOf(f), [f]);
    else group.push(f);
  }
  return groups;
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

/** Under a common caller. */
function weighSame(b: OneSided, n: OneSided, sides: Sides): boolean {
  for (const [caller, weight] of b.callers) {
    const opposite = n.callers.get(caller);
    if (opposite === undefined) continue;
    const noise = Math.sqrt(weight * sides.base.quantum + opposite * sides.new.quantum);
    if (Math.abs(weight - opposite) <= Math.max(3 * noise, 0.2 * Math.max(weight, opposite)))
      return true;
  }
  return false;
}

function shareCaller(b: OneSided, n: OneSided): boolean {
  for (const caller of b.callers.keys()) if (n.callers.has(caller)) return true;
  return false;
}

function shareOfCommonCallees(b: OneSided, n: OneSided): number {
  let common = 0;
  for (const [piece, weight] of b.callees) common += Math.min(weight, n.callees.get(piece) ?? 0);
  return common / Math.max(b.weight, n.weight);
}

/**
 * Whether two functions' callers, self time and callees differ by noise only; or, where only callers
 * count, whether these share out the function's weight, whatever it is, alike.
 */
function surroundedAlike(b: OneSided, n: OneSided, only: { callers: boolean }): boolean {
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
