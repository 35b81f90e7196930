import type { Bucket, LedgerRow, Report } from '../../report/schema.js';
import { boundNotes, isTimer } from '../shared/bounds.js';
import { formatChange, formatShare, plural } from '../shared/numbers.js';
import { html, type Content, type Markup } from './markup.js';

/** The sum check, why a bucket is missing, and what the figures can and cannot say. */
export function ledgerNotes(report: Report, known: readonly LedgerRow[]): Markup {
  const shown = new Set<Bucket>(known.map((row) => row.bucket));
  const lines = [
    sumCheck(report, known),
    ...absent(report, shown),
    deferredShare(report),
    ...boundNotes(report),
    html`Only <code>call</code> and <code>site</code> name paravirt; together they are neither an
      upper nor a lower bound of its cost, since spills and cache effects sit in
      ${shown.has('caller') ? html`<code>caller</code>` : 'the callers'}.`,
  ];
  return html`<ul class="notes">
    ${lines.map((line) => (line === null ? null : html`<li>${line}</li>`))}
  </ul>`;
}

function sumCheck(report: Report, known: readonly LedgerRow[]): Markup {
  const { unit } = report.base;
  const sum = known.reduce((all, row) => all + (row.delta ?? 0), 0);
  return html`Sum check: the ${plural(known.length, 'bucket')} add up to
  ${formatChange(sum, unit, 6)}, the total changed by ${formatChange(report.total.delta, unit, 6)};
  left over: ${leftOver(report)}.`;
}

/** Sums of fractions differ in their last binary digit; that is not weight. */
function leftOver(report: Report): string {
  const { sumCheck: rest, total, base } = report;
  const size = Math.max(Math.abs(total.base), Math.abs(total.new));
  if (rest !== 0 && Math.abs(rest) < size * 1e-12) return 'nothing but rounding';
  return rest === 0 ? 'nothing' : formatChange(rest, base.unit, 6);
}

function absent(report: Report, shown: ReadonlySet<Bucket>): Content[] {
  const lines: Content[] = [];
  const lacking = (['site', 'caller', 'elsewhere'] as const).filter((b) => !shown.has(b));
  if (lacking.length > 0) {
    const codes = lacking.map((b, i) => [
      i === 0 ? '' : i === lacking.length - 1 ? ' and ' : ', ',
      html`<code>${b}</code>`,
    ]);
    lines.push(
      html`Not known without the kernel images: ${codes}.
      ${shown.has('rest') ? html`Their weight is in <code>rest</code>.` : null}`,
    );
  } else if (!shown.has('rest')) {
    lines.push(
      html`No bucket <code>rest</code>: the images tell <code>site</code>, <code>caller</code> and
        <code>elsewhere</code> apart.`,
    );
  }
  if (!shown.has('deferred')) {
    lines.push(
      isTimer(report)
        ? html`<code>deferred</code> is not known without the kernel images, though this is a timer
            event: samples due while interrupts were off sit in the wrong functions, in every
            bucket.`
        : html`<code>deferred</code> does not apply: this event is not a timer.`,
    );
  }
  return lines;
}

function deferredShare({ deferred }: Report): Markup | null {
  if (deferred === null) return null;
  const share = (value: number | null): string =>
    value === null ? 'none' : formatShare(value * 100);
  return html`<code>deferred</code> holds ${share(deferred.share.base)} of all base weight and
    ${share(deferred.share.new)} of new: samples of a timer that were due while interrupts were off,
    and taken where they came back on. Whose time it was is not known, so it is charged to no site.`;
}
