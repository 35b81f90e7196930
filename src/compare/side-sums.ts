import type { PlacedRows } from './batch-sums.js';
import type { SideWeights } from './columns.js';
import {
  attributeNodes,
  LEDGER_BUCKETS,
  type Attributed,
  type Attributor,
  type LedgerBucket,
} from './attribute.js';
import { ImageAttributor } from './attribute-image.js';
import { weightsOf, type Side } from './side.js';
import type { WeighedSite } from './sites.js';
import { nothing, rowAt, sumRows, type Measured } from './tally.js';
import type { WasmTrees } from './wasm-trees.js';

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

/**
 * Attributes a side's samples and sums them up. The side's factors are final by now. `quick`: sums through WebAssembly.
 */
export function sumSide(side: Side, attributor: Attributor, quick?: WasmTrees): SideSums {
  const weights = weightsOf(side, quick);
  const nodes = side.profile.stacks.size;
  const attributed = attributeNodes(weights, nodes, attributor);
  const runs = side.repetitions;
  const siteCount = side.located?.code.sites.length ?? attributed.seen.length;
  const sum = (rowOf: Int32Array, rows: number) => sumRows(weights, runs, rowOf, rows, quick);
  const sumOf = (row: Int32Array) => rowAt(sum(row, 1), 0);
  const window = (scale: number) =>
    attributor instanceof ImageAttributor
      ? sumOf(inWindow(attributor, attributed, scale))
      : nothing(runs);
  const buckets = sum(attributed.bucket, LEDGER_BUCKETS.length);
  const ops = sum(attributed.op, attributed.ops.length);
  const sites = sum(attributed.site, siteCount);
  return {
    side,
    weights,
    attributor,
    attributed,
    total: sumOf(new Int32Array(nodes)),
    ledger: Object.fromEntries(
      LEDGER_BUCKETS.map((bucket, code) => [bucket, rowAt(buckets, code)]),
    ) as Record<LedgerBucket, Measured>,
    ops: new Map(attributed.ops.map((op, id) => [op, rowAt(ops, id)])),
    sites: Array.from({ length: siteCount }, (_, id) =>
      sites.samples[id] === 0 ? undefined : rowAt(sites, id),
    ),
    windows: { half: window(0.5), double: window(2) },
  };
}

/** 0 for stacks whose samples a window of another size would call a site's, -1 for all others. */
function inWindow(attributor: ImageAttributor, { bucket }: Attributed, scale: number): Int32Array {
  const around = (['site', 'caller', 'elsewhere'] as const).map((b) => LEDGER_BUCKETS.indexOf(b));
  return bucket.map((code, node) =>
    around.includes(code) && attributor.inWindow(node, scale) ? 0 : -1,
  );
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
  own: Int32Array,
  measures: readonly (Measured | undefined)[],
  rows: readonly Measured[],
): PlacedRows {
  const places = new Map(rows.map((row, i) => [row, i]));
  const place = Int32Array.from(measures, (row) => (row && places.get(row)) ?? -1);
  return { of: own, place, count: rows.length };
}
