import type { Validation } from '../../report/validate-schema.js';
import {
  fixed,
  formatChange,
  formatCount,
  plural,
  signedShort,
  weightScale,
} from '../shared/numbers.js';
import { displayName } from '../shared/visible.js';
import { asciiLine, breakName, WIDTH, wrap } from '../text/layout.js';
import { boundSign, changeBound, halfWidth, verdictWord, type Bound } from '../text/table.js';

/** Samples of all profiles under which a row says nothing. */
const FEW = 10;
const MOST_ROWS = 6;

export interface Row {
  native: number | null;
  before: number;
  after: number;
  change: Validation['change'] | Validation['ops'][number]['change'];
  bound: Bound;
  samples: number;
  name: string;
  below?: string | undefined;
}

/** Weights of the profiles, the change with its half interval, and the name at the end of the line. */
export function table(title: string, unit: string, rows: readonly Row[]): string[] {
  if (rows.length === 0) return [`${title}: none seen`];
  const shown = rows
    .filter((row) => row.change.verdict !== 'too little data' || row.samples >= FEW)
    .slice(0, MOST_ROWS);
  const largest = Math.max(
    ...(shown.length === 0 ? rows : shown).map((r) => Math.max(r.native ?? 0, r.before, r.after)),
  );
  const scale = weightScale(unit, largest, 3);
  const of = shown.length < rows.length ? `, ${shown.length} of ${formatCount(rows.length)}` : '';
  const lines = wrap(
    `${title}, in ${scale.noun}${of}; % and +- of after - before, in % of before`,
    '  ',
  );
  if (shown.length > 0) lines.push(...body(shown, (v) => fixed(v / scale.divisor, scale.decimals)));
  const rest = rows.filter((row) => !shown.includes(row));
  if (rest.length === 0) return lines;
  const sum = rest.reduce((all, row) => all + row.change.delta, 0);
  return [
    ...lines,
    ...wrap(`  ${plural(rest.length, 'more row')}: ${formatChange(sum, unit)} together`, '  '),
  ];
}

function body(rows: readonly Row[], number: (value: number) => string): string[] {
  const hasNative = rows.some((row) => row.native !== null);
  const tested = rows.some((row) => row.change.percentInterval !== null);
  const cells = [
    [...(hasNative ? ['native'] : []), 'before', 'after', '%', ...(tested ? ['+-', ''] : [])],
    ...rows.map((row) => [
      ...(hasNative ? [row.native === null ? '' : number(row.native)] : []),
      number(row.before),
      number(row.after),
      boundSign(changeBound(row), row.change.delta) +
        (row.change.percent === null ? '' : signedShort(row.change.percent)),
      ...(tested
        ? [halfWidth(row.change).slice(2), verdictWord(row.change.verdict, changeBound(row))]
        : []),
    ]),
  ];
  const widths = (cells[0] ?? []).map((_, c) =>
    Math.max(...cells.map((line) => line[c]?.length ?? 0)),
  );
  const last = widths.length - 1;
  const heads = cells.map(
    (line) =>
      `  ${line.map((c, i) => (tested && i === last ? c.padEnd(widths[i] ?? 0) : c.padStart(widths[i] ?? 0))).join('  ')}`,
  );
  const lines = [(heads[0] ?? '').trimEnd()];
  rows.forEach((row, i) => {
    const head = heads[i + 1] ?? '';
    const name = breakName(asciiLine(displayName(row.name)), WIDTH - head.length - 2);
    lines.push(`${head}  ${name[0] ?? ''}`);
    for (const part of name.slice(1)) lines.push(' '.repeat(head.length + 4) + part);
    if (row.below !== undefined) lines.push(...wrap(`      ${displayName(row.below)}`, '        '));
  });
  return lines;
}
