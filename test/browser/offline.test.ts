import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { renderHtml } from '../../src/render/html/index.js';
import { launch, open } from '../support/browser.js';
import { HOSTILE_NAMES, hostilePaths, sampleReport, smallPaths } from '../support/sample-report.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

describe('the page from file://', () => {
  it('asks for nothing and complains about nothing', async () => {
    const opened = await open(browser, await renderHtml(sampleReport(smallPaths())));
    await opened.page.fill('#search', 'irq');
    await opened.page.locator('g.frame', { hasText: 'pipe_write' }).first().click();
    await opened.page.selectOption('#width', 'change');
    await opened.page.waitForTimeout(300);
    expect(opened.complaints).toEqual([]);
    expect(opened.requests).toEqual([]);
    await opened.close();
  });

  it('draws every frame with scripts off', async () => {
    const report = sampleReport(smallPaths());
    const { page, complaints, close } = await open(browser, await renderHtml(report), {
      javaScriptEnabled: false,
    });
    const rects = page.locator('#static-graph svg > rect');
    expect(await rects.count()).toBe(report.graph.nodes.depth.length);
    const box = await rects.first().boundingBox();
    expect(box?.width).toBeGreaterThan(1000);
    expect(await page.locator('#controls').isVisible()).toBe(false);
    expect(complaints).toEqual([]);
    await close();
  });

  it('draws every frame under a policy that forbids scripts', async () => {
    const report = sampleReport(smallPaths());
    const html = (await renderHtml(report)).replace(/script-src [^;]*/, "script-src 'none'");
    const { page, close } = await open(browser, html, { live: false });
    expect(await page.locator('#static-graph svg > rect').count()).toBe(
      report.graph.nodes.depth.length,
    );
    expect(await page.locator('#static-graph text', { hasText: 'pipe_write' }).isVisible()).toBe(
      true,
    );
    await close();
  });

  it('keeps its colours where its style sheet is refused', async () => {
    const html = (await renderHtml(sampleReport(smallPaths())))
      .replace(/script-src [^;]*/, "script-src 'none'")
      .replace(/style-src [^"]*?;/, "style-src 'none';");
    const { page, close } = await open(browser, html, { live: false });
    const fills = await page
      .locator('#static-graph svg > rect')
      .evaluateAll((rects) => rects.map((rect) => getComputedStyle(rect).fill));
    expect(new Set(fills).size).toBeGreaterThan(3);
    expect(fills).not.toContain('rgb(0, 0, 0)');
    await close();
  });

  it('shows hostile names as text, static and live, and runs none of them', async () => {
    const report = sampleReport(hostilePaths(), { labels: [HOSTILE_NAMES[0]!, HOSTILE_NAMES[2]!] });
    const html = await renderHtml(report);
    for (const javaScriptEnabled of [false, true]) {
      const { page, complaints, requests, close } = await open(browser, html, {
        javaScriptEnabled,
        viewport: { width: 2400, height: 900 },
      });
      expect(complaints).toEqual([]);
      expect(requests).toEqual([]);
      expect(await page.locator('img, iframe, [onload], [onerror], [onfocus]').count()).toBe(0);
      expect(await page.locator('script').count()).toBe(2);
      const text = (await page.locator('body').textContent()) ?? '';
      for (const shown of ['\\u202e', '\\u0000', '\\ud800', '\\u200b', '\\u001b', '__proto__']) {
        expect(text).toContain(shown);
      }
      expect(text).not.toMatch(/[\u202e\u0000\u200b]/);
      expect(text).not.toContain('x'.repeat(201));
      if (javaScriptEnabled) {
        expect(await page.evaluate(() => 'pwned' in window)).toBe(false);
        for (const frame of await page.locator('g.frame').all()) await frame.hover({ force: true });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(wide).toBeLessThanOrEqual(2400);
      }
      await close();
    }
  });
});
