import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { renderHtml } from '../../src/render/html/index.js';
import { launch, open } from '../support/browser.js';
import { manyPaths, sampleReport, smallPaths } from '../support/sample-report.js';

let browser: Browser;
let small: string;
beforeAll(async () => {
  browser = await launch();
  small = await renderHtml(sampleReport(smallPaths()));
});
afterAll(async () => {
  await browser.close();
});

/** Label or name of every drawn frame with the class of its colour. */
async function colours(page: Page): Promise<Record<string, string>> {
  return page
    .locator('g.frame')
    .evaluateAll((frames) =>
      Object.fromEntries(
        frames.map((frame) => [
          (frame.getAttribute('aria-label') ?? '').split(':').slice(0, -1).join(':'),
          frame.querySelector('rect')?.getAttribute('class')?.split(' ')[0] ?? '',
        ]),
      ),
    );
}

describe('the interactive graph', () => {
  it('replaces the static one, frame for frame in the same colour and place', async () => {
    const still = await open(browser, small, { javaScriptEnabled: false });
    const was = await still.page
      .locator('#static-graph svg > rect')
      .evaluateAll((rects) =>
        rects.map((r) => [r.getAttribute('class'), Math.round(r.getBoundingClientRect().x / 3)]),
      );
    await still.close();
    const { page, close } = await open(browser, small);
    expect(await page.locator('#static-graph').count()).toBe(0);
    const now = await page
      .locator('g.frame > rect')
      .evaluateAll((rects) =>
        rects.map((r) => [r.getAttribute('class'), Math.round(r.getBoundingClientRect().x / 3)]),
      );
    const key = (a: unknown): string => JSON.stringify(a);
    expect(now.map((r) => r[0]).sort()).toEqual(was.map((r) => r[0]).sort());
    expect(now.length).toBe(was.length);
    expect(now.map(key).filter((r) => was.map(key).includes(r)).length).toBeGreaterThan(
      was.length * 0.7,
    );
    await close();
  });

  it('zooms without changing a colour, and out again', async () => {
    const { page, close } = await open(browser, small);
    const before = await colours(page);
    expect(before['pv:mmu.set_pte']).toBe('m3');
    await page.locator('g.frame', { hasText: 'pipe_write' }).first().click();
    const zoomed = await colours(page);
    expect(Object.keys(zoomed).length).toBeLessThan(Object.keys(before).length);
    for (const [name, colour] of Object.entries(zoomed)) expect(before[name]).toBe(colour);
    const widthOf = async (selector: string): Promise<number> =>
      Number(await page.locator(selector).first().getAttribute('width'));
    expect(await widthOf('g.frame[aria-label^="pipe_write"] rect')).toBe(
      await widthOf('#live-graph svg'),
    );
    await page.click('#reset');
    expect(await colours(page)).toEqual(before);
    await close();
  });

  it('finds plain text, counts it and says its share', async () => {
    const { page, close } = await open(browser, small);
    await page.fill('#search', 'irq_');
    await page.waitForFunction(() => document.querySelector('#search-status')?.textContent !== '');
    expect(await page.textContent('#search-status')).toBe(
      '2 frames under 2 names match: 0.30 % of base, 0.89 % of new (+0.60 points)',
    );
    expect(await page.locator('rect.hit').count()).toBe(2);
    await page.fill('#search', '(');
    await page.waitForTimeout(250);
    expect(await page.textContent('#search-status')).toBe('No frame matches.');
    await page.press('#search', 'Escape');
    expect(await page.locator('rect.hit').count()).toBe(0);
    await close();
  });

  it('can be walked and zoomed with the keyboard alone', async () => {
    const { page, close } = await open(browser, small);
    await page.focus('#root');
    await page.keyboard.press('Tab');
    const focused = async (): Promise<string> =>
      page.evaluate(() => document.activeElement?.getAttribute('aria-label')?.split(':')[0] ?? '');
    expect(await focused()).toBe('all');
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowDown');
    expect(await focused()).toBe('__x64_sys_mmap');
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('ksys_write');
    expect(await page.textContent('#details b')).toBe('ksys_write');
    await page.keyboard.press('Enter');
    // words for assistive technology come right behind the painting
    await expect.poll(focused).toBe('ksys_write');
    expect(await page.locator('g.frame', { hasText: 'handle_mm_fault' }).count()).toBe(0);
    await page.keyboard.press('Escape');
    await expect.poll(focused).toBe('do_syscall_64');
    await page.keyboard.press('Home');
    expect(await focused()).toBe('all');
    expect(await page.locator('g.frame[tabindex="0"]').count()).toBe(1);
    await close();
  });

  it('marks ops, new and gone frames', async () => {
    const { page, close } = await open(browser, small);
    expect(await page.locator('#live-graph rect.op').count()).toBe(4);
    expect(await page.locator('#live-graph rect.gone').count()).toBe(1);
    expect(await page.locator('#live-graph rect.new').count()).toBe(3);
    await close();
  });

  it('stays small with 50,000 nodes and opens what was folded on zoom', async () => {
    const report = sampleReport(manyPaths(50_000));
    const { page, complaints, close } = await open(browser, await renderHtml(report));
    const drawn = await page.locator('g.frame').count();
    expect(drawn).toBeLessThan(4000);
    const before = await page.locator('#graph-note').textContent();
    expect(before).toMatch(
      /^[\d,]+ of 50,\d{3} frames drawn; [\d,]+ too narrow are folded in [\d,]+ places/,
    );
    await page.locator('g.frame', { hasText: 'fn_6_0' }).first().click();
    expect(await page.locator('g.frame[aria-level="12"]').count()).toBeGreaterThan(20);
    expect(complaints).toEqual([]);
    await close();
  });

  it('says where a match is folded out of sight, and leads to it', async () => {
    const paths = manyPaths(5000);
    const rare = [...(paths[0]?.path ?? []), 'needle@op'];
    const report = sampleReport([...paths, { path: rare, base: 0, new: 1 }]);
    const { page, close } = await open(browser, await renderHtml(report));
    await page.fill('#search', 'needle');
    await page.waitForFunction(() => document.querySelector('#search-status')?.textContent !== '');
    expect(await page.textContent('#search-status')).toMatch(/^1 frame under 1 name matches/);
    expect(await page.locator('rect.hit').count()).toBe(0);
    expect(await page.locator('rect.hit-inside').count()).toBe(1);
    await close();
  });

  it('draws a side that is empty', async () => {
    const report = sampleReport(smallPaths().map((path) => ({ ...path, base: 0 })));
    const { page, complaints, close } = await open(browser, await renderHtml(report));
    for (const mode of ['base', 'new', 'change', 'larger']) await page.selectOption('#width', mode);
    expect(await page.locator('g.frame').count()).toBeGreaterThan(10);
    expect(complaints).toEqual([]);
    await close();
  });

  it('follows the window', async () => {
    const { page, close } = await open(browser, small);
    await page.setViewportSize({ width: 700, height: 900 });
    await page.waitForFunction(() => {
      const svg = document.querySelector('#live-graph svg');
      return (svg?.getBoundingClientRect().width ?? 1e9) < 700;
    });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(700);
    await close();
  });

  it('shows no colour when base is compared with itself', async () => {
    const same = sampleReport(smallPaths().map((path) => ({ ...path, new: path.base })));
    const html = await renderHtml(same);
    expect(html).toContain('exactly as much');
    for (const javaScriptEnabled of [true, false]) {
      const { page, close } = await open(browser, html, { javaScriptEnabled });
      const classes = await page
        .locator('.graph-box rect')
        .evaluateAll((rects) =>
          rects.map((rect) => rect.getAttribute('class')?.replace(' op', '')),
        );
      expect(classes.length).toBeGreaterThan(10);
      expect(new Set(classes)).toEqual(new Set(['z']));
      await close();
    }
  });
});
