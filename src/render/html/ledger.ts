import { type Bucket, type LedgerRow, type Report } from '../../report/schema.js';
import { fixed, signed, signedShort, weightScale } from '../shared/numbers.js';
import { boundPrefix, grossPrefix } from '../shared/bounds.js';
import { intervalText } from '../shared/table.js';
import { ledgerNotes } from './ledger-notes.js';
import { html, trusted, type Markup } from './markup.js';

/** One sentence a bucket. */
export const BUCKET_TEXT: Readonly<Record<Bucket, string>> = {
  call: 'out-of-line code behind paravirt ops: implementation, thunk, static-call trampoline',
  site: "samples on a call site's own bytes",
  wait: 'idling and waiting for locks: not paravirt cost, however it is reached',
  deferred: 'taken where interrupts came back on; the time was spent before',
  caller: 'growth of functions that contain sites: spills, code size, native work inlined in base',
  elsewhere: 'growth of kernel functions without a site',
  rest: 'kernel functions, with or without sites: telling them apart needs the site table',
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
  const row = (r: LedgerRow): Markup => {
    const delta = r.delta ?? 0;
    const sign = (value: number): string => boundPrefix(r.bound, value);
    return html`<tr>
      <th scope="row"><code>${r.bucket}</code><span class="sub">${BUCKET_TEXT[r.bucket]}</span></th>
      <td class="num">${grossPrefix(r.bound, r.base)}${cell(r.base)}</td>
      <td class="num">${grossPrefix(r.bound, r.new)}${cell(r.new)}</td>
      <td class="num">${sign(delta)}${change(delta)}</td>
      <td class="bars">${bar(delta, largest)}</td>
      <td class="num">${r.percent === null ? '–' : sign(r.percent) + signedShort(r.percent)}</td>
      <td class="num">${intervalText(r)}</td>
      <td class="verdict">${r.verdict}</td>
    </tr>`;
  };
  return html`<section aria-labelledby="ledger-h">
    <h2 id="ledger-h">Where the change went</h2>
    <div class="scroll" tabindex="0" role="group" aria-label="Table, scrolls sideways">
      <table class="ledger">
        <thead>
          <tr>
            <th scope="col">bucket</th>
            <th scope="col" class="num">base<span class="sub">${scale.noun}</span></th>
            <th scope="col" class="num">new<span class="sub">${scale.noun}</span></th>
            <th scope="col" class="num">change<span class="sub">${scale.noun}</span></th>
            <th scope="col" class="bars"><span class="sub">less · more</span></th>
            <th scope="col" class="num">points<span class="sub">% of base total</span></th>
            <th scope="col" class="num">95 % interval<span class="sub">points</span></th>
            <th scope="col">verdict</th>
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
            <td class="bars">${bar(report.total.delta, largest)}</td>
            <td class="num">
              ${report.total.percent === null ? '–' : signedShort(report.total.percent)}
            </td>
            <td class="num">${intervalText(report.total)}</td>
            <td class="verdict">${report.total.verdict}</td>
          </tr>
        </tfoot>
      </table>
    </div>
    ${ledgerNotes(report, known)}
  </section>`;
}

/** A bar from the middle: right for more, left for less. SVG, so that it prints. */
export function bar(value: number, largest: number): Markup {
  const half = largest > 0 ? (Math.abs(value) / largest) * 50 : 0;
  const width = Number(half.toFixed(2));
  const x = value < 0 ? Number((50 - half).toFixed(2)) : 50;
  return trusted(
    `<svg class="bar" width="100%" height="12" aria-hidden="true">` +
      `<rect class="${value === 0 ? 'z' : value < 0 ? 'l4' : 'm4'}" x="${String(x)}%" y="1" width="${String(width)}%" height="10"/>` +
      `<rect class="axis" x="50%" width="1" height="12"/></svg>`,
  );
}
