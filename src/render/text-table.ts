import type { Report } from '../report/schema.js';
import { fixed, formatCount, signed, signedShort, weightScale } from './shared/numbers.js';
import { displayName } from './shared/visible.js';
import { asciiLine, breakName, WIDTH, wrap } from './text-layout.js';

/** Half of a row's 95 % interval in percent, "" without one; the wider half where they differ. */
export function halfWidth(row: {
  percent: number | null;
  percentInterval: Report['total']['percentInterval'];
}): string {
  if (row.percentInterval === null || row.percent === null) return '';
  const [low, high] = row.percentInterval;
  return Math.max(high - row.percent, row.percent - low).toFixed(2);
}

/** A verdict in one character; the text says what they mean. */
export function verdictMark(verdict: Report['total']['verdict']): string {
  return { more: '*', less: '*', 'within noise': '~', 'too little data': '?' }[verdict];
}

/** The longest list in a text report; the rest is counted. */
export const MOST_ROWS = 10;

export type Bound = Report['ops'][number]['bound'];

/** How a change is printed that is off by its bound: `>=` of a rise by at least so much, `<=` of a fall. */
export function boundSign(bound: Bound, change: number): string {
  if (bound === 'lower') return change < 0 ? '<=' : change > 0 ? '>=' : '';
  return bound === 'at-most' ? '<=' : '';
}

interface WeightRow {
  base: number;
  new: number;
  change: number;
  percent: number | null;
  bound: Bound;
  /** Half of the interval and the mark of the verdict; undefined where nothing was tested. */
  sure?: { half: string; mark: string } | undefined;
  name: string;
  state?: string | undefined;
}

/** A table of weights: base, new, change, percent, and the name at the end of the line. */
export function table(title: string, unit: string, rows: readonly WeightRow[]): string[] {
  if (rows.length === 0) return [`${title}: none seen`];
  const shown = rows.slice(0, MOST_ROWS);
  const largest = Math.max(
    ...shown.map((row) => Math.max(row.base, row.new, Math.abs(row.change))),
  );
  const scale = weightScale(unit, largest, 4);
  const number = (value: number) => fixed(value / scale.divisor, scale.decimals);
  const tested = shown.some((row) => row.sure !== undefined);
  const cells = [
    ['base', 'new', 'change', '%', ...(tested ? ['+-', ''] : [])],
    ...shown.map((row) => [
      number(row.base),
      number(row.new),
      withSign(boundSign(row.bound, row.change)) +
        signed(row.change / scale.divisor, scale.decimals),
      row.percent === null ? '' : signedShort(row.percent),
      ...(tested ? [row.sure?.half ?? '', row.sure?.mark ?? ''] : []),
    ]),
  ];
  const widths = (cells[0] ?? []).map((_, c) =>
    Math.max(...cells.map((line) => (line[c] ?? '').length)),
  );
  const heads = cells.map(
    (line) => '  ' + line.map((c, i) => c.padStart(widths[i] ?? 0)).join('  '),
  );
  const of = shown.length < rows.length ? `, ${shown.length} of ${formatCount(rows.length)}` : '';
  const lines = [...wrap(`${title}, in ${scale.noun}${of}`, '  '), (heads[0] ?? '').trimEnd()];
  shown.forEach((row, i) => {
    const head = heads[i + 1] ?? '';
    const name =
      asciiLine(displayName(row.name)) + (row.state === undefined ? '' : ` [${row.state}]`);
    const room = WIDTH - head.length - 2;
    // a name too long for its column goes on below, under its own beginning
    const parts = breakName(name, room);
    lines.push(`${head}  ${parts[0] ?? ''}`);
    for (const part of parts.slice(1)) lines.push(' '.repeat(head.length + 4) + part);
  });
  return lines;
}

function withSign(sign: string): string {
  return sign === '' ? '' : `${sign} `;
}
