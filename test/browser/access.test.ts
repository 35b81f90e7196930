import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { renderHtml } from '../../src/render/html/index.js';
import { seriousViolations } from '../support/axe.js';
import { launch, open } from '../support/browser.js';
import { sampleReport, smallPaths } from '../support/sample-report.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

describe('accessibility', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const javaScriptEnabled of [true, false]) {
      it(`has no serious violation (${colorScheme}, scripts ${javaScriptEnabled ? 'on' : 'off'})`, async () => {
        const html = await renderHtml(
          sampleReport(smallPaths(), { timer: true, unit: 'ns', images: true }),
        );
        // With scripts off axe could not run either: keep ours from starting instead.
        const inert = html.replace(/<script>[\s\S]*<\/script>/, '');
        const { page, close } = await open(browser, javaScriptEnabled ? html : inert, {
          colorScheme,
          live: javaScriptEnabled,
          viewport: { width: colorScheme === 'dark' ? 700 : 1280, height: 900 },
        });
        expect(await seriousViolations(page)).toEqual([]);
        await close();
      });
    }
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has none with everything open either (${colorScheme})`, async () => {
      const html = await renderHtml(sampleReport(smallPaths(), { timer: true, images: true }));
      const { page, complaints, close } = await open(browser, html, {
        colorScheme,
        viewport: { width: colorScheme === 'dark' ? 700 : 1280, height: 900 },
        hash: '#around=handle_mm_fault&search=pte',
      });
      await page.waitForSelector('#callers-graph g.frame[role="treeitem"]');
      await page.evaluate(() => {
        Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
      });
      await page.locator('button', { hasText: 'Copy TSV' }).first().click();
      await page.waitForSelector('textarea.copy');
      expect(await seriousViolations(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await close();
    });
  }

  it('lets every control be reached and worked with the keyboard', async () => {
    const { page, close } = await open(
      browser,
      await renderHtml(sampleReport(smallPaths(), { images: true })),
    );
    const reached = new Set<string>();
    for (let i = 0; i < 200; i++) {
      await page.keyboard.press('Tab');
      const name = await page.evaluate(() => {
        const active = document.activeElement;
        return active === null || active === document.body
          ? ''
          : active.id !== ''
            ? active.id
            : active.classList.contains('frame')
              ? 'frame'
              : (active.textContent ?? '').trim();
      });
      if (name === '') break;
      reached.add(name);
    }
    for (const wanted of ['search', 'view', 'comm', 'width', 'root', 'frame', 'Copy TSV'])
      expect(reached, wanted).toContain(wanted);
    await close();
  });
});
