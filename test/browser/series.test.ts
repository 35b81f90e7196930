import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { seriesOfFiles } from '../../src/cli/series.js';
import { parseSeriesOptions } from '../../src/cli/series-options.js';
import { renderSeries } from '../../src/render/series/index.js';
import type { Series } from '../../src/report/series-schema.js';
import { seriousViolations } from '../support/axe.js';
import { launch, open } from '../support/browser.js';
import { recording } from '../support/recordings.js';

const HOSTILE = '<img src=x onerror=alert(1)>"&\u202e';

let browser: Browser;
let series: Series;
beforeAll(async () => {
  browser = await launch();
  const step = (label: string, ...names: string[]) => ({
    label,
    paths: names.map((name) => recording('6.1', name)),
    vmlinux: undefined,
  });
  series = await seriesOfFiles(
    [
      step('native', 'native', 'native-2'),
      step(HOSTILE, 'paravirt-unpatched'),
      step('patched', 'paravirt'),
    ],
    parseSeriesOptions({ budget: '0.2' }),
  );
});
afterAll(async () => {
  await browser.close();
});

describe('the page of a series', () => {
  for (const [javaScriptEnabled, colorScheme, width] of [
    [true, 'light', 1280],
    [false, 'dark', 700],
  ] as const) {
    it(`stands without complaint (scripts ${javaScriptEnabled ? 'on' : 'off'}, ${colorScheme})`, async () => {
      const html = await renderSeries(series, 'html');
      const { page, complaints, requests, close } = await open(browser, html, {
        javaScriptEnabled,
        colorScheme,
        live: false,
        viewport: { width, height: 900 },
      });
      expect(await page.locator('#steps tbody tr').count()).toBe(3);
      expect(await page.locator('#steps').innerText()).toContain('<img src=x onerror=alert(1)>');
      expect(await page.locator('svg.series circle').count()).toBe(3);
      // bars in the chart are as high as the ops' extras say: the tallest reaches furthest up
      const bars = await page.locator('svg.series rect').count();
      expect(bars).toBeGreaterThan(4);
      const wide = await page.evaluate(() => window.document.documentElement.scrollWidth);
      expect(wide).toBeLessThanOrEqual(width);
      expect([complaints, requests]).toEqual([[], []]);
      await close();
    });
  }

  it('marks what a timer bounds, and says so', async () => {
    const { page, close } = await open(browser, await renderSeries(series, 'html'), {
      live: false,
    });
    expect(series.timer).toBe(true);
    const cells = await page.locator('#ops tbody td').allTextContents();
    const grown = cells.filter((cell) => cell.includes('+'));
    expect(grown.length).toBeGreaterThan(3);
    for (const cell of grown) expect(cell.trim()).toMatch(/^≥ \+/);
    expect(await page.locator('section:has(#ops) .note').innerText()).toContain(
      '≥, of a fall ≤: a timer, lower bounds',
    );
    expect(await page.locator('.warnings').innerText()).toContain('lower bounds (≥)');
    expect(await page.locator('main').innerText()).not.toMatch(/[<>]=/);
    await close();
  });

  it('has no serious violation', async () => {
    const html = await renderSeries(series, 'html');
    const { page, close } = await open(browser, html.replace(/<meta\s+http-equiv[^>]*>/, ''), {
      live: false,
    });
    expect(await seriousViolations(page)).toEqual([]);
    await close();
  });
});
