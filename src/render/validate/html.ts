/**
 * A fix as one static page: the answer, what got worse and better, three small graphs over one layout,
 * the tables, and the whole document for scripts. No script of its own.
 */
import type { Report } from '../../report/schema.js';
import type { Validation } from '../../report/validate-schema.js';
import { loadAssets } from '../html/assets.js';
import { inputTable, warningList } from '../html/common.js';
import { embed, packLine } from '../html/embed.js';
import { legend } from '../html/legend.js';
import { html, type Content, type Markup } from '../html/markup.js';
import { scriptlessPage } from '../html/scriptless.js';
import { staticGraph } from '../html/static-graph.js';
import { tableMarkup } from '../html/tables.js';
import { budgetLines } from '../shared/budget.js';
import { cutTree, STATIC_WIDTH } from '../shared/cut.js';
import { shellWord } from '../shared/limits.js';
import { intervalNote } from '../shared/noise.js';
import { formatChange, formatPercent, formatWeight, signedShort } from '../shared/numbers.js';
import type { TableView } from '../shared/table.js';
import { displayName, visibleText } from '../shared/visible.js';
import {
  functionsView,
  judgedView,
  ledgerView,
  opsView,
  runsWords,
  siteListView,
  sitesView,
} from './tables.js';
import { commonWidths, overOneLayout } from './union.js';
import { recoveredWords, warningWords } from './words.js';

/** The id of the element that carries the document. */
export const VALIDATION_ELEMENT = 'pvflame-validate';
/** Three graphs stand on the page: each gets fewer frames than one alone. */
const MOST_FRAMES = 600;
const MOST_ROWS = 12;

/** Same document, same bytes. `json`: the document's, which another thread packs while the page is written. */
export async function renderValidationHtml(of: Validation, json: Uint8Array): Promise<string> {
  const { css } = loadAssets();
  const packed = packLine(json);
  return scriptlessPage({
    title: `${title(of)} – pvflame`,
    css,
    body: body(of),
    data: embed(VALIDATION_ELEMENT, await packed),
  });
}

function title({ title: given, recovered }: Validation): string {
  if (given !== null) return displayName(given);
  return recovered === null || recovered.percent === null
    ? 'What the fix changes'
    : `The fix recovers ${recovered.percent.toFixed(0)} %`;
}

function body(of: Validation): Markup {
  return html`<header>
      <h1>${of.title === null ? 'What the fix wins back' : displayName(of.title)}</h1>
      ${answer(of)}
    </header>
    ${warningList(of.warnings.map((w) => ({ code: w.code, words: warningWords(w) })))}
    ${section('worse', 'What got worse', judgedView(of, 'worse', MOST_ROWS), 'No op or function got worse beyond noise.')}
    ${section('better', 'What got better', judgedView(of, 'better', MOST_ROWS), noneBetter(of))}
    ${moved(of)} ${section('ledger', 'Where it went', ledgerView(of), '')} ${graphs(of)}
    ${section('ops', 'Paravirt ops', opsView(of, MOST_ROWS), 'None seen.')}
    ${section('sites', 'Call sites', sitesView(of, MOST_ROWS), 'None seen.')}
    ${section('stillIndirect', 'Not patched: seen to call through the table after the fix', siteListView(of, 'stillIndirect', MOST_ROWS), 'No site was.')}
    ${section('undecided', 'Not sampled enough to tell, or in no state that samples tell', siteListView(of, 'undecided', MOST_ROWS), 'No site was.')}
    ${section('functions', 'Functions, own time, builds lined up', functionsView(of, MOST_ROWS), 'None seen.')}
    ${provenance(of)}`;
}

function noneBetter(of: Validation): string {
  return of.timer
    ? 'No function got better beyond noise. On a timer ops and sites are lower bounds, and never called less.'
    : 'No op or function got better beyond noise.';
}

function answer(of: Validation): Markup {
  const fact = (term: string, text: Content) =>
    html`<div>
      <dt>${term}</dt>
      <dd>${text}</dd>
    </div>`;
  const change = (c: Validation['change']) => {
    const sure =
      c.percentInterval === null
        ? 'no interval'
        : `95 % interval ${signedShort(c.percentInterval[0])} % to ${signedShort(c.percentInterval[1])} %`;
    const percent = c.percent === null ? '' : `${formatPercent(c.percent)}, `;
    return html`<strong>${percent}${formatChange(c.delta, of.unit, 4)}</strong> (${sure}):
      ${c.verdict}`;
  };
  const profile = (name: 'native' | 'before' | 'after') => {
    const of1 = of[name];
    return of1 === null
      ? null
      : fact(
          name,
          html`<bdi>${displayName(of1.label)}</bdi>,
            <bdi>${displayName(of1.kernel ?? 'kernel not recorded')}</bdi>: ${runsWords(of1)},
            ${formatWeight(of1.new, of.unit, 4)} per run`,
        );
  };
  return html`<p class="answer">
      ${
        of.recovered === null
          ? 'Without native no share of an overhead can be said; this is after against before.'
          : html`<strong>Recovered</strong> ${recoveredWords(of.recovered)}.`
      }
    </p>
    <dl class="answer-facts">
      ${of.native === null ? null : fact('before − native', change(of.before))}
      ${of.native === null ? null : fact('after − native', change(of.after))}
      ${fact('after − before', change(of.change))}
      ${budgetLines(of.budget).map((line) => fact('budget', displayName(line)))}
      ${profile('native')} ${profile('before')} ${profile('after')}
      ${fact('event', html`<code>${displayName(of.event || '(unnamed)')}</code>${of.timer ? ' (a timer)' : ''}`)}
    </dl>`;
}

function moved({ moved: { weight, less, more }, unit }: Validation): Markup | null {
  if (weight === 0) return null;
  return html`<p>
    <strong>Moved, not won back:</strong> of ${formatWeight(less, unit)} that ops and functions
    lost, ${formatWeight(weight, unit)} turned up in others, which gained
    ${formatWeight(more, unit)}.
  </p>`;
}

function section(id: string, heading: string, view: TableView, none: string): Markup {
  return html`<section aria-labelledby="${id}-h">
    <h2 id="${id}-h">${heading}</h2>
    ${view.rows.length === 0 ? html`<p>${none}</p>` : tableMarkup(view)}
  </section>`;
}

/** Small multiples: every frame stands in the same place in each, coloured by that comparison. */
function graphs({ pairs, unit }: Validation): Markup {
  const named: [string, string, Report | null][] = [
    ['nb', 'before − native', pairs.nativeBefore],
    ['na', 'after − native', pairs.nativeAfter],
    ['ba', 'after − before', pairs.beforeAfter],
  ];
  const given = named.flatMap(([id, name, report]) =>
    report === null ? [] : [{ id, name, report }],
  );
  const trees = overOneLayout(given.map(({ report }) => report.graph));
  const widths = commonWidths(trees);
  const [first] = trees;
  const tested = trees.find((tree) => tree.tested) ?? first;
  return html`<section aria-labelledby="graphs-h">
    <h2 id="graphs-h">Differential flame graphs over one layout</h2>
    <p class="note">
      Root at the top. A frame stands in the same place in every graph; its width is its largest
      weight in any of the profiles, its colour the change of that comparison in points (percent of
      the first one's total).
    </p>
    ${tested === undefined ? null : legend(tested, pairs.beforeAfter.basis === 'sampling', false)}
    ${given.map(({ id, name, report }, i) => {
      const tree = trees[i];
      if (tree === undefined || tree.size === 0) return null;
      const context = {
        tree,
        baseTotal: report.total.base,
        newTotal: report.total.new,
        unit,
        noise: intervalNote(report),
      };
      const cut = cutTree(tree, widths, {
        root: 0,
        pixels: STATIC_WIDTH,
        maxFrames: MOST_FRAMES,
      });
      const as = {
        id: `static-graph-${id}`,
        frames: `${id}-f`,
        name: `${name}: differential flame graph, root at the top`,
      };
      return html`<h3>${name}</h3>
        <div class="graph-box">${staticGraph(context, cut, as)}</div>`;
    })}
  </section>`;
}

function provenance(of: Validation): Markup {
  const rows = (['native', 'before', 'after'] as const).flatMap((name) =>
    (of[name]?.runs ?? []).map((run) => ({ of: name, ...run })),
  );
  const { tool, version, argv } = of.provenance;
  const command = [tool, ...argv, '-o', 'report.html']
    .map((word) => shellWord(word, visibleText))
    .join(' ');
  return html`<section aria-labelledby="method-h">
    <h2 id="method-h">Provenance and method</h2>
    ${inputTable('profile', rows)}
    <h3>Command</h3>
    <pre>${command}</pre>
    <p>
      Recovered is (before − after) / (before − native). Its interval is the set of shares that the
      three totals, each as noisy as its runs are, do not rule out (Fieller 1954): it holds 0 where
      before and after cannot be told apart, 100 % where after and native cannot, and has no ends
      where there is no overhead beyond noise. ${pairMethod(of)}
    </p>
    <p>
      The whole document (${of.schema}), with the three comparisons as <code>pvflame diff</code>
      makes them, is in this file, gzip in base64, in the element
      <code>#${VALIDATION_ELEMENT}</code>. Made by ${tool} ${version}. This page is offline: it
      loads nothing and sends nothing.
    </p>
  </section>`;
}

function pairMethod({ pairs }: Validation): string {
  return `Each comparison: ${pairs.beforeAfter.statistics.method}.`;
}
