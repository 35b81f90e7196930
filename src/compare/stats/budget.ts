import type { Interval } from './types.js';

export type BudgetOutcome = 'exceeded' | 'within' | 'cannot tell';

/** A budget is an upper limit in percent of the base total; a noisy run must not pass as a good one. */
export function budgetOutcome(
  percentInterval: Interval | null,
  budgetPercent: number,
): BudgetOutcome {
  if (percentInterval === null) return 'cannot tell';
  const [low, high] = percentInterval;
  if (low > budgetPercent) return 'exceeded';
  return high <= budgetPercent ? 'within' : 'cannot tell';
}
