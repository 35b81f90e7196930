/** A row of kernels as one static page: chart, steps, first changes, ops. No script of its own. */
import type { Series } from '../../report/series-schema.js';
import { loadAssets } from '../html/assets.js';
import { inputTable, scrollBox, warningList } from '../html/common.js';
import { embed, packDocument } from '../html/embed.js';
import { html, trusted, type Markup } from '../html/markup.js';
import { scriptlessPage } from '../html/scriptless.js';
import { tableMarkup } from '../html/tables.js';
import { boundPrefix } from '../shared/bounds.js';
import { shellWord } from '../shared/limits.js';
import { plural } from '../shared/numbers.js';
import { displayName, visibleText } from '../shared/visible.js';
import { seriesChart } from './chart.js';
import { opsView, stepsView } from './tables.js';
import { boundWords, firstWords, largestOps, noFirstsWords, warningWords } from './words.js';

/** The id of the element that carries the document. */
export const SERIES_ELEMENT = 'pvflame-series';

/** Same document, same bytes. */
export async function renderSeriesHtml(series: Series): Promise<string> {
  const { css, seriesCss } = loadAssets();
  const title =
    series.title === null
      ? `Overhead against ${displayName(series.reference)}`
      : displayName(series.title);
  return scriptlessPage({
    title: `${title} – pvflame`,
    css: css + seriesCss,
    body: body(series, title),
    data: embed(SERIES_ELEMENT, await packDocument(series)),
  });
}

function body(series: Series, title: string): Markup {
  const ops = largestOps(series);
  return html`<header>
      <h1>${title}</h1>
      <p class="answer">${answer(series)}</p>
    </header>
    ${warningList(series.warnings.map((w) => ({ code: w.code, words: warningWords(w) })))}
    <section aria-labelledby="chart-h">
      <h2 id="chart-h">Overhead by step</h2>
      <p class="note">
        Dots: the total against <bdi>${displayName(series.reference)}</bdi> in percent of it, with
        its 95 % interval where there are two or more boots of both. Bars: what the largest ops have
        more (or, below, less) than there${series.timer ? '; on a timer lower bounds' : ''}.
      </p>
      ${scrollBox('Chart', seriesChart(series, ops))}
      <ul class="legend key">
        ${ops.map(
          (op, i) =>
            html`<li>
              ${trusted(`<svg class="swatch" width="22" height="14" aria-hidden="true"><rect class="s${i}" x="1" y="1" width="20" height="12"/></svg>`)}
              <code>${displayName(op)}</code>
            </li>`,
        )}
      </ul>
    </section>
    <section aria-labelledby="steps-h">
      <h2 id="steps-h">Steps</h2>
      ${tableMarkup(stepsView(series))}
    </section>
    <section aria-labelledby="firsts-h">
      <h2 id="firsts-h">First change of each op</h2>
      ${
        series.firsts.length === 0
          ? html`<p>${noFirstsWords(series)}</p>`
          : html`<ul>
              ${series.firsts.map((first) => html`<li>${firstWords(first, boundPrefix)}</li>`)}
            </ul>`
      }
    </section>
    <section aria-labelledby="ops-h">
      <h2 id="ops-h">Ops</h2>
      <p class="note">
        Extra against <bdi>${displayName(series.reference)}</bdi>, in percent of its total. –: not
        seen${series.timer ? html`; ${boundWords(series)}` : ''}.
      </p>
      ${ops.length === 0 ? html`<p>No op weighs more or less than there.</p>` : tableMarkup(opsView(series, ops))}
    </section>
    ${provenance(series)}`;
}

function answer(series: Series): string {
  const judged = series.steps.filter(({ overhead }) => overhead !== null);
  const of = (verdict: string) =>
    judged.filter(({ overhead }) => overhead?.verdict === verdict).length;
  return (
    `Of ${plural(judged.length, 'kernel')} ${of('more')} cost more than ${displayName(series.reference)}, ` +
    `${of('less')} less, ${of('within noise')} are within noise` +
    `${of('too little data') > 0 ? `, and of ${of('too little data')} the data cannot tell` : ''}; ` +
    `${plural(series.firsts.length, 'op')} changed beyond noise in a step.`
  );
}

function provenance(series: Series): Markup {
  const { tool, version, argv } = series.provenance;
  const command = [tool, ...argv, '-o', 'series.html']
    .map((word) => shellWord(word, visibleText))
    .join(' ');
  return html`<section aria-labelledby="method-h">
    <h2 id="method-h">Provenance and method</h2>
    ${inputTable(
      'step',
      series.steps.flatMap(({ label, runs }) => runs.map((run) => ({ of: label, ...run }))),
    )}
    <h3>Command</h3>
    <pre>${command}</pre>
    <p>
      ${series.statistics.method}. Event <code>${displayName(series.event || '(unnamed)')}</code>.
      The whole document (${series.schema}) is in this file, gzip in base64, in the element
      <code>#${SERIES_ELEMENT}</code>. Made by ${tool} ${version}. This page is offline: it loads
      nothing and sends nothing.
    </p>
  </section>`;
}
