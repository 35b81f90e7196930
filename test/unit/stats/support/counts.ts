import type { BatchCounts } from '../../../../src/compare/stats/index.js';

type Table = readonly (readonly number[])[];

/** Counts as a table: `table[row][batch]`; `all` has every row, where the table has but some. */
export function countsOf(table: Table, all = table): BatchCounts {
  return {
    rows: table.length,
    batches: all[0]?.length ?? 0,
    size: (batch) => all.reduce((sum, row) => sum + (row[batch] ?? 0), 0),
    addTo: (batch, counts) =>
      table.forEach((row, i) => (counts[i] = (counts[i] ?? 0) + (row[batch] ?? 0))),
  };
}
