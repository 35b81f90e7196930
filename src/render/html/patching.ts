import { SITE_STATES, type Report, type SiteState } from '../../report/schema.js';
import { fixed, formatCount, plural, weightScale } from '../shared/numbers.js';
import { changedTable } from '../shared/report-tables.js';
import { scrollBox } from './common.js';
import { html, type Content, type Markup } from './markup.js';
import { tableMarkup } from './tables.js';

/** How a site in this state ran, in one line. */
const STATE_TEXT: Readonly<Record<SiteState, string>> = {
  indirect: 'called through the paravirt table: not patched',
  direct: 'patched to a direct call of the implementation',
  inline: 'patched to native instructions in place of the call',
  nop: 'patched to nothing',
  static: 'a static call, patched to its target',
  mixed: 'samples of one side disagree',
  unknown: 'seen, but no sample tells how it ran',
};

/** What boot-time patching made of the call sites, as far as samples show it. */
export function patchingSection(report: Report): Markup {
  return html`<section aria-labelledby="patching-h">
    <h2 id="patching-h">Patching</h2>
    ${body(report)}
  </section>`;
}

function body(report: Report): Markup {
  const { patching } = report;
  const states = SITE_STATES.filter(
    (state) => patching.base[state].sites > 0 || patching.new[state].sites > 0,
  );
  if (states.length === 0) return html`<p>No call site was seen on either side.</p>`;
  const known = states.some((state) => state !== 'unknown');
  return html`${imageNote(report, known)}${known ? [counts(report, states), changed(report)] : null}`;
}

function imageNote(report: Report, known: boolean): Markup {
  if (report.images !== null) {
    return html`<p class="note">
      How each site ran, told from the samples alone: the return addresses in call chains, and
      samples inside a site that only its patched form can have. A site that no sample hit is not
      counted.
    </p>`;
  }
  const ask = html`Site states need the kernel images (<code>--base-vmlinux</code>,
    <code>--new-vmlinux</code>)`;
  const seen = plural(report.sites.length, 'site');
  return known
    ? html`<p class="note">
        ${ask}. Both sides ran one image, so a few are known without: a site that returns one byte
        later on one side was called through the table there.
      </p>`
    : html`<p>${ask}; without them the state of the ${seen} seen is not known.</p>`;
}

function counts(report: Report, states: readonly SiteState[]): Markup {
  const { base, new: newer } = report.patching;
  const largest = Math.max(...states.map((s) => Math.max(base[s].weight, newer[s].weight)));
  const scale = weightScale(report.base.unit, largest, 4);
  const cells = ({ sites, weight }: (typeof base)[SiteState]): Content =>
    html`<td class="num">${sites === 0 ? '–' : formatCount(sites)}</td>
      <td class="num">${sites === 0 ? '–' : fixed(weight / scale.divisor, scale.decimals)}</td>`;
  return scrollBox(
    'Site states',
    html`<table id="states" class="terms" aria-label="Site states">
      <thead>
        <tr>
          <th scope="col">state</th>
          <th scope="col" class="num">base<span class="sub">sites</span></th>
          <th scope="col" class="num">base<span class="sub">${scale.noun}</span></th>
          <th scope="col" class="num">new<span class="sub">sites</span></th>
          <th scope="col" class="num">new<span class="sub">${scale.noun}</span></th>
        </tr>
      </thead>
      <tbody>
        ${states.map(
          (state) =>
            html`<tr>
              <th scope="row">
                <code>${state}</code><span class="sub">${STATE_TEXT[state]}</span>
              </th>
              ${cells(base[state])}${cells(newer[state])}
            </tr>`,
        )}
      </tbody>
    </table>`,
  );
}

function changed(report: Report): Markup {
  const view = changedTable(report);
  const open = report.sites.filter(
    ({ state }) => state.base === 'unknown' || state.new === 'unknown',
  ).length;
  const rest = html`Of ${plural(report.sites.length, 'site')} seen, ${formatCount(open)} had no
  certain state on one side or both.`;
  const irq =
    report.siteWindow?.rule === 'timer'
      ? ' Weight on the bytes of irq sites is not counted on a timer: late samples gather there.'
      : '';
  if (view.rows.length === 0) {
    return html`<p>No site is known to have changed its state between base and new. ${rest}</p>`;
  }
  return html`<h3 id="changed-h">
      ${plural(view.rows.length, 'site')} changed state between base and new
    </h3>
    <p class="note">
      ${rest} votes: samples that tell the state; one is enough to name it. chance: how likely votes
      so unlike are had the site run alike on both sides, site by site and not corrected for their
      number.${irq}
    </p>
    ${tableMarkup(view)}`;
}
