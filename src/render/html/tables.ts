import type { FunctionRow, OpRow, Report, SiteRow } from '../../report/schema.js';
import {
  fixed,
  formatCount,
  signed,
  signedShort,
  weightScale,
  type WeightScale,
} from '../shared/numbers.js';
import { displayName } from '../shared/visible.js';
import { boundPrefix } from './answer.js';
import { intervalText } from './ledger.js';
import { html, type Content, type Markup } from './markup.js';

/** Rows of a table that stand in the page; the document holds them all. */
export const TOP = 50;

type Row = OpRow | SiteRow | FunctionRow;

interface Column<T> {
  readonly head: string;
  readonly sub?: string;
  readonly cell: (row: T) => Content;
  readonly numeric?: boolean;
}

interface Table<T> {
  readonly id: string;
  readonly title: string;
  readonly note: Content;
  readonly empty: string;
  readonly rows: readonly T[];
  readonly change: (row: T) => number;
  readonly columns: (scale: WeightScale) => readonly Column<T>[];
}

function table<T extends Row>(unit: string, spec: Table<T>): Markup {
  const sorted = [...spec.rows].sort((a, b) => Math.abs(spec.change(b)) - Math.abs(spec.change(a)));
  const top = sorted.slice(0, TOP);
  const change = Math.abs(top[0] ? spec.change(top[0]) : 0);
  const largest = change || top.reduce((m, r) => Math.max(m, r.base, r.new), 0);
  const columns = spec.columns(weightScale(unit, largest, 4));
  const rest = sorted.length - top.length;
  return html`<section aria-labelledby="${spec.id}-h">
    <h2 id="${spec.id}-h">${spec.title}</h2>
    <p class="note">${spec.note}</p>
    ${
      top.length === 0
        ? html`<p>${spec.empty}</p>`
        : html`<div class="scroll" tabindex="0" role="group" aria-label="Table, scrolls sideways">
              <table id="${spec.id}">
                <thead>
                  <tr>
                    ${columns.map(head)}
                  </tr>
                </thead>
                <tbody>
                  ${top.map((row) => tableRow(row, columns, spec.change(row)))}
                </tbody>
              </table>
            </div>
            ${rest > 0 ? html`<p class="note">${formatCount(rest)} more with smaller changes are in the embedded report document.</p>` : null}`
    }
  </section>`;
}

function head<T>(column: Column<T>): Markup {
  return html`<th scope="col" class="${column.numeric === false ? 'name' : 'num'}">
    ${column.head}${column.sub === undefined ? null : html`<span class="sub">${column.sub}</span>`}
  </th>`;
}

function tableRow<T extends Row>(row: T, columns: readonly Column<T>[], change: number): Markup {
  const quiet = row.verdict === 'within noise' || change === 0;
  return html`<tr${quiet ? html` class="quiet"` : null}>${columns.map((column, i) =>
    i === 0
      ? html`<th scope="row" class="name">${column.cell(row)}</th>`
      : html`<td class="${column.numeric === false ? 'name' : 'num'}">${column.cell(row)}</td>`,
  )}</tr>`;
}

function name(text: string): Markup {
  const shown = displayName(text);
  if (shown === '') return html`(no name)`;
  return html`<code data-find="${shown}">${shown}</code>`;
}

function weightColumns<T extends Row & { bound?: OpRow['bound'] }>(
  scale: WeightScale,
  change: (row: T) => number,
  word: string,
): Column<T>[] {
  const gross = (row: T, value: number): string =>
    (row.bound === 'lower' && value !== 0 ? '≥ ' : '') +
    fixed(value / scale.divisor, scale.decimals);
  return [
    { head: 'base', sub: scale.noun, cell: (r) => gross(r, r.base) },
    { head: 'new', sub: scale.noun, cell: (r) => gross(r, r.new) },
    {
      head: word,
      sub: scale.noun,
      cell: (r) =>
        boundPrefix(r.bound ?? null, change(r)) + signed(change(r) / scale.divisor, scale.decimals),
    },
    {
      head: 'points',
      sub: '% of base total',
      cell: (r) =>
        r.percent === null ? '–' : boundPrefix(r.bound ?? null, r.percent) + signedShort(r.percent),
    },
    { head: '95 % interval', sub: 'points', cell: (r) => intervalText(r) },
    { head: 'verdict', cell: (r) => r.verdict, numeric: false },
    {
      head: 'samples',
      sub: 'base · new',
      cell: (r) => `${formatCount(r.samples.base)} · ${formatCount(r.samples.new)}`,
    },
  ];
}

function opsTable(report: Report): Markup {
  return table<OpRow>(report.base.unit, {
    id: 'ops',
    title: 'Paravirt ops',
    note: 'What was measured in and behind each op, and how it changed. extra = gross in new − gross in base.',
    empty: 'No paravirt op was seen in either recording.',
    rows: report.ops,
    change: (row) => row.extra,
    columns: (scale) => [
      { head: 'op', cell: (r) => name(r.op), numeric: false },
      ...weightColumns<OpRow>(scale, (r) => r.extra, 'extra'),
      { head: 'sites', cell: (r) => formatCount(r.sites) },
    ],
  });
}

function offsetText(offset: number | null): string {
  return offset === null ? '–' : `+0x${offset.toString(16)}`;
}

function sitesTable(report: Report): Markup {
  const pair = (base: string | null, newer: string | null): string =>
    base === newer ? (base ?? '–') : `${base ?? '–'} → ${newer ?? '–'}`;
  return table<SiteRow>(report.base.unit, {
    id: 'sites',
    title: 'Call sites',
    note: 'The instructions that invoke a paravirt op. Offsets are of the site, or of its return address (ret) where no image was given.',
    empty: 'No call site was seen in either recording.',
    rows: report.sites,
    change: (row) => row.extra,
    columns: (scale) => [
      {
        head: 'function',
        cell: (r) => [name(r.function), siteOffset(r)],
        numeric: false,
      },
      { head: 'op', cell: (r) => name(r.op), numeric: false },
      {
        head: 'state',
        sub: 'base → new',
        cell: (r) => pair(r.state.base, r.state.new),
        numeric: false,
      },
      ...weightColumns<SiteRow>(scale, (r) => r.extra, 'extra'),
    ],
  });
}

function siteOffset(row: SiteRow): Markup {
  const exact = row.offset.base !== null || row.offset.new !== null;
  const { base, new: newer } = exact ? row.offset : row.returnOffset;
  const text = base === newer ? offsetText(base) : `${offsetText(base)} → ${offsetText(newer)}`;
  return html`<span class="sub">${exact ? '' : 'ret '}${text}</span>`;
}

function functionsTable(report: Report): Markup {
  return table<FunctionRow>(report.base.unit, {
    id: 'functions',
    title: 'Functions',
    note: 'Self weight after lining up inlining, without the paravirt ops inside.',
    empty: 'No functions.',
    rows: report.functions,
    change: (row) => row.delta,
    columns: (scale) => [
      {
        head: 'function',
        cell: (r) => [
          name(r.function),
          r.dso === null ? '' : html`<span class="sub">${displayName(r.dso)}</span>`,
        ],
        numeric: false,
      },
      { head: 'bucket', cell: (r) => r.bucket, numeric: false },
      ...weightColumns<FunctionRow>(scale, (r) => r.delta, 'change'),
      {
        head: 'has sites',
        cell: (r) => (r.hasSites === null ? 'not known' : r.hasSites ? 'yes' : 'no'),
        numeric: false,
      },
    ],
  });
}

/** Ops, call sites and functions, largest change first. */
export function tables(report: Report): Markup {
  return html`${opsTable(report)}${sitesTable(report)}${functionsTable(report)}`;
}
