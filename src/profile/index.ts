/** Samples in columns: frames, stacks, weights a run. See README.md in this folder. */
export { columnOf, eventsOf, type Profile, type Run } from './profile.js';
export { ProfileBuilder, DEFAULT_PROFILE_OPTIONS, type ProfileOptions } from './builder.js';
export { StackTable, taskKey, taskName } from './stacks.js';
export { WeightColumn } from './weights.js';
export { Batches } from './batches.js';
export { isKernelFrame, kernelFrames, isKernelDso } from './kernel.js';
export {
  chooseEvent,
  isSameCounter,
  matchEvent,
  requireToldApart,
  shownEvent,
  withoutModifiers,
  type ChosenEvent,
} from './events.js';
export { mergeProfiles, compareText } from './merge.js';
export { foldedText, foldProfile } from './fold.js';
export type { FoldOptions } from './fold-names.js';
export type { FoldSide, StackColumns } from './fold-tree.js';
export { stackColumns } from './stack-columns.js';
export { packProfile, reviveProfile } from './transfer.js';
export { readProfile, type ReadOptions } from './read.js';
export { bootOfRuns, bootsOf, endedAt, isSameRecording } from './boots.js';
