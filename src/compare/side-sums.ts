import {
  attributeNodes,
  LEDGER_BUCKETS,
  type Attributed,
  type Attributor,
  type LedgerBucket,
} from './attribute.js';
import { ImageAttributor } from './attribute-image.js';
import { weightsOf, type Side, type SideWeights } from './side.js';
import type { WeighedSite } from './sites.js';
import { rowAt, sumRows, type Measured } from './tally.js';

/** A side's samples, what they belong to, and the sums of that. */
export interface SideSums {
  side: Side;
  weights: SideWeights;
  attributor: Attributor;
  attributed: Attributed;
  total: Measured;
  ledger: Record<LedgerBucket, Measured>;
  ops: Map<string, Measured>;
  /** By site of `attributed`; undefined where samples show none. */
  sites: (Measured | undefined)[];
  /** Weight at sites and native equivalents, had the window half or double its size. */
  windows: { half: Measured; double: Measured };
}

/** Attributes a side's samples and sums them up. The side's factors are final by now. */
export function sumSide(side: Side, attributor: Attributor): SideSums {
  const weights = weightsOf(side);
  const nodes = side.profile.stacks.size;
  const attributed = attributeNodes(weights, nodes, attributor);
  const sums = (rowOf: ArrayLike<number>, count: number) => {
    const of = sumRows(weights, side.columns.length, rowOf, count);
    return Array.from({ length: count }, (_, row) => rowAt(of, row));
  };
  const one = (isIn: (node: number) => boolean): Measured => {
    const [row] = sums(flagged(weights, nodes, isIn), 1);
    return row ?? { runs: [], samples: 0 };
  };
  const buckets = sums(attributed.bucket, LEDGER_BUCKETS.length);
  const ops = sums(attributed.op, attributed.ops.length);
  const siteCount = side.located?.code.sites.length ?? attributed.seen.length;
  return {
    side,
    weights,
    attributor,
    attributed,
    total: one(() => true),
    ledger: Object.fromEntries(
      LEDGER_BUCKETS.map((bucket, code) => [bucket, buckets[code]]),
    ) as Record<LedgerBucket, Measured>,
    ops: new Map(attributed.ops.flatMap((op, id) => (ops[id] ? [[op, ops[id]]] : []))),
    sites: sums(attributed.site, siteCount).map((row) => (row.samples > 0 ? row : undefined)),
    windows: {
      half: one(inWindow(attributor, attributed, 0.5)),
      double: one(inWindow(attributor, attributed, 2)),
    },
  };
}

/** A row of the nodes that are in it. */
function flagged(
  { size, node }: SideWeights,
  nodes: number,
  isIn: (node: number) => boolean,
): Int8Array {
  const row = new Int8Array(nodes).fill(-1);
  for (let i = 0; i < size; i++) if (isIn(node[i] ?? 0)) row[node[i] ?? 0] = 0;
  return row;
}

/** Whether a window of another size would call a stack's samples a site's; never without images. */
function inWindow(
  attributor: Attributor,
  { bucket }: Attributed,
  scale: number,
): (node: number) => boolean {
  if (!(attributor instanceof ImageAttributor)) return () => false;
  const code = (name: LedgerBucket) => LEDGER_BUCKETS.indexOf(name);
  const around = [code('site'), code('caller'), code('elsewhere')];
  return (node) => around.includes(bucket[node] ?? -1) && attributor.inWindow(node, scale);
}

/** The sites that samples show on a side, without images. */
export function sitesSeen({ attributed, sites }: SideSums): WeighedSite[] {
  return attributed.seen.flatMap((site, id) => {
    const weight = sites[id];
    return weight === undefined ? [] : [{ site, weight }];
  });
}

/** Which of some rows (by their measure on this side) each stack node belongs to, from the row's own number. */
export function placed(
  own: ArrayLike<number>,
  measures: readonly (Measured | undefined)[],
  rows: readonly Measured[],
): { of: Int32Array; count: number } {
  const places = new Map(rows.map((row, i) => [row, i]));
  const place = measures.map((row) => (row && places.get(row)) ?? -1);
  return {
    of: Int32Array.from(own, (row) => (row < 0 ? -1 : (place[row] ?? -1))),
    count: rows.length,
  };
}
