import { Attributor, type LedgerBucket } from './attribute.js';
import { KeyTable } from './keys.js';
import { normalize, type Normalization, type NormalizeOptions } from './normalize.js';
import { isSameImage } from './same-image.js';
import { eachWeight, isTimerEvent, type Side } from './side.js';
import { joinSites, siteKey, type JoinedSite } from './sites.js';
import { spliceInlining, type Splice } from './splice.js';
import { Tally, type Measured } from './tally.js';
import { functionRows, grossChange, type FunctionRow } from './functions.js';
import { sideTree, unionTree, type UnionTree } from './tree.js';

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
  total: Row;
  ledger: Record<LedgerBucket, Row>;
  ops: OpRow[];
  sites: JoinedSite[];
  functions: FunctionRow[];
  splices: Splice[];
  /** Sum of the functions' absolute changes before splicing. */
  grossChange: number;
  keys: KeyTable;
  tree: UnionTree;
}

interface SideTallies {
  total: Tally<'total'>;
  ledger: Tally<LedgerBucket>;
  ops: Tally<string>;
  sites: Tally<string>;
}

/** Compares two sides of the same event: normalises, attributes, aligns. Mutates the sides' factors. */
export function compareSides(base: Side, other: Side, options: NormalizeOptions): Comparison {
  const normalization = normalize(base, other, options);
  const attributors = { base: new Attributor(base), new: new Attributor(other) };
  const tallies = {
    base: tallySide(base, attributors.base),
    new: tallySide(other, attributors.new),
  };
  const runs = { base: base.columns.length, new: other.columns.length };
  const sameImage = isSameImage(base, other);
  const sites = joinSites(tallies.base.sites, tallies.new.sites, sameImage, runs);

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
  const bucket = (name: LedgerBucket) => row((t) => t.ledger, name);
  const opNames = new Set([...tallies.base.ops.rows.keys(), ...tallies.new.ops.rows.keys()]);
  return {
    normalization,
    sameImage,
    timer: isTimerEvent(base.event),
    total: row((t) => t.total, 'total'),
    ledger: {
      call: bucket('call'),
      wait: bucket('wait'),
      rest: bucket('rest'),
      user: bucket('user'),
    },
    ops: [...opNames].sort().map((op) => ({
      op,
      ...row((t) => t.ops, op),
      sites: sites.filter((site) => site.op === op).length,
    })),
    sites,
    functions: functionRows(
      { base: { side: base, tree: spliced.base }, new: { side: other, tree: spliced.new } },
      attributors,
      keys,
      sites,
    ),
    splices: spliced.splices,
    grossChange: grossChange(trees.base, trees.new),
    keys,
    tree,
  };
}

function tallySide(side: Side, attributor: Attributor): SideTallies {
  const runs = side.columns.length;
  const tallies: SideTallies = {
    total: new Tally(runs),
    ledger: new Tally(runs),
    ops: new Tally(runs),
    sites: new Tally(runs),
  };
  eachWeight(side, (run, node, weight, samples) => {
    const { bucket, op, site } = attributor.attribute(node);
    tallies.total.add('total', run, weight, samples);
    tallies.ledger.add(bucket, run, weight, samples);
    if (op === undefined) return;
    tallies.ops.add(op, run, weight, samples);
    if (site !== undefined) tallies.sites.add(siteKey(site), run, weight, samples);
  });
  return tallies;
}
