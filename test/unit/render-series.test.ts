import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import { seriesChart } from '../../src/render/series/chart.js';
import { renderSeriesText } from '../../src/render/series/text.js';
import { seriesSchema, type Series, type SeriesStep } from '../../src/report/series-schema.js';
import { sampleReport, smallPaths } from '../support/sample-report.js';

const RUNS = sampleReport(smallPaths()).base.runs;

/** A step whose ops changed by so many percent of the reference's total, 1000. */
function step(label: string, ops: Record<string, number>): SeriesStep {
  const sum = Object.values(ops).reduce((all, value) => all + value, 0);
  const percent = sum === 0 ? 0 : sum;
  const overhead = {
    delta: 10 * percent,
    percent,
    interval: null,
    percentInterval: null,
    verdict: 'too little data' as const,
  };
  return {
    label,
    kernel: null,
    runs: RUNS,
    total: 1000 + 10 * percent,
    overhead,
    step: overhead,
    ops: Object.entries(ops).map(([op, value]) => ({
      op,
      weight: 500 + 10 * value,
      extra: 10 * value,
      percent: value,
      bound: null,
      samples: 50,
    })),
    budget: null,
  };
}

function series(...steps: SeriesStep[]): Series {
  return seriesSchema.parse({
    schema: 'pvflame-series/1',
    title: null,
    reference: 'first',
    event: 'cycles',
    unit: 'cycles',
    timer: false,
    steps: [{ ...step('first', {}), overhead: null, step: null }, ...steps],
    firsts: [],
    warnings: [],
    statistics: { method: 'none' },
    provenance: { tool: 'pvflame', version: '0', argv: [] },
  });
}

describe('the chart of a series', () => {
  const OPS = ['a', 'b', 'c', 'd'];
  const svg = (steps: SeriesStep[]) =>
    new JSDOM(seriesChart(series(...steps), OPS).text).window.document;
  const number = (element: Element | null, name: string) =>
    Number(element?.getAttribute(name) ?? NaN);

  it('stacks what is more upwards and what is less downwards, each from where the last one ended', () => {
    const page = svg([step('x', { a: 2, b: -1, c: -3, d: 4 })]);
    const zero = number(page.querySelector('.axis-line'), 'y1');
    const bars = OPS.map((_, slot) => {
      const bar = page.querySelector(`rect.s${slot}`);
      const top = number(bar, 'y');
      return { top, bottom: top + number(bar, 'height') };
    });
    const [a, b, c, d] = bars;
    expect(a?.bottom).toBeCloseTo(zero, 6);
    expect(d?.bottom).toBeCloseTo(a?.top ?? NaN, 0);
    expect(b?.top).toBeCloseTo(zero, 6);
    expect(c?.top).toBeCloseTo(b?.bottom ?? NaN, 0);
    // and as high as they weigh
    const percent = (zero - (a?.top ?? NaN)) / 2;
    expect(percent).toBeGreaterThan(5);
    expect((c?.bottom ?? NaN) - zero).toBeCloseTo(4 * percent, 0);
    expect(zero - (d?.top ?? NaN)).toBeCloseTo(6 * percent, 0);
  });

  it('has room for the whole stack', () => {
    const page = svg([step('x', { a: -2, b: -3, c: 1, d: 1 })]);
    const height = number(page.querySelector('svg'), 'height');
    for (const bar of page.querySelectorAll('rect')) {
      expect(number(bar, 'y')).toBeGreaterThanOrEqual(0);
      expect(number(bar, 'y') + number(bar, 'height')).toBeLessThan(height - 40);
    }
  });
});

describe('a series as text', () => {
  it('has no chart where no step differs', () => {
    const text = renderSeriesText(series(step('second', {})));
    expect(text).toContain('TOTAL, mean per run');
    expect(text).not.toMatch(/OVERHEAD in %|NaN/);
    expect(renderSeriesText(series(step('second', { a: 1 })))).toContain('OVERHEAD in %');
  });
});
