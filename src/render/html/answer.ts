import type { LedgerRow, Report, Side } from '../../report/schema.js';
import {
  fixed,
  formatChange,
  formatPercent,
  formatWeight,
  plural,
  signedShort,
  weightScale,
} from '../shared/numbers.js';
import { normalizationWords } from '../shared/normalization.js';
import { boundPrefix, isTimer } from '../shared/bounds.js';
import { anchorWords } from '../shared/anchors.js';
import { budgetLines } from '../shared/budget.js';
import { displayName } from '../shared/visible.js';
import { html, type Markup } from './markup.js';

/** The page's first lines: how much, how sure, where. */
export function answer(report: Report): Markup {
  return html`<p class="answer">${howMuch(report)}</p>
    <dl class="answer-facts">
      <div>
        <dt>How sure</dt>
        <dd>${howSure(report)}</dd>
      </div>
      ${budget(report)}
      <div>
        <dt>Where</dt>
        <dd>${where(report)}</dd>
      </div>
      <div>
        <dt>Compared</dt>
        <dd>${compared(report)}</dd>
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
    ? 'With one run a side the spread from boot to boot is unknown, so the total has no interval; two or more runs a side would give one. Intervals and verdicts of rows and frames: sampling noise only.'
    : 'No interval was computed for the total, so this page does not say whether the change is noise. Intervals and verdicts of rows and frames: sampling noise only.';
  return html`<strong>Verdict: ${total.verdict}.</strong> ${why}${runTotals(report)}`;
}

/** Every limit's outcome, where there are any; not knowing is not passing. */
function budget(report: Report): Markup | null {
  if (report.budget.length === 0) return null;
  const lines = budgetLines(report.budget);
  if (lines.length === 1)
    return html`<div>
      <dt>Budget</dt>
      <dd><strong>${lines[0] ?? ''}.</strong></dd>
    </div>`;
  return html`<div>
    <dt>Budget</dt>
    <dd>
      <ul class="budget">
        ${lines.map((line) => html`<li>${line}</li>`)}
      </ul>
    </dd>
  </div>`;
}

/** The runs themselves, where they are few enough to be judged by eye. */
function runTotals(report: Report): Markup | null {
  const { base, new: newer, normalization } = report;
  const most = Math.max(base.runs.length, newer.runs.length);
  if (most < 2 || most > 6 || normalization.mode !== 'none') return null;
  const largest = Math.max(...[...base.runs, ...newer.runs].map((run) => run.weight));
  const scale = weightScale(base.unit, largest, 5);
  const list = (runs: Report['base']['runs']): Markup =>
    html`<span class="nw"
      >${runs.map((run) => fixed(run.weight / scale.divisor, scale.decimals)).join(' · ')}</span
    >`;
  return html` Totals run by run: base ${list(base.runs)}, new ${list(newer.runs)} ${scale.noun}.`;
}

function where(report: Report): Markup {
  const { total, base } = report;
  if (total.delta === 0 && report.ops.every((op) => op.extra === 0)) {
    return html`Nowhere: nothing changed in total, and no paravirt op changed.`;
  }
  const named = report.ledger.filter((row) => row.bucket === 'call' || row.bucket === 'site');
  const known = named.filter((row) => row.delta !== null);
  const sum = known.reduce((all, row) => all + (row.delta ?? 0), 0);
  const names = known.map((row) => row.bucket).join(' + ');
  const net = html`<strong class="nw"
    >${netBound(known, sum)}${formatChange(sum, base.unit)}</strong
  >`;
  return html`Named paravirt (${names}): ${net}${share(report)}${apart(known, base.unit)}.
  ${largestOps(report)} Largest other part: ${largestOther(report.ledger, base.unit)}.`;
}

function netBound(rows: readonly LedgerRow[], sum: number): string {
  return boundPrefix(rows.find((row) => row.bound !== null)?.bound ?? null, sum);
}

/** Call and site apart, after their net: patching moves weight from one to the other. */
function apart(rows: readonly LedgerRow[], unit: string): Markup | null {
  if (rows.length < 2 || rows.every((row) => row.delta === 0)) return null;
  const parts = rows.map(
    (row) =>
      html`<code>${row.bucket}</code>
        <span class="nw"
          >${boundPrefix(row.bound, row.delta ?? 0)}${formatChange(row.delta ?? 0, unit)}</span
        >`,
  );
  return html`: ${parts.map((part, i) => [i > 0 ? ', ' : '', part])}`;
}

/** Of a change that may be none there is no share. */
function share(report: Report): Markup | null {
  const isSure = report.total.verdict === 'more' || report.total.verdict === 'less';
  if (report.nameable === null || !isSure) return null;
  const seen = isTimer(report) ? ', as far as a timer sees it' : '';
  return html` (${percentOf(report.nameable)} of the total change${seen})`;
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
  return html`Most in
  ${top.map((row, i) => [
    i === 0 ? '' : ', ',
    html`<code>${displayName(row.op)}</code>
      <span class="nw"
        >${boundPrefix(row.bound, row.extra)}${formatChange(row.extra, report.base.unit)}</span
      >`,
  ])}.`;
}

/** What was compared, in a line; the tables at the end have the rest. */
function compared(report: Report): Markup {
  const side = ({ label, runs }: Side): Markup => {
    const samples = runs.reduce((sum, run) => sum + run.samples, 0);
    return html`<bdi>${displayName(label)}</bdi> (${plural(runs.length, 'run')},
      ${plural(samples, 'sample')})`;
  };
  const timer = isTimer(report) ? ' (a timer)' : '';
  const images = report.images === null ? 'without kernel images' : 'with kernel images';
  const scaled = normalizationWords(report) ?? 'same work assumed, nothing scaled';
  const anchored = anchorWords(report);
  return html`base ${side(report.base)} with new ${side(report.new)}; event
    <code>${displayName(report.base.event)}</code>${timer}; ${images};
    ${anchored === null ? '' : `${anchored}; `}${scaled}.`;
}

function largestOther(ledger: readonly LedgerRow[], unit: string): Markup {
  const [row] = ledger
    .filter((r) => r.bucket !== 'call' && r.bucket !== 'site' && r.delta !== null)
    .sort((a, b) => Math.abs(b.delta ?? 0) - Math.abs(a.delta ?? 0));
  if (!row) return html`none`;
  return html`<code>${row.bucket}</code> ${formatChange(row.delta ?? 0, unit)}`;
}
