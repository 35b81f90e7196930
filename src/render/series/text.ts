/** A row of kernels as plain text: 72 columns, ASCII, a table, a chart, the first changes. */
import type { Series, SeriesStep } from '../../report/series-schema.js';
import { shellWord } from '../shared/limits.js';
import { fixed, formatCount, plural, signedShort, weightScale } from '../shared/numbers.js';
import { displayName } from '../shared/visible.js';
import { asciiLine, WIDTH, wrap } from '../text/layout.js';
import { boundSign, halfWidth, verdictWord } from '../text/table.js';
import {
  budgetWord,
  firstWords,
  largestOps,
  noFirstsWords,
  opPercent,
  opRow,
  warningWords,
} from './words.js';

const MOST_LABEL = 20;
const CHART = 40;

/** The whole document as lines of at most 72 columns, the last one ending in a newline. */
export function renderSeriesText(series: Series): string {
  const sections = [
    heading(series),
    series.warnings.flatMap((w) => wrap(`note: ${displayName(warningWords(w))}`, '      ')),
    totals(series),
    chart(series),
    firsts(series),
    ops(series),
    inputs(series),
  ];
  return (
    sections
      .filter((section) => section.length > 0)
      .map((section) => section.map(asciiLine).join('\n'))
      .join('\n\n') + '\n'
  );
}

function heading(series: Series): string[] {
  const unit = series.unit === 'ns' ? 'ns of timer' : displayName(series.unit);
  return [
    ...(series.title === null ? [] : wrap(displayName(series.title), '')),
    ...wrap(
      `SERIES of ${plural(series.steps.length, 'kernel')}, overhead against ${displayName(series.reference)}; event ` +
        `${displayName(series.event || '(unnamed)')}, counted in ${unit}`,
      '  ',
    ),
  ];
}

/** A label that fits its column: the beginning tells releases apart, the end commits. */
function labelCell(label: string): string {
  const text = asciiLine(displayName(label));
  if (text.length <= MOST_LABEL) return text;
  return `${text.slice(0, MOST_LABEL - 9)}..${text.slice(-7)}`;
}

function columns(rows: readonly (readonly string[])[], left: ReadonlySet<number>): string[] {
  const widths = (rows[0] ?? []).map((_, c) => Math.max(...rows.map((r) => r[c]?.length ?? 0)));
  return rows.map((row) =>
    `  ${row.map((cell, c) => (left.has(c) ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0))).join('  ')}`.trimEnd(),
  );
}

function changeCells(change: SeriesStep['overhead']): string[] {
  if (change === null) return ['', '', ''];
  const tested = change.percentInterval !== null;
  return [
    change.percent === null ? '' : signedShort(change.percent),
    tested ? halfWidth(change).slice(2) : '',
    tested ? verdictWord(change.verdict) : 'few',
  ];
}

function totals(series: Series): string[] {
  const scale = weightScale(series.unit, Math.max(...series.steps.map((s) => s.total)), 4);
  const rows = [
    ['step', 'runs', 'total', '%', '+-', '', 'step %', '+-', ''],
    ...series.steps.map((step) => [
      labelCell(step.label),
      formatCount(step.runs.length),
      fixed(step.total / scale.divisor, scale.decimals),
      ...changeCells(step.overhead),
      ...changeCells(step.step),
    ]),
  ];
  return [
    ...wrap(
      `TOTAL, mean per run in ${scale.noun}; % of ${displayName(series.reference)}, and of the step before`,
      '  ',
    ),
    ...columns(rows, new Set([0, 5, 8])),
    ...wrap(
      '  +- is the wider side of the 95 % interval; noise: within it; few: too little data, two or more boots of each kernel give more.',
      '  ',
    ),
    ...budget(series),
  ].flatMap((line) => (line.length > WIDTH ? wrap(line, '    ') : [line]));
}

function budget({ steps }: Series): string[] {
  const judged = steps.filter((step) => step.budget !== null);
  const limit = judged[0]?.budget?.limit;
  if (limit === undefined) return [];
  const words = judged.map((step) => `${displayName(step.label)} ${budgetWord(step)}`);
  return wrap(`  budget ${limit} %: ${words.join(', ')}`, '    ');
}

/** Overhead with its interval, a line a step: `#` the value, `-` the interval, `|` nothing more or less. */
function chart(series: Series): string[] {
  const ends = series.steps.flatMap(({ overhead }) =>
    overhead === null ? [0] : [overhead.percent ?? 0, ...(overhead.percentInterval ?? [])],
  );
  const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  if (high === low) return [];
  const place = (value: number) => Math.round(((value - low) / (high - low)) * (CHART - 1));
  const lines = series.steps.map(({ label, overhead }) => {
    const cells = new Array<string>(CHART).fill(' ');
    const [from, to] = overhead?.percentInterval ?? [0, -1];
    for (let i = place(from); i <= place(to); i++) if (to >= from) cells[i] = '-';
    cells[place(0)] = '|';
    if (overhead !== null && overhead.percent !== null) cells[place(overhead.percent)] = '#';
    return `  ${labelCell(label).padEnd(MOST_LABEL)} ${cells.join('')}`.trimEnd();
  });
  const scale = `${signedShort(low)} %`.padEnd(CHART - `${signedShort(high)} %`.length);
  return [
    `OVERHEAD in %, # with its 95 % interval ---, | at ${asciiLine(displayName(series.reference)).slice(0, 24)}`,
    `  ${''.padEnd(MOST_LABEL)} ${scale}${signedShort(high)} %`,
    ...lines,
  ];
}

function firsts(series: Series): string[] {
  const lines = ['FIRST CHANGE of each op, step against the step before'];
  if (series.firsts.length === 0) return [...lines, ...wrap(`  ${noFirstsWords(series)}`, '  ')];
  return [
    ...lines,
    ...series.firsts.flatMap((first) => wrap(`  ${firstWords(first)}`, '      ')),
    ...wrap('  Among all ops of all steps, false discovery rate 5 %.', '  '),
  ];
}

function ops(series: Series): string[] {
  const names = largestOps(series);
  if (names.length === 0) return ['OPS: none weighs more or less than in the reference'];
  const letters = names.map((_, i) => String.fromCharCode(97 + i));
  const rows = [
    ['step', ...letters],
    ...series.steps.map((step) => [
      labelCell(step.label),
      ...names.map((op) => {
        const percent = opPercent(step, op);
        return percent === null
          ? '-'
          : boundSign(opRow(step, op)?.bound ?? null, percent) + signedShort(percent);
      }),
    ]),
  ];
  return [
    ...wrap(
      `OPS, extra against ${displayName(series.reference)} in % of its total; -: not seen${boundNote(series)}`,
      '  ',
    ),
    ...columns(rows, new Set([0])),
    ...names.map((op, i) => `  ${letters[i] ?? ''}  ${op}`),
  ];
}

function inputs(series: Series): string[] {
  const lines = ['INPUTS, each with its SHA-256'];
  for (const { label, kernel, runs } of series.steps) {
    lines.push(
      ...wrap(`  ${displayName(label)}: ${displayName(kernel ?? 'not recorded')}`, '    '),
    );
    for (const run of runs) {
      lines.push(...wrap(`    ${displayName(run.path)}`, '      '), `    ${run.sha256}`);
      for (const skip of run.skipped)
        lines.push(
          ...wrap(
            `    skipped ${plural(skip.lines, 'line')}, the first is ${skip.firstLine}: ${displayName(skip.reason)}`,
            '      ',
          ),
        );
    }
  }
  const { tool, version, argv } = series.provenance;
  const words = [tool, ...argv].map((word) => shellWord(word, displayName));
  return [...lines, `MADE BY ${tool} ${version}:`, ...wrap(`  ${words.join(' ')}`, '    ')];
}

/** What the signs of the ops' table say. */
function boundNote({ timer, steps }: Series): string {
  if (timer) return '; >=, of a fall <=: a timer, lower bounds';
  const isAtMost = steps.some(({ ops }) => ops.some(({ bound }) => bound === 'at-most'));
  return isAtMost ? '; <=: at most so much' : '';
}
