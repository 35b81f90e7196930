import { eachWeight, type Side } from './side.js';

/** Samples at and below each node of a side's stacks, all runs together. */
export function subtreeSamples(side: Side): Float64Array {
  const { stacks } = side.profile;
  const samples = new Float64Array(stacks.size);
  eachWeight(side, (_run, node, _weight, n) => {
    samples[node] = (samples[node] ?? 0) + n;
  });
  for (let node = stacks.size - 1; node >= 0; node--) {
    const parent = stacks.parent(node);
    if (parent >= 0) samples[parent] = (samples[parent] ?? 0) + (samples[node] ?? 0);
  }
  return samples;
}
