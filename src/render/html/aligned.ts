import type { Report } from '../../report/schema.js';
import { fixed, formatWeight, plural } from '../shared/numbers.js';
import { splicesTable } from '../shared/report-tables.js';
import { displayName } from '../shared/visible.js';
import { html, type Markup } from './markup.js';
import { tableMarkup } from './tables.js';

/** Merged names that are spelled out; the document has them all. */
const MERGES_SHOWN = 60;

/** What was moved and merged to line the two builds up. */
export function aligned(report: Report): Markup {
  return html`<section aria-labelledby="moved-h">
    <h2 id="moved-h">Moved, not more or less</h2>
    ${moved(report)}${merges(report)}
  </section>`;
}

function moved(report: Report): Markup {
  const { moved: all, base } = report;
  if (all.splices.length === 0) {
    return html`<p>No weight had to be moved to line the two builds up.</p>`;
  }
  const share = all.gross > 0 ? ` (${fixed((all.weight / all.gross) * 100, 0)} %)` : '';
  return html`<p class="note">
      The two builds inline differently. ${formatWeight(all.weight, base.unit)} of
      ${formatWeight(all.gross, base.unit)} gross change between functions${share} is the same work
      under another name: it was counted into the caller, or under the other name, in the graph and
      in the functions (marked ⇄). The ledger is computed before.
    </p>
    ${tableMarkup(splicesTable(report))}`;
}

function merges(report: Report): Markup {
  const { merges: all } = report;
  if (all.length === 0) return html`<p class="note">No symbols were merged under one name.</p>`;
  const rest = all.length - MERGES_SHOWN;
  return html`<details class="merges">
    <summary>
      ${plural(all.length, 'name stands', 'names stand')} for a suffixed symbol, or for several
    </summary>
    <ul>
      ${all
        .slice(0, MERGES_SHOWN)
        .map(
          ({ canonical, raw }) =>
            html`<li>
              <code>${displayName(canonical)}</code> for
              ${raw.slice(0, 8).map((name, i) => [i > 0 ? ', ' : '', html`<code>${displayName(name)}</code>`])}${raw.length > 8 ? ` and ${String(raw.length - 8)} more` : ''}
            </li>`,
        )}
    </ul>
    ${rest > 0 ? html`<p>${String(rest)} more in the embedded report document.</p>` : null}
  </details>`;
}
