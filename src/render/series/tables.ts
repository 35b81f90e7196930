/** The tables of a series as data: the page and the Markdown form print the same rows. */
import type { Series, SeriesStep } from '../../report/series-schema.js';
import { boundPrefix } from '../shared/bounds.js';
import { fixed, formatCount, signedShort, weightScale } from '../shared/numbers.js';
import { tableView, type Column, type TableView } from '../shared/table.js';
import { displayName } from '../shared/visible.js';
import { halfWidth } from '../text/table.js';
import { budgetWord, opRow } from './words.js';

/** A row a step: its total, what is more than in the reference and than in the step before. */
export function stepsView(series: Series): TableView {
  const scale = weightScale(series.unit, Math.max(...series.steps.map((s) => s.total)), 4);
  const numeric = (head: string, sub: string, cell: (step: SeriesStep) => string) => ({
    head,
    sub,
    numeric: true,
    cell: (step: SeriesStep) => ({ text: cell(step) }),
  });
  const change = (of: SeriesStep['overhead']) => {
    if (of === null || of.percent === null) return '';
    const sure = of.percentInterval === null ? '' : ` ±${halfWidth(of).slice(2)}`;
    return `${signedShort(of.percent)}${sure}`;
  };
  const verdict = (head: string, of: (step: SeriesStep) => SeriesStep['overhead']) => ({
    head,
    numeric: false,
    cell: (step: SeriesStep) => ({ text: of(step)?.verdict ?? '' }),
  });
  const columns: Column<SeriesStep>[] = [
    {
      head: 'step',
      numeric: false,
      cell: (step) => ({
        text: displayName(step.label),
        name: true,
        sub: displayName(step.kernel ?? 'not recorded'),
      }),
    },
    numeric('runs', 'boots', (step) => formatCount(step.runs.length)),
    numeric('total', displayName(scale.noun), (step) =>
      fixed(step.total / scale.divisor, scale.decimals),
    ),
    numeric('overhead', `% of ${displayName(series.reference)}`, (step) => change(step.overhead)),
    verdict('verdict', (step) => step.overhead),
    numeric('step', '% of the step before', (step) => change(step.step)),
    verdict('verdict', (step) => step.step),
    ...(series.steps.some(({ budget }) => budget !== null)
      ? [
          {
            head: 'budget',
            numeric: false,
            cell: (step: SeriesStep) => ({ text: budgetWord(step) }),
          },
        ]
      : []),
  ];
  return tableView(
    { id: 'steps', label: 'Steps', top: series.steps.length },
    columns,
    series.steps,
    () => false,
  );
}

/** A row a step: what each of these ops weighs more than in the reference. */
export function opsView(series: Series, ops: readonly string[]): TableView {
  const columns: Column<SeriesStep>[] = [
    {
      head: 'step',
      numeric: false,
      cell: (step) => ({ text: displayName(step.label), name: true }),
    },
    ...ops.map((op) => ({
      head: op,
      numeric: true,
      cell: (step: SeriesStep) => {
        const row = opRow(step, op);
        if (row?.percent === undefined || row.percent === null) return { text: '–' };
        return { text: boundPrefix(row.bound, row.percent) + signedShort(row.percent) };
      },
    })),
  ];
  return tableView(
    { id: 'ops', label: 'Paravirt ops', top: series.steps.length },
    columns,
    series.steps,
    () => false,
  );
}
