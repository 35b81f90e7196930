import type { Report } from '../../report/schema.js';
import type { Stacks } from '../../report/stacks-schema.js';
import { renderJson } from '../json.js';
import { paletteCss } from '../shared/colour.js';
import { formatPercent } from '../shared/numbers.js';
import { displayName } from '../shared/visible.js';
import { aligned } from './aligned.js';
import { answer } from './answer.js';
import { loadAssets } from './assets.js';
import { warningList } from './common.js';
import {
  contentSecurityPolicy,
  embed,
  pack,
  packDocument,
  packLine,
  REPORT_ELEMENT,
  STACKS_ELEMENT,
} from './embed.js';
import { graphSection } from './graph-section.js';
import { ledger } from './ledger.js';
import { html, plainText, trusted, type Markup } from './markup.js';
import { patchingSection } from './patching.js';
import { provenance } from './provenance.js';
import { functionsSection, opsSection, sitesSection } from './tables.js';

export { pack, packLine } from './embed.js';

/** Reads and loads what a page is made of. */
export async function prepare(): Promise<void> {
  loadAssets();
  await pack(new Uint8Array(0));
}

/**
 * The report as one static HTML file: answer, warnings, ledger, graph, tables, provenance, and the
 * complete report document for the page's own client and for `pvflame extract`, as both sides' folded
 * stacks where they are given. Same report, same bytes.
 */
export function renderHtml(report: Report, stacks?: Stacks): Promise<string> {
  return renderPage(report, {
    report: packLine(renderJson(report)),
    stacks: stacks === undefined ? undefined : packDocument(stacks),
  });
}

/** The documents that a page carries, as `pack` makes them: the page is written meanwhile. */
export interface Packed {
  report: Promise<string>;
  stacks: Promise<string> | undefined;
}

/** As `renderHtml`, of documents that are being packed already. */
export async function renderPage(report: Report, packed: Packed): Promise<string> {
  const assets = loadAssets();
  const css = (paletteCss() + assets.css).trim();
  const parts: Readonly<Record<string, Markup>> = {
    csp: html`${contentSecurityPolicy(assets.script, css)}`,
    title: html`${pageTitle(report)}`,
    style: trusted(`<style>${css}</style>`),
    body: body(report),
    script: trusted(`<script>${assets.script}</script>`),
    licences: html`<pre>${plainText(assets.licences)}</pre>`,
    // last: this is what there may still be to wait for
    report: await documents(packed),
  };
  // One pass over the template: what is filled in is never searched for placeholders again.
  return assets.page.replace(/\{\{(\w+)\}\}/g, (_, key: string) => {
    const part = parts[key];
    if (part === undefined) throw new Error(`page.html: unknown placeholder ${key}`);
    return part.text;
  });
}

async function documents({ report, stacks }: Packed): Promise<Markup> {
  const carried = [embed(REPORT_ELEMENT, await report)];
  if (stacks !== undefined) carried.push(embed(STACKS_ELEMENT, await stacks));
  return html`${carried}`;
}

function labels(report: Report): [string, string] {
  return [displayName(report.base.label), displayName(report.new.label)];
}

function pageTitle(report: Report): string {
  const [base, newer] = labels(report);
  const percent = report.total.percent === null ? '' : `: ${formatPercent(report.total.percent)}`;
  return `${report.title === null ? '' : `${displayName(report.title)} – `}${base} → ${newer}${percent} – pvflame`;
}

function body(report: Report): Markup {
  const [base, newer] = labels(report);
  return html`<header>
      <h1>
        ${report.title === null ? html`<bdi>${base}</bdi> → <bdi>${newer}</bdi>` : displayName(report.title)}
      </h1>
      ${answer(report)}
    </header>
    ${warningList(report.warnings.map(({ code, message }) => ({ code, words: message })))}
    ${ledger(report)} ${graphSection(report)} ${opsSection(report)} ${patchingSection(report)}
    ${sitesSection(report)} ${functionsSection(report)} ${aligned(report)} ${provenance(report)}`;
}
