import type { FrameFacts, Located } from '../paravirt/index.js';
import type { Anchored } from './anchor.js';
import type { WasmTrees } from './wasm-trees.js';
import {
  bootOfRuns,
  columnOf,
  isSameRecording,
  type Profile,
  type Run,
  type WeightColumn,
} from '../profile/index.js';
import type { SideWeights } from './columns.js';

/** One side as the comparison sees it: its profile, what its frames are, and the event that counts. */
export interface Side {
  profile: Profile;
  facts: FrameFacts;
  /** Its frames in the kernel image that it ran; undefined without images. */
  located: Located | undefined;
  event: string;
  /** One a run; undefined where a run has no sample of the event. */
  columns: (WeightColumn | undefined)[];
  /** The same without recordings that are there already: they count once. */
  counted: (WeightColumn | undefined)[];
  /** What each run's weights are multiplied by (perf stat, normalisation, `repeatByBoot`); 1 without. */
  factors: number[];
  /** Of each run, the repetition that it counts for: its own, or its boot's. */
  repetition: number[];
  repetitions: number;
  /** Where perf stat counted each run's total; undefined without. */
  anchors?: Anchored[];
}

/** A side before anything is scaled: each run weighs what it recorded, and is a boot of its own. */
export function makeSide(
  profile: Profile,
  facts: FrameFacts,
  event: string,
  located?: Located,
): Side {
  const columns = profile.runs.map((run) => columnOf(run, event));
  const { runs } = profile;
  return {
    ...{ profile, facts, located, event, columns },
    counted: columns.map((column, run) => (isCopy(runs, run) ? undefined : column)),
    factors: columns.map(() => 1),
    repetition: columns.map((_, run) => run),
    repetitions: columns.length,
  };
}

function isCopy(runs: readonly Run[], at: number): boolean {
  const run = runs[at];
  return run !== undefined && runs.findIndex((other) => isSameRecording(other, run)) < at;
}

/**
 * Makes one repetition of all recordings of a boot, their mean: what boots differ by does not average out over
 * recordings of the same one. Where each boot was recorded as often, a side's value stays the mean of its runs. A
 * recording that is there already counts for nothing.
 */
export function repeatByBoot(side: Side): void {
  const { runs } = side.profile;
  const boots = bootOfRuns(runs);
  const recordings = new Map<number, number>();
  boots.forEach((boot, run) => {
    if (!isCopy(runs, run)) recordings.set(boot, (recordings.get(boot) ?? 0) + 1);
  });
  side.factors = side.factors.map((own, run) => own / (recordings.get(boots[run] ?? -1) ?? 1));
  side.repetition = boots;
  side.repetitions = recordings.size;
}

/** Calls `visit` for every stack node with samples: run, node, self weight times the run's factor, samples. */
export function eachWeight(
  side: Side,
  visit: (run: number, node: number, weight: number, samples: number) => void,
): void {
  side.columns.forEach((column, run) => {
    if (column === undefined) return;
    const factor = side.factors[run] ?? 1;
    for (let node = 0; node < column.length; node++) {
      const samples = column.count(node);
      if (samples > 0) visit(run, node, column.weight(node) * factor, samples);
    }
  });
}

/**
 * What `eachWeight` visits, in its order, by repetition; `quick`: the same through WebAssembly.
 */
export function weightsOf(side: Side, quick?: WasmTrees): SideWeights {
  if (quick !== undefined) return quick.weights(side.counted, side.factors, side.repetition);
  let size = 0;
  for (const column of side.counted) {
    for (let node = 0; node < (column?.length ?? 0); node++) if (column?.count(node)) size++;
  }
  const weights = {
    size,
    run: new Int32Array(size),
    node: new Int32Array(size),
    weight: new Float64Array(size),
    samples: new Float64Array(size),
  };
  let at = 0;
  for (let run = 0; run < side.counted.length; run++) {
    const column = side.counted[run];
    const factor = side.factors[run] ?? 1;
    for (let node = 0; node < (column?.length ?? 0); node++) {
      const samples = column?.count(node) ?? 0;
      if (samples === 0) continue;
      weights.run[at] = side.repetition[run] ?? run;
      weights.node[at] = node;
      weights.weight[at] = (column?.weight(node) ?? 0) * factor;
      weights.samples[at++] = samples;
    }
  }
  return weights;
}
