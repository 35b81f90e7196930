export { budgetOutcome, type BudgetOutcome } from './budget.js';
export {
  dispersion,
  fewestSamples,
  weightDispersion,
  type BatchCounts,
  type Dispersion,
  type RowDispersions,
} from './dispersion.js';
export { CONFIDENCE_TAIL } from './difference.js';
export { tQuantile, tTwoSided } from './distributions.js';
export { benjaminiHochberg, simes } from './fdr.js';
export { hierarchicalQ, type TreeTest } from './hierarchy.js';
export {
  minimumDetectableEffect,
  runSpread,
  runsNeeded,
  samplesNeeded,
  type RunSpread,
} from './power.js';
export {
  estimateOfRow,
  estimateOfTotals,
  recoveredShare,
  type Estimate,
  type Share,
  type Three,
} from './recovered.js';
export { meanOf } from './moments.js';
export { changeOfRuns } from './runs.js';
export { sdInterval, varianceRatioInterval } from './scale-interval.js';
export { findSpread, NO_SPREAD, spreadOfOps, type Spread } from './spread.js';
export { changeOfTotals } from './totals.js';
export type { Change, Interval, RowPair, RowSide, Totals } from './types.js';
export { ALPHA, MIN_SAMPLES, verdictOf, VERDICTS, type Verdict } from './verdict.js';
export { changeWithinRuns, scaleVariance, type RunRow } from './within.js';
