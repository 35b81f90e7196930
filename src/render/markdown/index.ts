/**
 * The report for a merge request on GitHub or GitLab: the answer, the tables of what changed most,
 * and what they rest on folded away.
 */
import type { Report } from '../../report/schema.js';
import { budgetLines } from '../shared/budget.js';
import { BUCKET_WORDS, limits, shellWord, unweighed } from '../shared/limits.js';
import { intervalNote } from '../shared/noise.js';
import {
  fixed,
  formatChange,
  formatCount,
  plural,
  signed,
  signedShort,
  weightScale,
} from '../shared/numbers.js';
import { normalizationWords } from '../shared/normalization.js';
import { displayName, visibleText } from '../shared/visible.js';
import { siteOffset } from '../text/rows.js';
import { boundSign, halfWidth, shownRows, verdictWord, type WeightRow } from '../text/table.js';
import { changedWords } from '../shared/changed-sites.js';
import { block, code, prose } from './escape.js';

const MOST_ROWS = 5;

/** The whole report as GitHub-flavoured Markdown; recorded names only ever as code. */
export function renderMarkdown(report: Report): string {
  const parts = [
    heading(report),
    notes(report),
    ledger(report),
    rowsTable('Paravirt ops', 'op', report, report.ops, opRow),
    rowsTable('Call sites', 'site', report, report.sites, (row) => siteRow(report, row)),
    rowsTable(
      'Functions, own time, builds lined up',
      'function',
      report,
      report.functions,
      functionRow,
    ),
    patching(report),
    method(report),
  ];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`;
}

function heading(report: Report): string[] {
  const { total, base, new: other } = report;
  const percent = total.percent === null ? '' : ` (${signedShort(total.percent)} %)`;
  const sure =
    total.percentInterval === null
      ? 'no interval'
      : `95 % interval ${signedShort(total.percentInterval[0])} % to ${signedShort(total.percentInterval[1])} %`;
  const scale = weightScale(base.unit, Math.max(total.base, total.new), 4);
  const number = (value: number) => fixed(value / scale.divisor, scale.decimals);
  const scaled = normalizationWords(report);
  return [
    `### ${report.title === null ? 'Cost of paravirt' : prose(report.title)}: ${code(base.label)} → ${code(other.label)}`,
    '',
    `**${code(formatChange(total.delta, base.unit, 4) + percent)} per run: ${total.verdict}** ` +
      `(${sure}; ${plural(base.runs.length, 'run')} against ${formatCount(other.runs.length)}; ` +
      `${number(total.base)} → ${code(`${number(total.new)} ${scale.noun}`)}, event ${code(base.event || '(unnamed)')})`,
    ...budgetLines(report.budget).map((line) => `\n**${prose(line)}**`),
    ...(scaled === null ? [] : [`\n${prose(scaled)}.`]),
  ];
}

function notes(report: Report): string[] {
  return report.warnings.map((warning) => `> - ${prose(warning.message)}`);
}

function tableLines(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  // names and words to the left, numbers to the right
  const rule = heads.map((head) => (/^(?:base|new|change|%|±)/.test(head) ? '--:' : ':--'));
  return [line(heads), line(rule), ...rows.map(line)];
}

const sign = (bound: WeightRow['bound'], change: number) =>
  boundSign(bound, change).replace('>=', '≥ ').replace('<=', '≤ ');
const half = (row: Parameters<typeof halfWidth>[0]) => halfWidth(row).replace('+-', '±');
const percentCell = (percent: number | null) => (percent === null ? '' : signedShort(percent));
const tested = (row: Pick<WeightRow, 'percentInterval' | 'verdict' | 'bound'>) =>
  row.percentInterval === null ? '' : verdictWord(row.verdict, row.bound);

function ledger(report: Report): string[] {
  const known = report.ledger.filter((row) => row.delta !== null);
  const { total, base } = report;
  const scale = weightScale(
    base.unit,
    Math.max(Math.abs(total.delta), ...known.map((row) => Math.abs(row.delta ?? 0))),
    4,
  );
  const change = (value: number) => signed(value / scale.divisor, scale.decimals);
  return tableLines(
    ['where it went', `change, ${code(scale.noun)}`, '% of base', '± 95 %', 'verdict', 'what'],
    [
      ...known.map((row) => [
        row.bucket,
        sign(row.bound, row.delta ?? 0) + change(row.delta ?? 0),
        percentCell(row.percent),
        half(row),
        tested(row),
        BUCKET_WORDS[row.bucket],
      ]),
      [
        '**total**',
        `**${change(total.delta)}**`,
        percentCell(total.percent),
        half(total),
        tested({ ...total, bound: null }),
        'sum of the rows above',
      ],
    ],
  );
}

function opRow(op: Report['ops'][number]): WeightRow {
  return { ...op, change: op.extra, name: code(op.op) };
}

function siteRow(report: Report, site: Report['sites'][number]): WeightRow {
  const offset = siteOffset(report.images === null ? site.returnOffset : site.offset);
  const state =
    site.state.base === site.state.new
      ? ''
      : `, ${site.state.base ?? 'not there'} → ${site.state.new ?? 'not there'}`;
  const mark = unweighed(report, site);
  return {
    ...site,
    change: site.extra,
    name: `${code(site.function + offset)} ${code(site.op)}${state}${mark === undefined ? '' : `, ${mark}`}`,
  };
}

function functionRow(row: Report['functions'][number]): WeightRow {
  return { ...row, change: row.delta, bound: null, name: code(row.function) };
}

function rowsTable<T extends Pick<WeightRow, 'samples' | 'verdict'>>(
  title: string,
  head: string,
  report: Report,
  rows: readonly T[],
  look: (row: T) => WeightRow,
): string[] {
  const shown = shownRows(rows).slice(0, MOST_ROWS).map(look);
  if (shown.length === 0) return [];
  const largest = Math.max(...shown.flatMap((r) => [r.base, r.new, Math.abs(r.change)]));
  const scale = weightScale(report.base.unit, largest, 3);
  const number = (value: number) => fixed(value / scale.divisor, scale.decimals);
  return [
    `**${title}**, ${formatCount(shown.length)} of ${formatCount(rows.length)}, in ${code(scale.noun)}`,
    '',
    ...tableLines(
      [head, 'base', 'new', 'change', '% of base', '± 95 %', 'verdict'],
      shown.map((row) => [
        row.name,
        number(row.base),
        number(row.new),
        sign(row.bound, row.change) + signed(row.change / scale.divisor, scale.decimals),
        percentCell(row.percent),
        half(row),
        tested(row),
      ]),
    ),
  ];
}

/** Sites whose state changed, which is what patching did. */
function patching(report: Report): string[] {
  const { changed } = report.patching;
  if (changed.length === 0) return [];
  const rows = changed.slice(0, MOST_ROWS).flatMap((index) => {
    const site = report.sites[index];
    if (site === undefined) return [];
    const offset = siteOffset(report.images === null ? site.returnOffset : site.offset);
    return [
      [
        code(site.function + offset),
        code(site.op),
        `${site.state.base ?? ''} → ${site.state.new ?? ''}`,
        `${formatCount(site.votes.base)} and ${formatCount(site.votes.new)}`,
      ],
    ];
  });
  const sites = changed.flatMap((index) => report.sites[index] ?? []);
  return [
    `**Patching**: ${changedWords(sites)}, ${rows.length} shown`,
    '',
    ...tableLines(['function', 'op', 'state', 'samples that tell'], rows),
  ];
}

function imageLine(
  side: 'base' | 'new',
  image: NonNullable<Report['images']>['base'] | undefined,
): string[] {
  return image === undefined
    ? []
    : [`${side.padEnd(4)} ${image.sha256} ${displayName(image.name)} (kernel image)`];
}

function method(report: Report): string[] {
  const { provenance, statistics } = report;
  const files = (['base', 'new'] as const).flatMap((side) => [
    ...imageLine(side, report.images?.[side]),
    ...report[side].runs.flatMap((run) => [
      `${side.padEnd(4)} ${run.sha256} ${displayName(run.path)}`,
      ...run.skipped.map(
        (s) =>
          `     skipped ${s.lines} lines, the first is ${s.firstLine}: ${visibleText(s.reason)}`,
      ),
    ]),
  ]);
  const commands = (['base', 'new'] as const).map(
    (side) => `${side.padEnd(4)} ${visibleText(report[side].recording.command ?? 'not recorded')}`,
  );
  const argv = [provenance.tool, ...provenance.argv, '-f', 'markdown']
    .map((word) => shellWord(word, visibleText))
    .join(' ');
  return [
    '<details><summary>Inputs, method, limits</summary>',
    '',
    `± is the wider side of the 95 % interval${intervalNote(report)}, in % of the base total; noise: within it, or too likely by chance among so many rows; ` +
      'few: too little data; -: not judged. ≥, ≤: bounds, not strict ones on a timer. Rows of under 10 samples are left out.',
    '',
    ...[statistics.method, ...limits(report)].map((line) => `- ${prose(line)}`),
    '',
    'Inputs by SHA-256, what recorded them, and the command that makes this:',
    '',
    ...block([...files, ...commands, argv]),
    '',
    `${provenance.tool} ${code(provenance.version)}`,
    '',
    '</details>',
  ];
}
