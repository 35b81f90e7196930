import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/render/html/index.js';
import type { BudgetEntry } from '../../src/report/schema.js';
import { sampleReport, smallPaths } from '../support/sample-report.js';

describe('the budget in the answer', () => {
  const entry = (of: Partial<BudgetEntry>): BudgetEntry => ({
    target: 'total',
    match: [],
    of: 'each',
    limit: 0.2,
    outcome: 'within',
    reason: null,
    rows: 1,
    percent: 0.1,
    percentInterval: [0.05, 0.15],
    beyond: [],
    ...of,
  });
  const page = async (...budget: BudgetEntry[]) =>
    renderHtml({ ...sampleReport(smallPaths()), budget });

  it.each([
    [{ outcome: 'exceeded' }, /budget 0\.2 %: exceeded/],
    [{ outcome: 'within' }, /budget 0\.2 %: within/],
    [
      { outcome: 'cannot tell', reason: 'noise' },
      /budget 0\.2 %: cannot tell, the data show neither/,
    ],
  ] as const)('%o is said in words', async (of, words) => {
    expect(await page(entry(of))).toMatch(words);
  });

  it('shows every limit of a file, with the rows beyond it, escaped', async () => {
    const row = { percent: 0.5, percentInterval: [0.4, 0.6] as [number, number] };
    const html = await page(
      entry({}),
      entry({
        target: 'op',
        match: ['<b>*'],
        rows: 7,
        outcome: 'exceeded',
        percent: null,
        percentInterval: null,
        beyond: ['a', 'b', 'c', 'd', 'e'].map((name) => ({
          name,
          ...row,
          outcome: 'exceeded',
          reason: null,
        })),
      }),
    );
    expect(html).toContain('<li>budget 0.2 %: within</li>');
    expect(html).toContain(
      'budget 0.2 % on op &lt;b&gt;*, each of 7: exceeded (a +0.50 %, +0.40 to +0.60; ',
    );
    expect(html).toContain('; and 2 more rows)');
  });

  it('is not mentioned where none was set', async () => {
    expect(await renderHtml(sampleReport(smallPaths()))).not.toMatch(/<dt>Budget/);
  });
});
