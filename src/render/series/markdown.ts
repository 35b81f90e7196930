/** A row of kernels for a merge request. */
import type { Series } from '../../report/series-schema.js';
import { block, code, prose } from '../markdown/escape.js';
import { tableSection } from '../markdown/table.js';
import { boundPrefix } from '../shared/bounds.js';
import { shellWord } from '../shared/limits.js';
import { displayName, visibleText } from '../shared/visible.js';
import { opsView, stepsView } from './tables.js';
import { boundWords, firstParts, largestOps, noFirstsWords, warningWords } from './words.js';

function firstChangeWords(first: Series['firsts'][number]): string {
  const { verdict, size } = firstParts(first, boundPrefix);
  return `${verdict} at ${code(first.label)}, ${size} against ${code(first.before)}`;
}

/** The whole document as GitHub-flavoured Markdown; recorded names only ever as code. */
export function renderSeriesMarkdown(series: Series): string {
  const { tool, version, argv } = series.provenance;
  const files = series.steps.flatMap(({ label, runs }) =>
    runs.map((run) => `${run.sha256} ${displayName(label)} ${displayName(run.path)}`),
  );
  const command = [tool, ...argv, '-f', 'markdown'].map((word) => shellWord(word, visibleText));
  const parts = [
    [
      `### ${series.title === null ? `Overhead against ${code(series.reference)}` : prose(series.title)}`,
    ],
    series.warnings.map((warning) => `> - ${prose(warningWords(warning))}`),
    tableSection('Steps', stepsView(series)),
    [
      '**First change of each op**',
      '',
      ...(series.firsts.length === 0
        ? [noFirstsWords(series)]
        : series.firsts.map((first) => `- ${code(first.op)}: ${firstChangeWords(first)}`)),
    ],
    tableSection(
      `Ops, extra against the reference in % of its total${series.timer ? `; ${boundWords(series)}` : ''}`,
      opsView(series, largestOps(series)),
    ),
    [
      '<details><summary>Inputs and method</summary>',
      '',
      `${prose(series.statistics.method)}. Event ${code(series.event || '(unnamed)')}.`,
      '',
      ...block([...files, command.join(' ')]),
      '',
      `${tool} ${code(version)}`,
      '',
      '</details>',
    ],
  ];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`;
}
