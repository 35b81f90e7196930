import { LEDGER_BUCKETS, type LedgerBucket } from './attribute.js';
import { makeAttributor } from './attributors.js';
import type { UnionTree } from './columns.js';
import { isTimerEvent } from './events.js';
import { functionRows, grossChange, type FunctionRow } from './functions.js';
import { isSameCode, joinImageSites } from './image-sites.js';
import { keyOrder, KeyTable, type KeyOrder } from './keys.js';
import { normalize, type Normalization, type NormalizeOptions } from './normalize.js';
import { isSameImage } from './same-image.js';
import { repeatByBoot, type Side } from './side.js';
import { placed, sitesSeen, sumSide, type SideSums } from './side-sums.js';
import { sideTree } from './side-tree.js';
import { joinSites, type JoinedSite } from './sites.js';
import { spliceInlining, type Splice } from './splice.js';
import { delta, nothing, type Measured } from './tally.js';
import { testRows, type Findings } from './test-rows.js';
import { testedFrames, verdictsOfAll } from './tested-frames.js';
import { unionTree } from './union-tree.js';
import { stateVotes } from './votes.js';
import { windowRule, type WindowRule } from './window-rule.js';
import { WasmTrees } from './wasm-trees.js';
import { noiseWithinRuns, type NoisySide } from './within-runs.js';

export interface Row {
  base: Measured;
  new: Measured;
}

export interface OpRow extends Row {
  op: string;
  sites: number;
}

/** Numbers only; what they are called and how they look is the report's and the renderers' business. */
export interface Comparison {
  normalization: Normalization;
  sameImage: boolean;
  timer: boolean;
  /** Whether both sides were joined with kernel images. */
  withImages: boolean;
  total: Row;
  /** Buckets that are not known are not there. */
  ledger: Partial<Record<LedgerBucket, Row>>;
  ops: OpRow[];
  sites: JoinedSite[];
  functions: FunctionRow[];
  /** The rule for weight at sites, and the bucket's change with half and double the window. */
  window: { rule: WindowRule; half: number; double: number } | null;
  splices: Splice[];
  /** Sum of the functions' absolute changes before splicing. */
  grossChange: number;
  keys: KeyTable;
  order: KeyOrder;
  tree: UnionTree;
  /** What was found of each row, in the order of the rows; of the ledger in that of `buckets`. */
  findings: Findings;
  /** Of each frame of the tree, as index in `VERDICTS`. */
  verdicts: Uint8Array;
  buckets: LedgerBucket[];
}

const WITHOUT_IMAGES: LedgerBucket[] = ['call', 'wait', 'rest', 'user'];
const WITH_IMAGES: LedgerBucket[] = ['call', 'site', 'wait', 'caller', 'elsewhere', 'user'];

/** Compares two sides of the same event: normalises, attributes, aligns. Mutates the sides' factors. */
export function compareSides(base: Side, other: Side, options: NormalizeOptions): Comparison {
  const normalization = normalize(base, other, options);
  for (const side of [base, other]) repeatByBoot(side);
  const withSites = functionsWithSites([base, other]);
  const quick = WasmTrees.make();
  const sums = {
    base: sumSide(base, makeAttributor(base, withSites), quick),
    new: sumSide(other, makeAttributor(other, withSites), quick),
  };
  const images = imagesOf(base, other);
  const sameImage = images
    ? isSameCode(images.base.code, images.new.code)
    : isSameImage(base, other);
  const sites = sitesOf(sums, images, sameImage);

  const keys = new KeyTable();
  const trees = { base: treeOf(sums.base, keys, quick), new: treeOf(sums.new, keys, quick) };
  const spliced = spliceInlining(trees.base, trees.new, keys, quick);
  const order = keyOrder(keys);
  const tree = unionTree(spliced.base, spliced.new, order, quick);

  const timer = isTimerEvent(base.event);
  const hasCode =
    images !== undefined && [images.base, images.new].every((l) => l.code.instructions);
  const buckets = [
    ...(images ? WITH_IMAGES : WITHOUT_IMAGES),
    ...(timer && hasCode ? (['deferred'] as const) : []),
  ];
  const pair = (pick: (side: SideSums) => Measured): Row => ({
    base: pick(sums.base),
    new: pick(sums.new),
  });
  const { mode } = normalization;
  const total = agreed(
    mode === 'total',
    pair((side) => side.total),
  );
  const ledger = buckets.map((bucket) =>
    agreed(
      mode === 'user' && bucket === 'user',
      pair((side) => side.ledger[bucket]),
    ),
  );
  const yardstick = mode === 'user' ? ledger[buckets.indexOf('user')] : undefined;
  const opNames = new Set([...sums.base.attributed.ops, ...sums.new.attributed.ops]);
  const ops = [...opNames].sort().map((op) => ({
    op,
    ...pair((side) => side.ops.get(op) ?? nothing(side.side.repetitions)),
    sites: sites.filter((site) => site.op === op).length,
  }));
  const aligned = {
    base: { ...sums.base, tree: spliced.base },
    new: { ...sums.new, tree: spliced.new },
  };
  const functions = functionRows(aligned, keys, order, sites, quick);
  const frames = testedFrames(tree, aligned, quick);
  quick?.end();
  const noisy = (name: 'base' | 'new'): NoisySide => {
    const { side, attributed, ledger: byBucket, ops: byOp, sites: bySite } = sums[name];
    const measures = {
      ledger: LEDGER_BUCKETS.map((bucket) => byBucket[bucket]),
      ops: attributed.ops.map((op) => byOp.get(op)),
    };
    const own = (rows: readonly Row[]) => rows.map((row) => row[name]);
    return {
      side,
      rows: {
        ledger: placed(attributed.bucket, measures.ledger, own(ledger)),
        ops: placed(attributed.op, measures.ops, own(ops)),
        sites: placed(attributed.site, bySite, own(sites)),
        functions: { of: functions.of[name], count: functions.rows.length },
        frames: { of: frames.of[name], count: frames.frame.length },
      },
      parent: frames.parent,
      samples: frames[name].samples,
    };
  };
  const findings = testRows({
    total,
    ledger,
    ops,
    sites,
    functions: functions.rows,
    frames,
    yardstick,
    within: () => noiseWithinRuns(noisy('base'), noisy('new')),
  });
  return {
    normalization,
    sameImage,
    timer,
    withImages: images !== undefined,
    total,
    ledger: Object.fromEntries(buckets.map((bucket, i) => [bucket, ledger[i]])),
    ops,
    sites,
    functions: functions.rows,
    window: images
      ? {
          rule: windowRule(base.event),
          half: delta(pair((side) => side.windows.half)),
          double: delta(pair((side) => side.windows.double)),
        }
      : null,
    splices: spliced.splices,
    grossChange: grossChange(trees.base, trees.new, keys.size),
    keys,
    order,
    tree,
    findings,
    verdicts: verdictsOfAll(tree, frames, findings.frames),
    buckets,
  };
}

/**
 * A row that the runs were scaled to, without what rounding left: all of its runs are one number. Not where it is only most of
 * the yardstick: of a timer's user space some is deferred.
 */
function agreed(isYardstick: boolean, row: Row): Row {
  const [value] = Array.from(row.base.runs);
  if (!isYardstick || value === undefined) return row;
  const all = [...Array.from(row.base.runs), ...Array.from(row.new.runs)];
  if (all.some((own) => Math.abs(own - value) > 1e-9 * value)) return row;
  const same = ({ runs, samples }: Measured) => ({ runs: Array.from(runs, () => value), samples });
  return { base: same(row.base), new: same(row.new) };
}

function treeOf({ side, weights, attributor }: SideSums, keys: KeyTable, quick?: WasmTrees) {
  return sideTree(side, weights, attributor, keys, quick);
}

function sitesOf(
  sums: { base: SideSums; new: SideSums },
  images: ReturnType<typeof imagesOf>,
  sameImage: boolean,
): JoinedSite[] {
  const runs = { base: sums.base.side.repetitions, new: sums.new.side.repetitions };
  if (images === undefined)
    return joinSites(sitesSeen(sums.base), sitesSeen(sums.new), sameImage, runs);
  const tabled = (name: 'base' | 'new') => ({
    code: images[name].code,
    weights: sums[name].sites,
    votes: stateVotes(sums[name].side),
    runs: runs[name],
  });
  return joinImageSites(tabled('base'), tabled('new'));
}

function imagesOf(base: Side, other: Side) {
  if (base.located === undefined || other.located === undefined) return undefined;
  return { base: base.located, new: other.located };
}

/** Decided once, from the site tables of both sides; by canonical name and by the name as it stands. */
function functionsWithSites(sides: readonly Side[]): ReadonlySet<string> {
  const sites = sides.flatMap((side) => side.located?.code.sites ?? []);
  return new Set(sites.flatMap((site) => [site.function, site.symbol]));
}
