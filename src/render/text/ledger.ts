import type { Report } from '../../report/schema.js';
import { BUCKET_WORDS, WINDOW_WORDS } from '../shared/limits.js';
import { formatChange, formatWeight, signed, signedShort, weightScale } from '../shared/numbers.js';
import { intervalNote } from '../shared/noise.js';
import { WIDTH, wrap } from './layout.js';
import { boundSign, halfWidth, isTested, verdictWord, type Bound } from './table.js';

const NET_WORDS = 'call + site, what has a name';

/** Name to the left, numbers to the right, words behind them or, where they do not fit, below. */
function columns(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, c) => Math.max(...rows.map((r) => r[c]?.length ?? 0)));
  return rows.flatMap((cells) => {
    const head = cells
      .slice(0, -1)
      .map((cell, c) =>
        c === 0 || c === 5 ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0),
      )
      .filter((_, c) => (widths[c] ?? 0) > 0)
      .join(' ');
    const words = cells.at(-1) ?? '';
    return head.length + words.length + 3 <= WIDTH
      ? [`  ${head} ${words}`]
      : [`  ${head}`, `      ${words}`];
  });
}

/** Where the total went, bucket by bucket, and what the columns and signs mean. */
export function ledger(report: Report): string[] {
  const known = report.ledger.filter((row) => row.delta !== null);
  const scale = weightScale(
    report.base.unit,
    Math.max(Math.abs(report.total.delta), ...known.map((row) => Math.abs(row.delta ?? 0))),
    4,
  );
  const tested = isTested([report.total, ...known]);
  const { total } = report;
  const row = (
    name: string,
    bound: Bound,
    change: number,
    percent: number | null,
    words: string,
    sure?: Pick<Report['total'], 'percent' | 'percentInterval' | 'verdict'>,
  ) => [
    name,
    boundSign(bound, change),
    signed(change / scale.divisor, scale.decimals),
    percent === null ? '' : signedShort(percent),
    sure === undefined ? '' : halfWidth(sure),
    // what has no interval was not tested, however much data there is
    sure === undefined || sure.percentInterval === null ? '' : verdictWord(sure.verdict, bound),
    words,
  ];
  const named = known.filter((r) => r.bucket === 'call' || r.bucket === 'site');
  const sum = (key: 'delta' | 'percent') => named.reduce((all, r) => all + (r[key] ?? 0), 0);
  const rows = [
    ...(named.length > 1
      ? [row('paravirt', named[0]?.bound ?? null, sum('delta'), sum('percent'), NET_WORDS)]
      : []),
    ...known.map((r) => row(r.bucket, r.bound, r.delta ?? 0, r.percent, BUCKET_WORDS[r.bucket], r)),
    row('total', null, total.delta, total.percent, sumWords(report), total),
  ];
  const lines = [
    ...wrap(`WHERE IT WENT, new - base, in ${scale.noun} and in % of the base total`, '  '),
    ...columns(rows),
  ];
  return [
    ...lines,
    ...unknownLines(report),
    ...windowLines(report),
    ...boundLines(report),
    ...sureLines(report, tested),
  ];
}

function unknownLines(report: Report): string[] {
  const unknown = report.ledger
    .filter((row) => row.delta === null && row.bucket !== 'rest')
    .filter((row) => row.bucket !== 'deferred' || report.base.timer)
    .map((row) => row.bucket);
  if (unknown.length === 0) return [];
  return wrap(
    `  Not known without kernel images, and part of the rows above: ${unknown.join(', ')}.`,
    '  ',
  );
}

function windowLines({ siteWindow, base }: Report): string[] {
  if (siteWindow === null) return [];
  const change = (value: number) => formatChange(value, base.unit);
  return wrap(
    `  site: ${WINDOW_WORDS[siteWindow.rule]}; with half the window it changes by ${change(siteWindow.half)}, ` +
      `with double by ${change(siteWindow.double)}.`,
    '  ',
  );
}

function boundLines(report: Report): string[] {
  const bounds = new Set(
    [...report.ledger, ...report.ops, ...report.sites].map((row) => row.bound),
  );
  return [
    ...(bounds.has('lower')
      ? wrap(
          '  >= and, of a fall, <=: what samples could name. A timer misses, on both sides, what runs ' +
            'with interrupts off: no such row is called less, the sign is no strict bound, and intervals are of noise only, not of what is not seen.',
          '  ',
        )
      : []),
    ...(bounds.has('at-most')
      ? wrap(
          '  <= of a rise: at most so much. Base did the same work inline, where it cannot be told from other code; of a site, base has it by op only.',
          '  ',
        )
      : []),
  ];
}

function sureLines(report: Report, tested: boolean): string[] {
  if (!tested) return [];
  return [
    ...wrap(
      `  +- is the wider side of the 95 % interval${intervalNote(report)}, in % of the base total; noise: ` +
        'within it, or too likely by chance among so many rows; few: too little data; -: not judged.',
      '  ',
    ),
    ...wrap(`  ${report.statistics.method}.`, '  '),
  ];
}

function sumWords(report: Report): string {
  // a residue of floating point is no weight
  const size = Math.max(Math.abs(report.total.base), Math.abs(report.total.new), 1);
  return Math.abs(report.sumCheck) <= 1e-9 * size
    ? 'nothing left over'
    : `rows miss ${formatWeight(report.sumCheck, report.base.unit)}`;
}
