import type { Report } from '../../report/schema.js';
import { FEW } from '../shared/bounds.js';
import {
  fixed,
  formatChange,
  formatCount,
  plural,
  signed,
  signedShort,
  weightScale,
} from '../shared/numbers.js';
import { displayName } from '../shared/visible.js';
import { asciiLine, breakName, WIDTH, wrap } from './layout.js';

/** Half of a row's 95 % interval in percent, "" without one; the wider half where they differ. */
export function halfWidth(row: {
  percent: number | null;
  percentInterval: Report['total']['percentInterval'];
}): string {
  if (row.percentInterval === null || row.percent === null) return '';
  const [low, high] = row.percentInterval;
  return `+-${Math.max(high - row.percent, row.percent - low).toFixed(2)}`;
}

/** The longest list in a text report; the rest is counted. */
export const MOST_ROWS = 10;
/** As many where none of them is more or less. */
const MOST_QUIET = 3;
export type Bound = Report['ops'][number]['bound'];

/** How a change is printed that is off by its bound: `>=` of a rise by at least so much, `<=` of a fall. */
export function boundSign(bound: Bound, change: number): string {
  if (bound === 'lower') return change < 0 ? '<=' : change > 0 ? '>=' : '';
  return bound === 'at-most' ? '<=' : '';
}

/** Bound of what a fix changed: that base did the same work inline is of a comparison with native alone. */
export function changeBound({ bound }: { bound: Bound }): Bound {
  return bound === 'at-most' ? null : bound;
}

/** A verdict in one short word; `-` where a bound forbids one. */
export function verdictWord(verdict: Report['total']['verdict'], bound: Bound = null): string {
  if (verdict === 'too little data' && bound === 'lower') return '-';
  return { more: 'more', less: 'less', 'within noise': 'noise', 'too little data': 'few' }[verdict];
}

/** More, less, or not judged. */
const mayBeMore = (row: Pick<WeightRow, 'verdict' | 'bound'>) =>
  /more|less|^-/.test(verdictWord(row.verdict, row.bound));

export interface WeightRow {
  base: number;
  new: number;
  change: number;
  percent: number | null;
  percentInterval: Report['total']['percentInterval'];
  verdict: Report['total']['verdict'];
  bound: Bound;
  samples: { base: number; new: number };
  name: string;
  /** A line of its own under the name. */
  below?: string | undefined;
}

/** Whether anything was tested in these rows. */
export function isTested(rows: readonly Pick<WeightRow, 'percentInterval'>[]): boolean {
  return rows.some((row) => row.percentInterval !== null);
}

/** The rows that are worth a line: those that say something, the largest first. */
export function shownRows<T extends Pick<WeightRow, 'samples' | 'verdict'>>(
  rows: readonly T[],
): T[] {
  const told: T[] = [];
  for (const row of rows) {
    if (row.verdict === 'too little data' && sampleSum(row) < FEW) continue;
    if (told.push(row) === MOST_ROWS) break;
  }
  return told;
}

const sampleSum = ({ samples }: Pick<WeightRow, 'samples'>) => samples.base + samples.new;

/**
 * A table of weights: base, new, change, percent, and the name at the end of the line. Few rows of a
 * report are shown, so that they are put into words (`look`) after they were chosen.
 */
export function table<T extends Pick<WeightRow, 'base' | 'new' | 'samples' | 'verdict'>>(
  title: string,
  unit: string,
  rows: readonly T[],
  change: (row: T) => number,
  look: (row: T) => WeightRow,
): string[] {
  if (rows.length === 0) return [`${title}: none seen`];
  const candidates = shownRows(rows);
  const told = candidates.map(look);
  const quiet = isTested(told) && !told.some((row) => mayBeMore(row));
  const shown = quiet ? told.slice(0, MOST_QUIET) : told;
  let largest = -Infinity;
  for (const row of shown.length === 0 ? rows : candidates.slice(0, shown.length))
    largest = Math.max(largest, row.base, row.new, Math.abs(change(row)));
  const scale = weightScale(unit, largest, 3);
  const of = shown.length < rows.length ? `, ${shown.length} of ${formatCount(rows.length)}` : '';
  const none = quiet ? '; none is beyond noise' : '';
  const lines = wrap(`${title}, in ${scale.noun}${of}${none}`, '  ');
  if (shown.length > 0) lines.push(...body(shown, scale));
  const drawn = new Set(candidates.slice(0, shown.length));
  const rest = { rows: rows.length - shown.length, few: 0, sum: 0 };
  for (const row of rows) {
    if (drawn.has(row)) continue;
    rest.sum += change(row);
    if (sampleSum(row) < FEW) rest.few++;
  }
  if (rest.rows > 0) lines.push(...wrap(`  ${restWords(rest, unit)}`, '  '));
  return lines;
}

function body(shown: readonly WeightRow[], scale: ReturnType<typeof weightScale>): string[] {
  const number = (value: number) => fixed(value / scale.divisor, scale.decimals);
  const tested = isTested(shown);
  const cells = [
    ['base', 'new', 'change', '%', ...(tested ? ['+-', ''] : [])],
    ...shown.map((row) => {
      const sign = boundSign(row.bound, row.change);
      return [
        number(row.base),
        number(row.new),
        `${sign}${sign === '' ? '' : ' '}${signed(row.change / scale.divisor, scale.decimals)}`,
        row.percent === null ? '' : signedShort(row.percent),
        ...(tested ? [halfWidth(row).slice(2), verdictWord(row.verdict, row.bound)] : []),
      ];
    }),
  ];
  const widths = (cells[0] ?? []).map((_, c) =>
    Math.max(...cells.map((line) => (line[c] ?? '').length)),
  );
  const heads = cells.map(
    (line) =>
      '  ' +
      line
        .map((c, i) => (i === 5 ? c.padEnd(widths[i] ?? 0) : c.padStart(widths[i] ?? 0)))
        .join('  '),
  );
  // all under their names where all fit there, else as far to the right as they fit
  const longest = Math.max(...shown.map((row) => row.below?.length ?? 0));
  const indent = Math.max(6, Math.min((heads[0] ?? '').length + 4, WIDTH - longest));
  const lines = [(heads[0] ?? '').trimEnd()];
  shown.forEach((row, i) => {
    const head = heads[i + 1] ?? '';
    const room = WIDTH - head.length - 2;
    // a name too long for its column goes on below, under its own beginning
    const name = breakName(asciiLine(displayName(row.name)), room);
    lines.push(`${head}  ${name[0] ?? ''}`);
    for (const part of name.slice(1)) lines.push(' '.repeat(head.length + 4) + part);
    if (row.below === undefined) return;
    const below = breakName(asciiLine(displayName(row.below)), WIDTH - indent);
    for (const part of below) lines.push(' '.repeat(indent) + part);
  });
  return lines;
}

function restWords(
  { rows, few, sum }: { rows: number; few: number; sum: number },
  unit: string,
): string {
  const which =
    few === 0
      ? ''
      : few === rows
        ? `, ${rows === 1 ? '' : 'each '}under ${FEW} samples`
        : `, ${formatCount(few)} of them under ${FEW} samples`;
  return `${plural(rows, 'more row')}${which}: ${formatChange(sum, unit)} together`;
}
