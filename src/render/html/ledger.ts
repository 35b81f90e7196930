import { type Bucket, type LedgerRow, type Report } from '../../report/schema.js';
import { fixed, signed, signedShort, weightScale } from '../shared/numbers.js';
import { boundPrefix, grossPrefix, verdictWords } from '../shared/bounds.js';
import { intervalHead } from '../shared/noise.js';
import { intervalText } from '../shared/table.js';
import { scrollBox } from './common.js';
import { ledgerNotes } from './ledger-notes.js';
import { html, trusted, type Markup } from './markup.js';

/** One phrase a bucket. */
const BUCKET_TEXT: Readonly<Record<Bucket, string>> = {
  call: 'out-of-line code behind paravirt ops',
  site: 'bytes of call sites, or their native equivalents',
  wait: 'idling and waiting for locks: not paravirt cost',
  deferred: 'late samples of time with interrupts off',
  caller: 'other code of functions that contain sites',
  elsewhere: 'kernel functions without a site',
  rest: 'all other kernel code, with or without sites',
  user: 'user space',
};

/** The ledger: where the total change went, with nothing left over. */
export function ledger(report: Report): Markup {
  const known = report.ledger.filter((row) => row.delta !== null);
  const largest = Math.max(
    Math.abs(report.total.delta),
    ...known.map((r) => Math.abs(r.delta ?? 0)),
  );
  const scale = weightScale(report.base.unit, largest || report.total.base, 4);
  const cell = (value: number | null): string =>
    value === null ? '' : fixed(value / scale.divisor, scale.decimals);
  const change = (value: number): string => signed(value / scale.divisor, scale.decimals);
  const waterfall = waterfallOf(known.map((r) => r.delta ?? 0));
  const row = (r: LedgerRow, i: number): Markup => {
    const delta = r.delta ?? 0;
    const sign = (value: number): string => boundPrefix(r.bound, value);
    return html`<tr>
      <th scope="row"><code>${r.bucket}</code><span class="sub">${BUCKET_TEXT[r.bucket]}</span></th>
      <td class="num">${grossPrefix(r.bound, r.base)}${cell(r.base)}</td>
      <td class="num">${grossPrefix(r.bound, r.new)}${cell(r.new)}</td>
      <td class="num">${sign(delta)}${change(delta)}</td>
      <td class="bars">${bar(waterfall, waterfall.starts[i] ?? 0, delta)}</td>
      <td class="num">${r.percent === null ? '–' : signedShort(r.percent)}</td>
      <td class="verdict">${verdict(r)}</td>
    </tr>`;
  };
  return html`<section aria-labelledby="ledger-h">
    <h2 id="ledger-h">Where the change went</h2>
    ${scrollBox(
      'Where the change went',
      html`<table class="ledger terms" aria-label="Where the change went">
        <thead>
          <tr>
            <th scope="col">bucket</th>
            <th scope="col" class="num">base<span class="sub">${scale.noun}</span></th>
            <th scope="col" class="num">new<span class="sub">${scale.noun}</span></th>
            <th scope="col" class="num">change<span class="sub">${scale.noun}</span></th>
            <th scope="col" class="bars"><span class="sub">running sum</span></th>
            <th scope="col" class="num">points<span class="sub">% of base total</span></th>
            <th scope="col">verdict<span class="sub">${intervalHead(report)}</span></th>
          </tr>
        </thead>
        <tbody>
          ${known.map(row)}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">total</th>
            <td class="num">${cell(report.total.base)}</td>
            <td class="num">${cell(report.total.new)}</td>
            <td class="num">${change(report.total.delta)}</td>
            <td class="bars">${bar(waterfall, 0, report.total.delta)}</td>
            <td class="num">
              ${report.total.percent === null ? '–' : signedShort(report.total.percent)}
            </td>
            <td class="verdict">${verdict(report.total)}</td>
          </tr>
        </tfoot>
      </table>`,
    )}
    ${ledgerNotes(report, known)}
  </section>`;
}

function verdict(row: Parameters<typeof verdictWords>[0]): Markup {
  const interval = row.percentInterval === null ? null : intervalText(row);
  return html`${verdictWords(row)}${interval === null ? null : html`<span class="sub">${interval}</span>`}`;
}

interface Waterfall {
  /** Where each bar begins: the sum of the buckets before it. */
  readonly starts: readonly number[];
  readonly low: number;
  readonly high: number;
}

function waterfallOf(changes: readonly number[]): Waterfall {
  const starts: number[] = [];
  let [sum, low, high] = [0, 0, 0];
  for (const change of changes) {
    starts.push(sum);
    sum += change;
    low = Math.min(low, sum);
    high = Math.max(high, sum);
  }
  return { starts, low, high };
}

/** A bar of the waterfall: it begins where the one before it ended. SVG, so that it prints. */
function bar({ low, high }: Waterfall, start: number, change: number): Markup {
  const range = high - low || 1;
  const place = (value: number): string => ((98 * (value - low)) / range + 1).toFixed(2);
  const width = ((98 * Math.abs(change)) / range).toFixed(2);
  const colour = change === 0 ? 'z' : change < 0 ? 'l4' : 'm4';
  return trusted(
    `<svg class="bar" width="100%" height="12" aria-hidden="true">` +
      `<rect class="${colour}" x="${place(Math.min(start, start + change))}%" y="1" width="${width}%" height="10"/>` +
      `<rect class="axis" x="${place(0)}%" width="1" height="12"/></svg>`,
  );
}
