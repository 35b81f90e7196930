import type { BudgetEntry } from '../compare/index.js';
import { usageError } from '../errors.js';
import type { DiffOptions } from './diff-options.js';

/** The limit of --budget and those of --budget-file, read before the long work. */
export async function budgetOf(
  options: Pick<DiffOptions, 'budget' | 'budgetFile' | 'normalize'>,
): Promise<BudgetEntry[]> {
  const entries = await entriesOf(options);
  if (options.normalize === 'total' && entries.some(({ target }) => target === 'total')) {
    throw usageError(
      '--normalize total makes the totals equal, so that no budget for the total could ever be exceeded; ' +
        'budget ops, buckets or functions (--budget-file), or choose another normalisation',
    );
  }
  return entries;
}

async function entriesOf(
  options: Pick<DiffOptions, 'budget' | 'budgetFile'>,
): Promise<BudgetEntry[]> {
  const ofTotal = options.budget;
  const entries: BudgetEntry[] =
    ofTotal === undefined ? [] : [{ target: 'total', match: [], of: 'each', limit: ofTotal }];
  if (options.budgetFile === undefined) return entries;
  const { readBudgetFile } = await import('./budget-file.js');
  return [...entries, ...(await readBudgetFile(options.budgetFile))];
}
