import type { Report } from '../../report/schema.js';
import { plural } from '../shared/numbers.js';
import { functionsTable, opsTable, sitesTable } from '../shared/report-tables.js';
import type { Cell, RowView, TableView } from '../shared/table.js';
import { scrollBox } from './common.js';
import { html, type Content, type Markup } from './markup.js';

function cellContent(cell: Cell): Content {
  const text = cell.name === true ? html`<code data-find>${cell.text}</code>` : cell.text;
  return cell.sub === undefined ? text : [text, html`<span class="sub">${cell.sub}</span>`];
}

function tableRow(view: TableView, row: RowView): Markup {
  const cells = row.cells.map((cell, i) =>
    i === 0
      ? html`<th scope="row" class="name">${cellContent(cell)}</th>`
      : html`<td class="${view.heads[i]?.numeric === true ? 'num' : 'name'}">
          ${cellContent(cell)}
        </td>`,
  );
  return html`<tr${row.quiet ? html` class="quiet"` : null}>${cells}</tr>`;
}

function head(column: TableView['heads'][number]): Markup {
  return html`<th scope="col" class="${column.numeric ? 'num' : 'name'}">
    ${column.head}${column.sub === undefined ? null : html`<span class="sub">${column.sub}</span>`}
  </th>`;
}

/** A table with its first rows; the client adds the others, sorts and filters. */
export function tableMarkup(view: TableView): Markup {
  const rest = view.rows.length - Math.min(view.top, view.rows.length);
  const table = html`<table
    id="${view.id}"
    class="data"
    aria-label="${view.label}"
    data-rows="${view.rows.length}"
  >
    <thead>
      <tr>
        ${view.heads.map(head)}
      </tr>
    </thead>
    <tbody>
      ${view.rows.slice(0, view.top).map((row) => tableRow(view, row))}
    </tbody>
  </table>`;
  return html`${scrollBox(view.label, table)}
  ${
    rest === 0
      ? null
      : html`<p class="note" data-rest="${view.id}">
          ${plural(rest, 'more row')} with smaller numbers in the embedded report document.
        </p>`
  }`;
}

function section(title: string, view: TableView, note: Content, empty: string): Markup {
  return html`<section aria-labelledby="${view.id}-h">
    <h2 id="${view.id}-h">${title}</h2>
    ${
      view.rows.length === 0
        ? html`<p>${empty}</p>`
        : html`<p class="note">${note}</p>
            ${tableMarkup(view)}`
    }
  </section>`;
}

/** What was measured in and behind each op. */
export function opsSection(report: Report): Markup {
  const measured = report.images === null ? 'behind' : 'in and behind';
  return section(
    'Paravirt ops',
    opsTable(report),
    `What was measured ${measured} each op. extra = gross in new − gross in base.`,
    'No paravirt op was seen in either recording.',
  );
}

/** All call sites that samples show. */
export function sitesSection(report: Report): Markup {
  const offsets =
    report.images === null
      ? 'Without kernel images a site is known by its return address (ret) only.'
      : 'Offsets are of the first byte, and of the return address (ret) where a call was seen.';
  return section(
    'Call sites',
    sitesTable(report),
    `The instructions that invoke a paravirt op. ${offsets}`,
    'No call site was seen in either recording.',
  );
}

/** Functions by own time. */
export function functionsSection(report: Report): Markup {
  return section(
    'Functions',
    functionsTable(report),
    `Self weight after lining up inlining (⇄), without the paravirt ops inside.${
      report.images === null ? '' : ' Bucket caller: the function contains call sites.'
    }`,
    'No functions.',
  );
}
