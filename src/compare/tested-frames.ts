import type { RowSums, TestedFrames, UnionTree } from './columns.js';
import type { Aligned } from './functions.js';
import { addUp } from './side-tree.js';
import { MIN_SAMPLES, VERDICTS } from './stats/index.js';
import { sumRows } from './tally.js';
import { mapped } from './union-tree.js';
import type { WasmTrees } from './wasm-trees.js';

/** Sums up the graph's frames, and keeps those that can be judged; `quick`: the same through WebAssembly. */
export function testedFrames(
  tree: UnionTree,
  sides: { base: Aligned; new: Aligned },
  quick?: WasmTrees,
): TestedFrames {
  if (quick !== undefined) {
    const both = (['base', 'new'] as const).map((name) => {
      const { weights, side, tree: own } = sides[name];
      return { weights, map: own.map, place: tree.place[name], runs: side.repetitions };
    });
    return quick.testedFrames(tree, both, MIN_SAMPLES);
  }
  const places = {
    base: mapped(sides.base.tree.map, tree.place.base),
    new: mapped(sides.new.tree.map, tree.place.new),
  };
  const base = withBelow(sides.base, places.base, tree);
  const other = withBelow(sides.new, places.new, tree);
  // of each frame the tested one at or above it
  const near = new Int32Array(tree.size).fill(-1);
  const frames: number[] = [];
  const parents: number[] = [];
  for (let i = 0; i < tree.size; i++) {
    const above = i === 0 ? -1 : (near[tree.parent[i] ?? 0] ?? -1);
    near[i] = above;
    if ((base.samples[i] ?? 0) + (other.samples[i] ?? 0) < MIN_SAMPLES) continue;
    near[i] = frames.length;
    frames.push(i);
    parents.push(above);
  }
  const frame = Int32Array.from(frames);
  return {
    frame,
    parent: Int32Array.from(parents),
    base: picked(base, frame),
    new: picked(other, frame),
    of: { base: mapped(places.base, near), new: mapped(places.new, near) },
  };
}

/** Verdicts of all frames of the graph: those that were not tested have too little data. */
export function verdictsOfAll(
  { size }: UnionTree,
  { frame }: TestedFrames,
  verdicts: Uint8Array,
): Uint8Array {
  const all = new Uint8Array(size).fill(VERDICTS.indexOf('too little data'));
  frame.forEach((place, at) => (all[place] = verdicts[at] ?? 0));
  return all;
}

function withBelow({ weights, side }: Aligned, places: Int32Array, tree: UnionTree): RowSums {
  const runs = side.repetitions;
  const sums = sumRows(weights, runs, places, tree.size);
  const { weight } = sums;
  addUp(sums.samples, tree.parent);
  if (runs === 1) addUp(weight, tree.parent);
  else
    for (let i = tree.size - 1; i > 0; i--) {
      const above = (tree.parent[i] ?? 0) * runs;
      for (let run = 0; run < runs; run++)
        weight[above + run] = (weight[above + run] ?? 0) + (weight[i * runs + run] ?? 0);
    }
  return sums;
}

function picked({ runs, weight, samples }: RowSums, rows: Int32Array): RowSums {
  const own = {
    runs,
    weight: new Float64Array(rows.length * runs),
    samples: new Float64Array(rows.length),
  };
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] ?? 0;
    own.samples[at] = samples[row] ?? 0;
    for (let run = 0; run < runs; run++)
      own.weight[at * runs + run] = weight[row * runs + run] ?? 0;
  }
  return own;
}
