import type { Report } from '../../report/schema.js';
import { BUCKET_WORDS, WINDOW_WORDS } from '../shared/limits.js';
import { formatChange, formatWeight, signed, signedShort, weightScale } from '../shared/numbers.js';
import { intervalNote } from '../shared/noise.js';
import { wrap } from './layout.js';
import { boundSign, halfWidth, isTested, verdictWord, type Bound } from './table.js';

/** Where the total went, bucket by bucket, and what the columns and signs mean. */
export function ledger(report: Report): string[] {
  const known = report.ledger.filter((row) => row.delta !== null);
  const scale = weightScale(
    report.base.unit,
    Math.max(Math.abs(report.total.delta), ...known.map((row) => Math.abs(row.delta ?? 0))),
    4,
  );
  const tested = isTested([report.total, ...known]);
  const line = (
    name: string,
    bound: Bound,
    change: number,
    percent: number | null,
    words: string,
    sure?: Pick<Report['total'], 'percent' | 'percentInterval' | 'verdict'>,
  ) => {
    const marks = !tested
      ? ''
      : ` ${(sure === undefined ? '' : halfWidth(sure)).padStart(7)}` +
        ` ${(sure === undefined ? '' : verdictWord(sure.verdict, bound)).padEnd(5)}`;
    return (
      `  ${name.padEnd(9)} ${boundSign(bound, change).padStart(2)}` +
      ` ${signed(change / scale.divisor, scale.decimals).padStart(9)}` +
      ` ${(percent === null ? '' : signedShort(percent)).padStart(7)}${marks} ${words}`
    );
  };
  const lines = wrap(
    `WHERE IT WENT, new - base, in ${scale.noun} and in % of the base total`,
    '  ',
  );
  const named = known.filter((row) => row.bucket === 'call' || row.bucket === 'site');
  if (named.length > 1) {
    const net = named.reduce((sum, row) => sum + (row.delta ?? 0), 0);
    const share = named.reduce((sum, row) => sum + (row.percent ?? 0), 0);
    lines.push(
      line('paravirt', named[0]?.bound ?? null, net, share, 'call + site, what has a name'),
    );
  }
  for (const row of known) {
    lines.push(
      line(
        row.bucket,
        row.bound,
        row.delta ?? 0,
        row.percent,
        BUCKET_WORDS[row.bucket],
        row.base === 0 && row.new === 0 ? undefined : row,
      ),
    );
  }
  const { total } = report;
  lines.push(line('total', null, total.delta, total.percent, sumWords(report), total));
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
  const bounds = new Set([...report.ledger, ...report.ops].map((row) => row.bound));
  return [
    ...(bounds.has('lower')
      ? wrap(
          '  >= and, of a fall, <=: what samples could name. A timer misses, on both sides, what runs ' +
            'with interrupts off: no such row is called less, and the sign is no strict bound.',
          '  ',
        )
      : []),
    ...(bounds.has('at-most')
      ? wrap(
          '  <= of a rise: at most so much. Base did the same work inline, where it cannot be told from other code.',
          '  ',
        )
      : []),
  ];
}

function sureLines(report: Report, tested: boolean): string[] {
  if (!tested) return [];
  return [
    ...wrap(
      `  +- is half of the 95 % interval${intervalNote(report)}, in % of the base total; noise: within ` +
        'it; few: too little data; -: not judged.',
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
