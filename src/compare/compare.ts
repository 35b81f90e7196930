import { bootsOf } from '../profile/index.js';
import type { Attributor, LedgerBucket } from './attribute.js';
import { makeAttributor } from './attributors.js';
import { ImageAttributor } from './attribute-image.js';
import { isTimerEvent } from './events.js';
import { functionRows, grossChange, type FunctionRow } from './functions.js';
import { isSameCode, joinImageSites } from './image-sites.js';
import { KeyTable } from './keys.js';
import { normalize, type Normalization, type NormalizeOptions } from './normalize.js';
import { isSameImage } from './same-image.js';
import { eachWeight, type Side } from './side.js';
import { joinSites, siteKey, type JoinedSite } from './sites.js';
import { spliceInlining, type Splice } from './splice.js';
import { delta, Tally, type Measured } from './tally.js';
import { testRows, type Findings } from './test-rows.js';
import { frameRows, sideTree, unionTree, type UnionTree } from './tree.js';
import { stateVotes } from './votes.js';
import { windowRule, type WindowRule } from './window-rule.js';
import { noiseWithinRuns } from './within-runs.js';

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
  tree: UnionTree;
  /** What was found of each row, in the order of the rows; of the ledger in that of `buckets`. */
  findings: Findings;
  buckets: LedgerBucket[];
}

interface SideTallies {
  total: Tally<'total'>;
  ledger: Tally<LedgerBucket>;
  ops: Tally<string>;
  /** By return address, without images. */
  seenSites: Tally<string>;
  /** By index in the image's table. */
  sites: Tally<number>;
  /** Weight at sites and native equivalents, had the window half or double its size. */
  windows: Tally<'half' | 'double'>;
}

const WITHOUT_IMAGES: LedgerBucket[] = ['call', 'wait', 'rest', 'user'];
const WITH_IMAGES: LedgerBucket[] = ['call', 'site', 'wait', 'caller', 'elsewhere', 'user'];

/** Compares two sides of the same event: normalises, attributes, aligns. Mutates the sides' factors. */
export function compareSides(base: Side, other: Side, options: NormalizeOptions): Comparison {
  const normalization = normalize(base, other, options);
  const withSites = functionsWithSites([base, other]);
  const attributors = {
    base: makeAttributor(base, withSites),
    new: makeAttributor(other, withSites),
  };
  const tallies = {
    base: tallySide(base, attributors.base),
    new: tallySide(other, attributors.new),
  };
  const runs = { base: base.columns.length, new: other.columns.length };
  const images = imagesOf(base, other);
  const sameImage = images
    ? isSameCode(images.base.code, images.new.code)
    : isSameImage(base, other);
  const sites = images
    ? joinImageSites(
        {
          code: images.base.code,
          weights: tallies.base.sites,
          votes: stateVotes(base),
          runs: runs.base,
        },
        {
          code: images.new.code,
          weights: tallies.new.sites,
          votes: stateVotes(other),
          runs: runs.new,
        },
      )
    : joinSites(tallies.base.seenSites, tallies.new.seenSites, sameImage, runs);

  const keys = new KeyTable();
  const trees = {
    base: sideTree(base, attributors.base, keys),
    new: sideTree(other, attributors.new, keys),
  };
  const spliced = spliceInlining(trees.base, trees.new, keys);
  const tree = unionTree(spliced.base, spliced.new, keys);

  const row = <K>(pick: (t: SideTallies) => Tally<K>, key: K): Row => ({
    base: pick(tallies.base).get(key),
    new: pick(tallies.new).get(key),
  });
  const timer = isTimerEvent(base.event);
  const hasCode =
    images !== undefined && [images.base, images.new].every((l) => l.code.instructions);
  const buckets = [
    ...(images ? WITH_IMAGES : WITHOUT_IMAGES),
    ...(timer && hasCode ? (['deferred'] as const) : []),
  ];
  const opNames = new Set([...tallies.base.ops.rows.keys(), ...tallies.new.ops.rows.keys()]);
  const total = row((t) => t.total, 'total');
  const ops = [...opNames].sort().map((op) => ({
    op,
    ...row((t) => t.ops, op),
    sites: sites.filter((site) => site.op === op).length,
  }));
  const aligned = {
    base: { side: base, tree: spliced.base },
    new: { side: other, tree: spliced.new },
  };
  const { rows: functions, own } = functionRows(aligned, attributors, keys, sites);
  const ledger = buckets.map((bucket) => row((t) => t.ledger, bucket));
  const noisy = (name: 'base' | 'new') => ({
    ...aligned[name],
    place: tree.place[name],
    rows: {
      ledger: ledger.map((r) => r[name]),
      ops: ops.map((r) => r[name]),
      sites: sites.map((r) => r[name]),
      functions: functions.map((r) => r[name]),
    },
    tallies: {
      ledger: tallies[name].ledger,
      ops: tallies[name].ops,
      sites: images ? tallies[name].sites : tallies[name].seenSites,
      functions: own[name],
    },
  });
  const findings = testRows({
    total,
    ledger,
    ops,
    sites,
    functions,
    frames: frameRows(tree, aligned),
    boots: Math.min(bootsOf(base.profile.runs), bootsOf(other.profile.runs)),
    within: () => noiseWithinRuns(noisy('base'), noisy('new'), tree),
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
    functions,
    window: images
      ? {
          rule: windowRule(base.event),
          half: delta(row((t) => t.windows, 'half')),
          double: delta(row((t) => t.windows, 'double')),
        }
      : null,
    splices: spliced.splices,
    grossChange: grossChange(trees.base, trees.new),
    keys,
    tree,
    findings,
    buckets,
  };
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

function tallySide(side: Side, attributor: Attributor): SideTallies {
  const runs = side.columns.length;
  const tallies: SideTallies = {
    total: new Tally(runs),
    ledger: new Tally(runs),
    ops: new Tally(runs),
    seenSites: new Tally(runs),
    sites: new Tally(runs),
    windows: new Tally(runs),
  };
  eachWeight(side, (run, node, weight, samples) => {
    const { bucket, op, site } = attributor.attribute(node);
    tallies.total.add('total', run, weight, samples, node);
    tallies.ledger.add(bucket, run, weight, samples, node);
    if (attributor instanceof ImageAttributor && /^(?:site|caller|elsewhere)$/.test(bucket)) {
      if (attributor.inWindow(node, 0.5)) tallies.windows.add('half', run, weight, samples, node);
      if (attributor.inWindow(node, 2)) tallies.windows.add('double', run, weight, samples, node);
    }
    if (op === undefined) return;
    tallies.ops.add(op, run, weight, samples, node);
    if (site === undefined) return;
    if ('seen' in site) tallies.seenSites.add(siteKey(site.seen), run, weight, samples, node);
    else tallies.sites.add(site.index, run, weight, samples, node);
  });
  return tallies;
}
