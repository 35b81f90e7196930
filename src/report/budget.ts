import {
  judgeBudget,
  type BudgetEntry,
  type BudgetRow,
  type Comparison,
} from '../compare/index.js';
import { BUCKETS, type Report, type SiteRow } from './schema.js';
import type { Warning } from './warnings.js';

/** The budget's outcomes, entry by entry; rows are named as the report names them, sites `function:op`. */
export function budgetOf(
  entries: readonly BudgetEntry[],
  comparison: Comparison,
  boundOf: Record<'op' | 'site', (op: string) => SiteRow['bound']>,
): Report['budget'] {
  const { findings, ledger, buckets } = comparison;
  const row = (
    name: string,
    measured: Pick<BudgetRow, 'base' | 'new'>,
    tested: BudgetRow['tested'] | undefined,
    bound: BudgetRow['bound'] = null,
  ): BudgetRow => ({
    name,
    base: measured.base,
    new: measured.new,
    tested: tested ?? { interval: null, verdict: 'too little data' },
    bound,
  });
  return judgeBudget(entries, {
    total: row('total', comparison.total, findings.total),
    buckets: new Map(
      BUCKETS.map((bucket) => {
        const measured = ledger[bucket];
        const at = buckets.indexOf(bucket);
        return [bucket, measured === undefined ? null : row(bucket, measured, findings.ledger[at])];
      }),
    ),
    ops: comparison.ops.map((op, i) => row(op.op, op, findings.ops[i], boundOf.op(op.op))),
    functions: comparison.functions.map((f, i) => row(f.function, f, findings.functions[i])),
    sites: comparison.sites.map((site, i) =>
      row(`${site.function}:${site.op}`, site, findings.sites[i], boundOf.site(site.op)),
    ),
    timer: comparison.timer,
    repeated: findings.basis === 'runs',
  });
}

/** A limit that applies to nothing looks like one that holds. */
export function budgetWarnings(budget: Report['budget']): Warning[] {
  return budget.flatMap(({ target, match, reason }): Warning[] => {
    const what = `budget ${target} ${match.join(', ')}`;
    if (reason === 'no-match')
      return [
        {
          code: 'budget-no-match',
          message: `${what}: no ${target} of that name in the recordings; the limit was applied to nothing`,
        },
      ];
    if (reason === 'not-known')
      return [
        {
          code: 'budget-no-match',
          message: `${what}: not known without kernel images; the limit was applied to nothing`,
        },
      ];
    return [];
  });
}
