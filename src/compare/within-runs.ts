import { countsByRow, rowsOfNodes, sideBatches, type SideBatches } from './batch-counts.js';
import type { Side } from './side.js';
import { dispersion, weightDispersion, type RowDispersions } from './stats/index.js';
import type { Measured, Tally } from './tally.js';
import type { RowKind, RowNoise } from './test-rows.js';
import { addUp, type UnionSide, type UnionTree } from './tree.js';

/** A side's rows, and the sums by which each stack node is found among them. */
export interface NoisySide {
  side: Side;
  tree: UnionSide;
  /** Index in the union tree of each of the side's own nodes. */
  place: Int32Array;
  rows: Record<Exclude<RowKind, 'frames'>, readonly Measured[]>;
  tallies: {
    ledger: Tally<string>;
    ops: Tally<string>;
    sites: Tally<string> | Tally<number>;
    functions: Tally<number>;
  };
}

/**
 * How much noisier than independent samples each row is within the runs: found from batches of consecutive
 * samples, times what unequal periods add; of the two sides' figures the larger. Undefined where the order
 * of the samples is not known on either side.
 */
export function noiseWithinRuns(
  base: NoisySide,
  other: NoisySide,
  tree: UnionTree,
): RowNoise | undefined {
  const [b, n] = [base, other].map((side) => {
    const batches = sideBatches(side.side);
    return batches && sideNoise(side, batches, tree);
  });
  if (b === undefined || n === undefined) return undefined;
  return largerNoise(b, n);
}

/** Of two sides' noise the larger, row by row: a row that a side lacks cannot be found quiet there. */
export function largerNoise(base: RowNoise, other: RowNoise): RowNoise {
  const larger = (kind: RowKind): RowDispersions => {
    const [b, n] = [base[kind], other[kind]];
    return {
      phi: b.phi.map((phi, i) => Math.max(phi, n.phi[i] ?? 1)),
      df: b.df.map((df, i) => {
        const [phi, otherPhi, otherDf] = [b.phi[i] ?? 1, n.phi[i] ?? 1, n.df[i] ?? Infinity];
        // alike on both sides: the less certain, whichever side it is
        return phi === otherPhi ? Math.min(df, otherDf) : phi > otherPhi ? df : otherDf;
      }),
    };
  };
  return {
    ledger: larger('ledger'),
    ops: larger('ops'),
    sites: larger('sites'),
    functions: larger('functions'),
    frames: larger('frames'),
  };
}

function sideNoise(noisy: NoisySide, batches: SideBatches, tree: UnionTree): RowNoise {
  const { side, rows, tallies } = noisy;
  const nodes = side.profile.stacks.size;
  const at = {
    ledger: rowsOfNodes(tallies.ledger, rows.ledger, nodes),
    ops: rowsOfNodes(tallies.ops, rows.ops, nodes),
    sites: rowsOfNodes(tallies.sites, rows.sites, nodes),
    functions: rowsOfNodes(tallies.functions, rows.functions, nodes),
  };
  // disjoint: a sample is a function's own time, or behind an op, or neither
  const parts = at.functions.map((row, node) => {
    const op = at.ops[node] ?? -1;
    return row >= 0 ? row : rows.functions.length + (op >= 0 ? op : rows.ops.length);
  });
  const found = dispersion(
    countsByRow(batches, parts, rows.functions.length + rows.ops.length + 1),
  );
  const weights = weightNoise(side);
  const scaled = ({ phi, df }: RowDispersions) => ({ phi: phi.map((x) => x * weights), df });
  const of = (kind: keyof typeof at) =>
    scaled(found.of(countsByRow(batches, at[kind], rows[kind].length)));
  const frames = Int32Array.from(
    { length: nodes },
    (_, node) => noisy.place[noisy.tree.map[node] ?? 0] ?? 0,
  );
  return {
    ledger: of('ledger'),
    ops: of('ops'),
    sites: of('sites'),
    functions: of('functions'),
    frames: scaled(
      found.of(
        countsByRow(batches, frames, tree.depth.length, (counts) => addUp(counts, tree.parent)),
      ),
    ),
  };
}

function weightNoise({ columns, factors }: Side): number {
  const all = { value: 0, squares: 0, samples: 0 };
  columns.forEach((column, run) => {
    const factor = factors[run] ?? 1;
    all.value += (column?.total ?? 0) * factor;
    all.squares += (column?.squares ?? 0) * factor ** 2;
    all.samples += column?.samples ?? 0;
  });
  return weightDispersion(all);
}
