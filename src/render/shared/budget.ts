/** A budget's outcomes in words: one line a limit. */
import type { BudgetEntry } from '../../report/schema.js';
import { plural, signedShort } from './numbers.js';

const REASONS: Readonly<Record<NonNullable<BudgetEntry['reason']>, string>> = {
  noise: 'the data show neither that it holds nor that it does not',
  'no-interval': 'there is no interval; two or more boots a side give one',
  timer: 'below the total a timer decides nothing',
  'at-most': "base's own work there could not be measured",
  'no-match': 'matches nothing in these recordings',
  'not-known': 'not known without kernel images',
};

/** The longest list of rows under a limit; the rest is counted. */
const MOST_ROWS = 3;

/** "budget 0.2 % on op mmu.*, each of 5: exceeded (mmu.set_pte +0.51 %, +0.44 to +0.58)". */
export function budgetLines(budget: readonly BudgetEntry[]): string[] {
  return budget.map((entry) => {
    const { target, match, of, limit, outcome, reason, rows } = entry;
    const among = of === 'sum' ? ', sum' : rows > 1 ? ', each' : '';
    const count = rows > 1 ? ` of ${rows}` : '';
    const what =
      target === 'total' ? '' : ` on ${target} ${match.join(', ')}${among && among + count}`;
    const why = reason === null ? '' : `, ${REASONS[reason]}`;
    return `budget ${limit} %${what}: ${outcome}${why}${details(entry)}`;
  });
}

function details({ target, reason, beyond, rows, percent, percentInterval }: BudgetEntry): string {
  // the total's own line has its interval; on a timer there is nothing to weigh
  if (target === 'total' || reason === 'timer') return '';
  if (rows === 1 || beyond.length === 0) {
    return percentInterval === null ? '' : ` (${change({ percent, percentInterval })})`;
  }
  const worst = beyond[0]?.outcome;
  const same = beyond.filter((row) => row.outcome === worst);
  const shown = same
    .slice(0, MOST_ROWS)
    .map((row) => `${row.name}${row.percentInterval === null ? '' : ` ${change(row)}`}`);
  const more =
    same.length > MOST_ROWS ? `; and ${plural(same.length - MOST_ROWS, 'more row')}` : '';
  return ` (${shown.join('; ')}${more})`;
}

function change({ percent, percentInterval }: Pick<BudgetEntry, 'percent' | 'percentInterval'>) {
  const [low, high] = percentInterval ?? [0, 0];
  return `${signedShort(percent ?? 0)} %, ${signedShort(low)} to ${signedShort(high)}`;
}
