/** Aligns two sides, attributes, counts. See README.md in this folder. */
export { compareSides, type Comparison, type OpRow, type Row } from './compare.js';
export { makeSide, type Side } from './side.js';
export { isTimerEvent, unitOf } from './events.js';
export type { NormalizeMode, NormalizeOptions, Normalization } from './normalize.js';
export type { FunctionRow } from './functions.js';
export { size, type JoinedSite } from './sites.js';
export type { SeenState } from './votes.js';
export type { WindowRule } from './window-rule.js';
export type { Splice } from './splice.js';
export { delta, mean, type Measured } from './tally.js';
export type { LedgerBucket } from './attribute.js';
export type { NodeKind } from './keys.js';
export type { UnionTree } from './columns.js';
export { VERDICTS } from './stats/index.js';
export type { Findings, Tested } from './test-rows.js';
export { anchorSide, type Anchor, type Anchored } from './anchor.js';
export { budgetNeeds, noiseOf, type BudgetNeeds, type Noise } from './noise.js';
export { otherKernel } from './one-kernel.js';
export { globMatches } from './glob.js';
export { judgeBudget, type BudgetEntry, type BudgetFinding, type BudgetRow } from './budget.js';
export {
  orNothing,
  recoveredOfRows,
  recoveredOfTotal,
  type Recovered,
  type RecoveredVerdict,
} from './recovered.js';
export { firstChanges, type OpStep } from './series.js';
