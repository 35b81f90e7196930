import type { Report } from '../../report/schema.js';
import { fixed, formatChange, formatCount } from '../shared/numbers.js';
import { displayName } from '../shared/visible.js';
import { scrollBox } from './common.js';
import { html, type Content, type Markup } from './markup.js';

type Image = NonNullable<Report['images']>['base'];

const RULES: Readonly<Record<NonNullable<Report['siteWindow']>['rule'], string>> = {
  'own-bytes': "A site's weight is that of the samples on its own bytes: the event is precise.",
  near: "A site's weight is that of the samples within 16 bytes from its start: the event skids.",
  timer:
    "A site's weight is that of the samples on its own bytes, sites of irq ops left out: a timer's samples gather there for what ran before.",
};

/** The kernel images that the recordings were joined with, and how weight at sites was told apart. */
export function images(report: Report): Markup {
  if (report.images === null) {
    return html`<h3>Kernel images</h3>
      <p>
        None were given: call sites are known by symbol names and return addresses only.
        <code>--base-vmlinux</code> and <code>--new-vmlinux</code> bring site weight, site states
        and the callers.
      </p>`;
  }
  const { base, new: newer } = report.images;
  const fact = (term: string, say: (image: Image) => Content): Markup =>
    html`<tr>
      <th scope="row">${term}</th>
      <td>${say(base)}</td>
      <td>${say(newer)}</td>
    </tr>`;
  return html`<h3>Kernel images</h3>
    ${scrollBox(
      'Kernel images',
      html`<table class="facts" id="images" aria-label="Kernel images">
        <thead>
          <tr>
            <td></td>
            <th scope="col">base</th>
            <th scope="col">new</th>
          </tr>
        </thead>
        <tbody>
          ${fact('file', (i) => html`<bdi>${displayName(i.name)}</bdi>`)}
          ${fact('SHA-256', (i) => html`<code class="hash">${i.sha256}</code>`)}
          ${fact('release', (i) => (i.release === null ? 'not known' : displayName(i.release)))}
          ${fact('build id', (i) => (i.buildId === null ? 'none' : html`<code class="hash">${displayName(i.buildId)}</code>`))}
          ${fact('call sites', (i) => formatCount(i.sites))}
          ${fact('addresses that agree', (i) => `${agreement(i.agreement)} of the recording's kernel addresses`)}
          ${fact('slide', (i) => slideText(i.slide))}
        </tbody>
      </table>`,
    )}
    ${siteWindow(report)}`;
}

function siteWindow({ siteWindow: window, base, ledger }: Report): Markup | null {
  if (window === null) return null;
  const used = ledger.find((row) => row.bucket === 'site')?.delta ?? null;
  const now = used === null ? '' : ` ${formatChange(used, base.unit)} as used,`;
  return html`<p id="site-window">
    ${RULES[window.rule]} Change of <code>site</code>:${now} ${formatChange(window.half, base.unit)}
    with half the window, ${formatChange(window.double, base.unit)} with double.
  </p>`;
}

/** Cut, not rounded: only full agreement reads 100 %. */
function agreement(share: number): string {
  return share >= 1 ? '100 %' : `${fixed(Math.floor(share * 10000) / 100, 2)} %`;
}

function slideText(slide: number): string {
  if (slide === 0) return 'none';
  return `${slide < 0 ? '−' : ''}0x${Math.abs(slide).toString(16)}`;
}
