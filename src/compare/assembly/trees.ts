// A comparison's sums and trees, in WebAssembly: AssemblyScript, not TypeScript. ../side.ts, ../tally.ts, ../side-tree.ts,
// ../splice.ts, ../edges.ts, ../union-tree.ts and ../tested-frames.ts say what they are, and do the same where there is no
// WebAssembly: node for node, and additions in the same order.

export { allocate, release } from './columns';
export { countEntries, rowSamplesAt, rowWeightsAt, sumRows, takeEntries } from './entries';
export { keysAt, parentsAt, slotCount, slotsAt, treeSize } from './key-tree';
export { mapAt, samplesAt, selfAt, sideTree } from './side-tree';
export { movedAt, splice } from './splice';
export {
  allSamplesOf, allWeightOf, edgeOfAt, edgeSamplesAt, edgeSelfAt, edges, edgeWeightAt, keyHasAt, keySelfAt, nodeWeightAt,
} from './edges';
export { aboveAt, addAt, basePlaceAt, depthAt, nameAt, newPlaceAt, unionTree, zeros } from './union-tree';
export {
  frameAt, frameOfStacks, frameParentAt, pickedSamples, pickedWeights, pickFrames, sumFrames,
} from './tested-frames';
