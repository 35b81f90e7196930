import type { Series } from '../../report/series-schema.js';
import { escapeText, trusted, type Markup } from '../html/markup.js';
import { signedShort } from '../shared/numbers.js';
import { displayName, shorten } from '../shared/visible.js';
import { opPercent } from './words.js';

const HEIGHT = 280;
const LEFT = 64;
const BOTTOM = 46;
const TOP = 12;
/** Wide enough for a label; a long series scrolls. */
const STEP = 92;
const SLOTS = 6;

/**
 * Overhead by step: a bar of stacked ops from 0 up (what is less goes down), the total as a dot with its 95 %
 * interval. Plain SVG: it prints, and needs no script.
 */
export function seriesChart(series: Series, ops: readonly string[]): Markup {
  const { steps } = series;
  const ends = steps.flatMap((step) => [
    step.overhead?.percent ?? 0,
    ...(step.overhead?.percentInterval ?? []),
    ...stackEnds(step, ops),
  ]);
  const [low, high] = padded(Math.min(0, ...ends), Math.max(0, ...ends));
  const y = (value: number) =>
    (TOP + ((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const width = LEFT + STEP * steps.length + 10;
  const parts = [
    ...ticks(low, high).map(
      (value) =>
        `<line class="grid" x1="${LEFT}" x2="${width - 10}" y1="${y(value)}" y2="${y(value)}"/>` +
        `<text x="${LEFT - 6}" y="${y(value)}" dy="4" text-anchor="end">${escapeText(signedShort(value))}</text>`,
    ),
    ...steps.map((step, i) => stepSvg(step, i, ops, y)),
    `<line class="axis-line" x1="${LEFT}" x2="${width - 10}" y1="${y(0)}" y2="${y(0)}"/>`,
  ];
  const name = `Overhead in percent of ${displayName(series.reference)}, by step`;
  return trusted(
    `<svg class="series" width="${width}" height="${HEIGHT}" role="img" aria-labelledby="chart-name" font-family="sans-serif" font-size="12">` +
      `<title id="chart-name">${escapeText(name)}</title>${parts.join('')}</svg>`,
  );
}

type Step = Series['steps'][number];

/** Heights of the stack's parts, upwards and downwards from 0. */
function stackOf(step: Step, ops: readonly string[]) {
  let [up, down] = [0, 0];
  return ops.flatMap((op, slot) => {
    const percent = opPercent(step, op);
    if (percent === null || percent === 0) return [];
    const from = percent > 0 ? up : down;
    if (percent > 0) up += percent;
    else down += percent;
    return [{ op, slot, from, to: from + percent, percent }];
  });
}

function stackEnds(step: Step, ops: readonly string[]): number[] {
  return stackOf(step, ops).map(({ to }) => to);
}

function stepSvg(
  step: Step,
  i: number,
  ops: readonly string[],
  y: (value: number) => string,
): string {
  const middle = LEFT + STEP * (i + 0.5);
  const bars = stackOf(step, ops).map(({ op, slot, from, to, percent }) => {
    const [top, bottom] = [Number(y(Math.max(from, to))), Number(y(Math.min(from, to)))];
    return (
      `<rect class="s${slot % SLOTS}" x="${middle - 24}" y="${top}" width="30" height="${(bottom - top).toFixed(1)}">` +
      `<title>${escapeText(`${op} ${signedShort(percent)} %`)}</title></rect>`
    );
  });
  const { overhead } = step;
  const dot = middle + 18;
  const [low, high] = overhead?.percentInterval ?? [null, null];
  const whisker =
    low === null
      ? ''
      : `<line class="whisker" x1="${dot}" x2="${dot}" y1="${y(low)}" y2="${y(high)}"/>` +
        [low, high]
          .map(
            (end) =>
              `<line class="whisker" x1="${dot - 4}" x2="${dot + 4}" y1="${y(end)}" y2="${y(end)}"/>`,
          )
          .join('');
  const value = overhead === null ? 0 : overhead.percent;
  const label = shorten(displayName(step.label), 12);
  const said =
    value === null
      ? 'not known'
      : `${signedShort(value)} %${low === null ? ', no interval' : `, ${signedShort(low)} to ${signedShort(high)}`}`;
  return (
    `<g><title>${escapeText(`${displayName(step.label)}: ${said}`)}</title>${bars.join('')}${whisker}` +
    (value === null ? '' : `<circle class="dot" cx="${dot}" cy="${y(value)}" r="4"/>`) +
    `<text x="${middle}" y="${HEIGHT - BOTTOM + 22}" text-anchor="middle">${escapeText(label)}</text></g>`
  );
}

function padded(low: number, high: number): [number, number] {
  const room = (high - low) * 0.06 || 0.1;
  return [low === 0 ? low : low - room, high + room];
}

/** Round values, some five of them. */
function ticks(low: number, high: number): number[] {
  const raw = (high - low) / 5;
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((n) => n * magnitude).find((n) => n >= raw) ?? raw;
  const values: number[] = [];
  for (let n = Math.ceil(low / step); n * step <= high; n++)
    values.push(Number((n * step).toPrecision(12)));
  return values;
}
