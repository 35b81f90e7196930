import type { RowSums, SideTree, SideWeights, UnionSide } from './columns.js';
import { LEDGER_BUCKETS, type Attributed, type LedgerBucket } from './attribute.js';
import type { KeyOrder, KeyTable } from './keys.js';
import type { Side } from './side.js';
import type { JoinedSite } from './sites.js';
import { rowAt, sumRows, type Measured } from './tally.js';
import type { WasmTrees } from './wasm-trees.js';

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

/** A side whose tree is aligned with the other's, and what its samples belong to. */
export interface Aligned {
  side: Side;
  weights: SideWeights;
  attributed: Attributed;
  tree: UnionSide;
}

const codeOf = (bucket: LedgerBucket) => LEDGER_BUCKETS.indexOf(bucket);

/** Weight in these buckets is no function's own time. */
const NOT_OWN = LEDGER_BUCKETS.map((b) => b === 'call' || b === 'site' || b === 'deferred');
const CALLER = codeOf('caller');

/** Rows of all functions with own time on either side, and each side's row of each stack node (-1: none). */
export function functionRows(
  sides: { base: Aligned; new: Aligned },
  keys: KeyTable,
  order: KeyOrder,
  sites: readonly JoinedSite[],
  quick?: WasmTrees,
): { rows: FunctionRow[]; of: { base: Int32Array; new: Int32Array } } {
  const [base, other] = [
    ownTimes(sides.base, keys.size, quick),
    ownTimes(sides.new, keys.size, quick),
  ];
  const moved = {
    base: movedByKey(sides.base.tree, keys.size),
    new: movedByKey(sides.new.tree, keys.size),
  };
  const names = new Set(sites.map((site) => site.function));
  const callers = new Set(sites.map((site) => `${site.function}\0${site.dso}`));
  // in an order that swapped sides share, so that sums over rows mirror to the last bit
  const ids = sortedKeys([base, other], order);
  const rowOf = new Int32Array(keys.size).fill(-1);
  const rows = ids.map((id, row): FunctionRow => {
    rowOf[id] = row;
    const { name, dso } = keys.key(id);
    const inNew = other.bucket[id] ?? -1;
    const inBase = base.bucket[id] ?? -1;
    const code = inBase === CALLER || inNew < 0 ? inBase : inNew;
    const bucket = LEDGER_BUCKETS[code] ?? 'rest';
    const seen = names.has(name) && callers.has(`${name}\0${dso}`);
    return {
      function: name,
      dso,
      bucket,
      hasSites: hasSites(bucket, seen),
      base: rowAt(base.own, id),
      new: rowAt(other.own, id),
      moved: { base: moved.base[id] ?? 0, new: moved.new[id] ?? 0 },
    };
  });
  return { rows, of: { base: rowsOf(base.key, rowOf), new: rowsOf(other.key, rowOf) } };
}

function rowsOf(keys: Int32Array, rowOf: Int32Array): Int32Array {
  const rows = new Int32Array(keys.length).fill(-1);
  for (let node = 0; node < rows.length; node++) {
    const key = keys[node] ?? -1;
    if (key >= 0) rows[node] = rowOf[key] ?? -1;
  }
  return rows;
}

interface OwnTimes {
  /** Each stack node's key; -1 where its weight is no function's own time, or it has none. */
  key: Int32Array;
  /** By key. */
  own: RowSums;
  /** Bucket code by key; -1 of keys without own time. */
  bucket: Int8Array;
  /** Keys with own time, in the order of the samples' stacks. */
  seen: number[];
}

function ownTimes(
  { side, weights, attributed, tree }: Aligned,
  keys: number,
  quick: WasmTrees | undefined,
): OwnTimes {
  const key = new Int32Array(attributed.bucket.length).fill(-1);
  const bucket = new Int8Array(keys).fill(-1);
  const seen: number[] = [];
  for (let i = 0; i < weights.size; i++) {
    const node = weights.node[i] ?? 0;
    const where = attributed.bucket[node] ?? -1;
    if (NOT_OWN[where] === true) continue;
    const id = tree.nodes.key[tree.map[node] ?? 0] ?? 0;
    key[node] = id;
    if (bucket[id] === -1) seen.push(id);
    if (bucket[id] !== CALLER) bucket[id] = where;
  }
  return { key, own: sumRows(weights, side.repetitions, key, keys, quick), bucket, seen };
}

/** Keys that either side has, by name and dso; of two kinds of one name, the one that was seen first. */
function sortedKeys(sides: readonly OwnTimes[], { named }: KeyOrder): number[] {
  const ids = [...new Set(sides.flatMap((side) => side.seen))];
  // numbers sort faster than anything that has to be asked how
  const places = new Float64Array(ids.length);
  ids.forEach((id, at) => (places[at] = (named[id] ?? 0) * ids.length + at));
  places.sort();
  return ids.map((_, at) => ids[(places[at] ?? 0) % ids.length] ?? 0);
}

function movedByKey({ nodes, moved }: UnionSide, keys: number): Float64Array {
  const sums = new Float64Array(keys);
  for (let node = 0; node < nodes.size; node++) {
    const weight = moved[node] ?? 0;
    const key = nodes.key[node] ?? 0;
    if (weight > 0) sums[key] = (sums[key] ?? 0) + weight;
  }
  return sums;
}

/** Sum of the absolute changes of all functions' self weights, as recorded. */
export function grossChange(base: SideTree, other: SideTree, keys: number): number {
  const [before, after] = [selfByKey(base, keys), selfByKey(other, keys)];
  let sum = 0;
  for (let key = 0; key < keys; key++) sum += Math.abs((after[key] ?? 0) - (before[key] ?? 0));
  return sum;
}

/** Self weight by key. */
export function selfByKey({ nodes, self }: SideTree, keys: number): Float64Array {
  const sums = new Float64Array(keys);
  for (let node = 0; node < nodes.size; node++) {
    const key = nodes.key[node] ?? 0;
    sums[key] = (sums[key] ?? 0) + (self[node] ?? 0);
  }
  return sums;
}
