import type { LedgerRow, OpRow, Report } from '../../report/schema.js';
import {
  fixed,
  formatChange,
  formatPercent,
  formatWeight,
  plural,
  signedShort,
} from '../shared/numbers.js';
import { displayName } from '../shared/visible.js';
import { html, type Markup } from './markup.js';

/** Whether the weights come from a timer that cannot sample while interrupts are off. */
export function isTimer(report: Report): boolean {
  return report.base.timer || report.new.timer;
}

/** A change that is a bound, with the sign that says which way it is one. */
export function boundPrefix(bound: OpRow['bound'], value: number): string {
  if (bound === null || value === 0) return '';
  const atLeast = bound === 'lower';
  return atLeast === value > 0 ? '≥ ' : '≤ ';
}

/** The page's first lines: how much, how sure, where. */
export function answer(report: Report): Markup {
  return html`<p class="answer">${howMuch(report)}</p>
    <dl class="answer-facts">
      <div>
        <dt>How sure</dt>
        <dd>${howSure(report)}</dd>
      </div>
      <div>
        <dt>Where</dt>
        <dd>${where(report)}</dd>
      </div>
    </dl>`;
}

function howMuch(report: Report): Markup {
  const { total, base, new: newer } = report;
  const labels = [displayName(base.label), displayName(newer.label)] as const;
  const amounts = html`${formatWeight(total.new, base.unit, 4)} instead of
  ${formatWeight(total.base, base.unit, 4)}${runsPhrase(report)}`;
  if (total.delta === 0) {
    return html`<bdi>${labels[1]}</bdi> took <strong>exactly as much</strong> as
      <bdi>${labels[0]}</bdi>: ${formatWeight(total.new, base.unit, 4)}${runsPhrase(report)}.`;
  }
  const size = formatWeight(Math.abs(total.delta), base.unit);
  const percent = total.percent === null ? null : html` (${formatPercent(total.percent)})`;
  return html`<bdi>${labels[1]}</bdi> took
    <strong>${size} ${total.delta > 0 ? 'more' : 'less'}${percent}</strong> than
    <bdi>${labels[0]}</bdi>: ${amounts}.`;
}

function runsPhrase(report: Report): string {
  const n = [report.base.runs.length, report.new.runs.length] as const;
  return n[0] > 1 || n[1] > 1 ? ', mean per run' : '';
}

function howSure(report: Report): Markup {
  const { total, statistics, base } = report;
  const { n } = statistics;
  if (total.interval !== null) {
    const [low, high] = total.percentInterval ?? total.interval;
    const text =
      total.percentInterval === null
        ? `${formatChange(low, base.unit)} to ${formatChange(high, base.unit)}`
        : `${signedShort(low)} % to ${formatPercent(high)}`;
    return html`<strong>Verdict: ${total.verdict}.</strong> 95 % interval ${text}, from
      ${plural(n.base, 'run')} of base and ${plural(n.new, 'run')} of new. It holds for these two
      images.`;
  }
  const few = Math.min(report.base.runs.length, report.new.runs.length) < 2;
  const why = few
    ? 'With one run a side the spread from boot to boot is unknown, so there is no interval. Two or more runs a side would give one.'
    : 'This report holds no interval for the total.';
  return html`<strong>Verdict: ${total.verdict}.</strong> ${why}`;
}

function where(report: Report): Markup {
  const { total, base } = report;
  if (total.delta === 0 && report.ops.every((op) => op.extra === 0)) {
    return html`Nowhere: nothing changed in total, and no paravirt op changed.`;
  }
  const named = report.ledger.filter((row) => row.bucket === 'call' || row.bucket === 'site');
  const known = named.filter((row) => row.delta !== null);
  const sum = known.reduce((all, row) => all + (row.delta ?? 0), 0);
  const bound = isTimer(report) ? boundPrefix('lower', sum) : '';
  const share =
    report.nameable === null
      ? null
      : html` (${boundPrefix(isTimer(report) ? 'lower' : null, report.nameable)}${percentOf(report.nameable)}
        of the total change)`;
  const names = known.map((row) => row.bucket).join(' + ');
  return html`Named paravirt (${names}):
    <strong class="nw">${bound}${formatChange(sum, base.unit)}</strong
    >${share}${largestOps(report)}. Largest other part: ${largestOther(report.ledger, base.unit)}.`;
}

/** A share of the change, which can be above 100 % or below 0: other parts may cancel it. */
function percentOf(share: number): string {
  return `${fixed(share * 100, Math.abs(share) < 0.1 ? 1 : 0)} %`;
}

function largestOps(report: Report): Markup | null {
  const top = [...report.ops]
    .sort((a, b) => Math.abs(b.extra) - Math.abs(a.extra))
    .slice(0, 3)
    .filter((row) => row.extra !== 0);
  if (top.length === 0) return null;
  return html`, most in
  ${top.map((row, i) => [
    i === 0 ? '' : ', ',
    html`<code>${displayName(row.op)}</code>
      <span class="nw"
        >${boundPrefix(row.bound, row.extra)}${formatChange(row.extra, report.base.unit)}</span
      >`,
  ])}`;
}

function largestOther(ledger: readonly LedgerRow[], unit: string): Markup {
  const [row] = ledger
    .filter((r) => r.bucket !== 'call' && r.bucket !== 'site' && r.delta !== null)
    .sort((a, b) => Math.abs(b.delta ?? 0) - Math.abs(a.delta ?? 0));
  if (!row) return html`none`;
  return html`<code>${row.bucket}</code> ${formatChange(row.delta ?? 0, unit)}`;
}

/** Warnings stand at the top: each can change what the numbers mean. */
export function warnings(report: Report): Markup | null {
  if (report.warnings.length === 0) return null;
  return html`<section class="warnings" aria-labelledby="warnings-h">
    <h2 id="warnings-h">${plural(report.warnings.length, 'warning')}</h2>
    <ul>
      ${report.warnings.map((w) => html`<li><code>${w.code}</code> ${w.message}</li>`)}
    </ul>
  </section>`;
}
