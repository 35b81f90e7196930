// The graph's frames with enough samples: ../tested-frames.ts.
import { add, double, filled, get, set } from './columns';

/** Of each side: the union tree's node of each stack node; weight of each node by run, and samples, with all below. */
const placesOf = new StaticArray<usize>(2);
const weightsOf = new StaticArray<usize>(2);
const samplesOf = new StaticArray<usize>(2);

/** Sums up a side. `mapOf`: the side's node of each stack node; `placeOf`: the union tree's of these; `up`: parents there. */
export function sumFrames(
  side: i32, entries: i32, node: usize, run: usize, weight: usize, samples: usize,
  stacks: i32, mapOf: usize, placeOf: usize,
  nodes: i32, up: usize, runs: i32,
): void {
  const places = heap.alloc((<usize>stacks << 2) + 16);
  for (let at = 0; at < stacks; at++) set(places, at, get(placeOf, get(mapOf, at)));
  const weights = filled(<usize>(nodes * runs) << 3, 0);
  const counts = filled(<usize>nodes << 3, 0);
  for (let i = 0; i < entries; i++) {
    const at = get(places, get(node, i));
    add(weights, at * runs + get(run, i), double(weight, i));
    add(counts, at, double(samples, i));
  }
  for (let i = nodes - 1; i > 0; i--) {
    const higher = get(up, i);
    add(counts, higher, double(counts, i));
    for (let r = 0; r < runs; r++) add(weights, higher * runs + r, double(weights, i * runs + r));
  }
  unchecked(placesOf[side] = places);
  unchecked(weightsOf[side] = weights);
  unchecked(samplesOf[side] = counts);
}

let frame: usize = 0;
let frameParent: usize = 0;
let near: usize = 0;

export function frameAt(): usize { return frame; }
export function frameParentAt(): usize { return frameParent; }

/** Picks the frames that have enough samples on both sides together, and those above them; gives their number. */
export function pickFrames(nodes: i32, up: usize, fewest: f64): i32 {
  const columns = (<usize>nodes << 2) + 16;
  // of each frame the picked one at or above it
  near = heap.alloc(columns);
  frame = heap.alloc(columns);
  frameParent = heap.alloc(columns);
  const a = unchecked(samplesOf[0]);
  const b = unchecked(samplesOf[1]);
  let count = 0;
  for (let i = 0; i < nodes; i++) {
    const above = i == 0 ? -1 : get(near, get(up, i));
    set(near, i, above);
    if (double(a, i) + double(b, i) < fewest) continue;
    set(near, i, count);
    set(frame, count, i);
    set(frameParent, count++, above);
  }
  return count;
}

/** A side's sums of the picked frames: weights by run, samples; then the frame at or above each stack node (-1: none). */
export function pickedWeights(side: i32, count: i32, runs: i32): usize {
  const from = unchecked(weightsOf[side]);
  const to = heap.alloc((<usize>(count * runs) << 3) + 16);
  for (let i = 0; i < count; i++)
    memory.copy(to + (<usize>(i * runs) << 3), from + (<usize>(get(frame, i) * runs) << 3), <usize>runs << 3);
  heap.free(from);
  return to;
}

export function pickedSamples(side: i32, count: i32): usize {
  const from = unchecked(samplesOf[side]);
  const to = heap.alloc((<usize>count << 3) + 16);
  for (let i = 0; i < count; i++) store<f64>(to + (<usize>i << 3), double(from, get(frame, i)));
  return to;
}

export function frameOfStacks(side: i32, stacks: i32): usize {
  const places = unchecked(placesOf[side]);
  for (let at = 0; at < stacks; at++) set(places, at, get(near, get(places, at)));
  return places;
}
