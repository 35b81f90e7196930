import type { Attributor, LedgerBucket } from './attribute.js';
import type { KeyTable } from './keys.js';
import { eachWeight, type Side } from './side.js';
import type { JoinedSite } from './sites.js';
import { nothing, Tally, type Measured } from './tally.js';
import type { SideTree, UnionSide } from './tree.js';

/** A function's own time: its self weight less the pv gross in it, after alignment. */
export interface FunctionRow {
  function: string;
  dso: string;
  /** The bucket that its own time belongs to; `caller` where a spliced callee holds a site. */
  bucket: LedgerBucket;
  /** null: not known without a site table. */
  hasSites: boolean | null;
  base: Measured;
  new: Measured;
  moved: { base: number; new: number };
}

/** A site table tells; without one only a site that was seen does. */
function hasSites(bucket: LedgerBucket, seen: boolean): boolean | null {
  if (bucket === 'user' || bucket === 'elsewhere') return false;
  return bucket === 'caller' || seen ? true : null;
}

interface Aligned {
  side: Side;
  tree: UnionSide;
}

/** Weight in these buckets is no function's own time. */
const NOT_OWN = new Set<LedgerBucket>(['call', 'site', 'deferred']);

/** Rows of all functions with own time on either side, and the sums that they are made of. */
export function functionRows(
  sides: { base: Aligned; new: Aligned },
  attributors: { base: Attributor; new: Attributor },
  keys: KeyTable,
  sites: readonly JoinedSite[],
): { rows: FunctionRow[]; own: { base: Tally<number>; new: Tally<number> } } {
  const tallies = {
    base: ownTimes(sides.base, attributors.base),
    new: ownTimes(sides.new, attributors.new),
  };
  const moved = { base: movedByKey(sides.base.tree), new: movedByKey(sides.new.tree) };
  const callers = new Set(sites.map((site) => `${site.function}\0${site.dso}`));
  const ids = new Set([...tallies.base.own.rows.keys(), ...tallies.new.own.rows.keys()]);
  const rows = [...ids].map((id): FunctionRow => {
    const { name, dso } = keys.key(id);
    const buckets = [tallies.new.bucket.get(id), tallies.base.bucket.get(id)];
    const bucket = buckets.includes('caller') ? 'caller' : (buckets.find((b) => b) ?? 'rest');
    const seen = callers.has(`${name}\0${dso}`);
    return {
      function: name,
      dso,
      bucket,
      hasSites: hasSites(bucket, seen),
      base: tallies.base.own.rows.get(id) ?? nothing(sides.base.side.columns.length),
      new: tallies.new.own.rows.get(id) ?? nothing(sides.new.side.columns.length),
      moved: { base: moved.base.get(id) ?? 0, new: moved.new.get(id) ?? 0 },
    };
  });
  // in an order that swapped sides share, so that sums over rows mirror to the last bit
  const text = (row: FunctionRow) => `${row.function}\0${row.dso}`;
  rows.sort((a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0));
  return { rows, own: { base: tallies.base.own, new: tallies.new.own } };
}

function ownTimes({ side, tree }: Aligned, attributor: Attributor) {
  const own = new Tally<number>(side.columns.length);
  const bucket = new Map<number, LedgerBucket>();
  eachWeight(side, (run, node, weight, samples) => {
    const where = attributor.attribute(node).bucket;
    if (NOT_OWN.has(where)) return;
    const key = tree.stacks.key(tree.map[node] ?? 0);
    own.add(key, run, weight, samples, node);
    if (bucket.get(key) !== 'caller') bucket.set(key, where);
  });
  return { own, bucket };
}

function movedByKey(tree: UnionSide): Map<number, number> {
  const moved = new Map<number, number>();
  for (let node = 0; node < tree.stacks.size; node++) {
    const weight = tree.moved[node] ?? 0;
    if (weight > 0)
      moved.set(tree.stacks.key(node), (moved.get(tree.stacks.key(node)) ?? 0) + weight);
  }
  return moved;
}

/** Sum of the absolute changes of all functions' self weights, as recorded. */
export function grossChange(base: SideTree, other: SideTree): number {
  const selfs = [base, other].map((tree) => {
    const self = new Map<number, number>();
    for (let node = 0; node < tree.stacks.size; node++) {
      const key = tree.stacks.key(node);
      self.set(key, (self.get(key) ?? 0) + (tree.self[node] ?? 0));
    }
    return self;
  });
  let sum = 0;
  for (const key of new Set([...(selfs[0]?.keys() ?? []), ...(selfs[1]?.keys() ?? [])])) {
    sum += Math.abs((selfs[1]?.get(key) ?? 0) - (selfs[0]?.get(key) ?? 0));
  }
  return sum;
}
