import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { validateFiles } from '../../src/cli/validate.js';
import { parseValidateOptions } from '../../src/cli/validate-options.js';
import { renderValidation } from '../../src/render/validate/index.js';
import type { Validation } from '../../src/report/validate-schema.js';
import { seriousViolations } from '../support/axe.js';
import { launch, open } from '../support/browser.js';
import { recording } from '../support/recordings.js';

const HOSTILE = '</script><img src=x onerror=alert(1)>\u202e&"\'';

let browser: Browser;
let document: Validation;
beforeAll(async () => {
  browser = await launch();
  const paths = {
    native: ['native', 'native-2'].map((name) => recording('6.1', name)),
    before: [recording('6.1', 'paravirt-unpatched')],
    after: [recording('6.1', 'paravirt')],
  };
  document = await validateFiles(paths, parseValidateOptions({ ...paths, title: HOSTILE }));
});
afterAll(async () => {
  await browser.close();
});

describe('the page of a fix', () => {
  for (const [javaScriptEnabled, colorScheme, width] of [
    [true, 'light', 1280],
    [false, 'dark', 700],
  ] as const) {
    it(`stands without complaint (scripts ${javaScriptEnabled ? 'on' : 'off'}, ${colorScheme})`, async () => {
      const html = String(await renderValidation(document, 'html'));
      const { page, complaints, requests, close } = await open(browser, html, {
        javaScriptEnabled,
        colorScheme,
        live: false,
        viewport: { width, height: 900 },
      });
      expect(await page.locator('h1').innerText()).toContain('</script><img src=x');
      expect(await page.locator('.answer').innerText()).toMatch(/^Recovered .*too little data/);
      expect(await page.locator('svg.graph').count()).toBe(3);
      expect(await page.locator('svg.graph rect').count()).toBeGreaterThan(300);
      const ids = await page.locator('[id]').evaluateAll((all) => all.map((e) => e.id));
      expect(new Set(ids).size).toBe(ids.length);
      const wide = await page.evaluate(() => window.document.documentElement.scrollWidth);
      expect(wide).toBeLessThanOrEqual(width);
      expect([complaints, requests]).toEqual([[], []]);
      await close();
    });
  }

  it('puts a frame in the same place in each graph', async () => {
    const html = String(await renderValidation(document, 'html'));
    const { page, close } = await open(browser, html, { live: false });
    const places = await page
      .locator('svg.graph')
      .evaluateAll((graphs) =>
        graphs.map((graph) =>
          [...graph.querySelectorAll('svg[id]')].map((frame) =>
            ['x', 'y', 'width'].map((name) => frame.getAttribute(name)).join(),
          ),
        ),
      );
    expect(places[1]).toEqual(places[0]);
    expect(places[2]).toEqual(places[0]);
    await close();
  });

  it('has no serious violation', async () => {
    const html = String(await renderValidation(document, 'html'));
    const { page, close } = await open(browser, html.replace(/<meta\s+http-equiv[^>]*>/, ''), {
      live: false,
    });
    expect(await seriousViolations(page)).toEqual([]);
    await close();
  });
});
