/** Where the focus and the window go: no key, link or way back may leave the reader nowhere. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { renderHtml } from '../../src/render/html/index.js';
import { launch, open } from '../support/browser.js';
import { manyPaths, sampleReport, smallPaths } from '../support/sample-report.js';

let browser: Browser;
let small: string;
let deep: string;
beforeAll(async () => {
  browser = await launch();
  small = await renderHtml(sampleReport(smallPaths(), { images: true }));
  const names = Array.from({ length: 40 }, (_, i) => `level_${String(i)}`);
  deep = await renderHtml(
    sampleReport([{ path: ['bench@comm', ...names], base: 1e11, new: 1.1e11 }, ...smallPaths()]),
  );
});
afterAll(async () => {
  await browser.close();
});

const LOW = { viewport: { width: 1280, height: 600 } };

/** The label of the frame that has the focus; the element's own name where that is no frame. */
async function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const active = document.activeElement;
    const label = active?.querySelector('foreignObject')?.textContent;
    return label?.replace(/^[▲▼⇄… ]+/, '') ?? active?.nodeName ?? '';
  });
}

/** Whether an element stands in the window from top to bottom. */
async function inSight(page: Page, selector: string): Promise<boolean> {
  return page
    .locator(selector)
    .first()
    .evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return top >= 0 && bottom <= window.innerHeight;
    });
}

const frame = (page: Page, name: string) =>
  page.locator('#live-graph g.frame', { hasText: name }).first();

/** Arrows down to a frame below the one that has the focus. */
async function walkTo(page: Page, name: string): Promise<void> {
  for (let i = 0; i < 20 && (await focused(page)) !== name; i++)
    await page.keyboard.press('ArrowDown');
}

describe('the focus in the graph', () => {
  it('stays in the window, as far as the arrows take it', async () => {
    const { page, close } = await open(browser, deep, LOW);
    await page.focus('#root');
    await page.keyboard.press('Tab');
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('ArrowDown');
      expect(await inSight(page, '#live-graph g.frame:focus'), String(i)).toBe(true);
    }
    expect(await focused(page)).toBe('level_38');
    await page.keyboard.press('Home');
    expect(await inSight(page, '#live-graph g.frame:focus')).toBe(true);
    await close();
  });

  it('survives back, forward and reset, and works on', async () => {
    const { page, close } = await open(browser, small, LOW);
    await frame(page, 'ksys_write').click();
    await frame(page, '__schedule').click();
    await page.goBack();
    await expect.poll(() => focused(page)).toBe('ksys_write');
    await page.goForward();
    await expect.poll(() => focused(page)).toBe('__schedule');
    await page.keyboard.press('c');
    expect(await page.evaluate(() => location.hash)).toBe('#around=__schedule');
    await page.goBack();
    await expect.poll(() => focused(page)).toBe('__schedule');
    await page.click('#reset');
    expect(await focused(page)).toBe('all');
    await close();
  });

  it('survives another width of the window', async () => {
    const { page, close } = await open(browser, small);
    await frame(page, 'ksys_write').click();
    await page.setViewportSize({ width: 700, height: 900 });
    await page.waitForFunction(() => {
      const svg = document.querySelector('#live-graph svg');
      return (svg?.getBoundingClientRect().width ?? 1e9) < 700;
    });
    expect(await focused(page)).toBe('ksys_write');
    await close();
  });

  it('is not taken from the search box by going back', async () => {
    const { page, close } = await open(browser, small);
    await frame(page, 'ksys_write').click();
    await page.focus('#search');
    await page.goBack();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('search');
    await close();
  });

  it('comes back from callers and callees with Escape, to the frame that asked for them', async () => {
    const { page, close } = await open(browser, small);
    await frame(page, 'ksys_write').click();
    const zoomed = await page.evaluate(() => location.hash);
    await walkTo(page, '__schedule');
    await page.keyboard.press('c');
    expect(await focused(page)).toBe('__schedule');
    // first out of a zoom, then out of the view
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => location.hash)).toMatch(/^#around=__schedule&at=/);
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => location.hash)).toBe('#around=__schedule');
    await page.keyboard.press('Escape');
    expect(await page.isHidden('#callers-box')).toBe(true);
    expect(await page.evaluate(() => location.hash)).toBe(zoomed);
    expect(await focused(page)).toBe('__schedule');
    await close();
  });

  it('comes out of callers and callees that a link led to', async () => {
    const { page, close } = await open(browser, small, { hash: '#around=__schedule' });
    expect(await focused(page)).toBe('__schedule');
    await page.keyboard.press('Escape');
    expect(await page.isHidden('#callers-box')).toBe(true);
    expect(await focused(page)).toBe('all');
    await close();
  });

  it('reaches the callers with Tab, and Escape leaves from there too', async () => {
    const { page, close } = await open(browser, small, { hash: '#around=__schedule' });
    await page.keyboard.press('Shift+Tab');
    expect(await page.locator('#callers-graph g.frame:focus').count()).toBe(1);
    await page.keyboard.press('ArrowUp');
    expect(await page.locator('#callers-graph g.frame:focus').count()).toBe(1);
    await page.keyboard.press('Escape');
    expect(await page.isHidden('#callers-box')).toBe(true);
    await close();
  });

  it('stays on the button that finds no row', async () => {
    const { page, close } = await open(browser, small);
    await frame(page, 'mmapbench').click();
    const rows = page.locator('#details button', { hasText: 'ows in the tables' });
    await rows.click();
    expect(await page.locator('#details button:focus').textContent()).toBe('No row in the tables');
    await close();
  });
});

describe('links', () => {
  for (const hash of [
    '#at=mmapbench/main/entry_SYSCALL_64_after_hwframe/do_syscall_64/ksys_write',
    '#around=__schedule',
    '#search=irq_',
  ])
    for (const width of [1280, 360]) {
      it(`open at the graph: ${hash} at ${String(width)} px`, async () => {
        const { page, close } = await open(browser, small, {
          hash,
          viewport: { width, height: 600 },
        });
        expect(await inSight(page, '#live-graph g.frame:focus')).toBe(true);
        await close();
      });
    }

  it('without a state open at the top, and so do other anchors', async () => {
    for (const hash of ['', '#nothing']) {
      const { page, close } = await open(browser, small, { hash });
      expect(await page.evaluate(() => [scrollY, document.activeElement?.nodeName])).toEqual([
        0,
        'BODY',
      ]);
      await close();
    }
  });

  it('followed in the open page lead to the graph too', async () => {
    const { page, close } = await open(browser, small, LOW);
    await page.evaluate(() => {
      location.hash = '#around=__schedule';
    });
    await expect.poll(() => focused(page)).toBe('__schedule');
    expect(await inSight(page, '#live-graph g.frame:focus')).toBe(true);
    await close();
  });

  it('keep the place of a reader who loads the page again', async () => {
    const { page, close } = await open(browser, small, { ...LOW, hash: '#search=irq_' });
    await page.evaluate(() => {
      scrollTo(0, document.documentElement.scrollHeight);
    });
    const place = await page.evaluate(() => scrollY);
    await page.reload();
    await page.waitForSelector('#live-graph g.frame');
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(place - 400);
    await close();
  });

  it('of names in tables lead to the graph, and back leads to the row', async () => {
    const html = await renderHtml(sampleReport([...manyPaths(3000), ...smallPaths()]));
    const { page, close } = await open(browser, html, LOW);
    const name = page.locator('#functions tbody tr').nth(20).locator('code');
    await name.scrollIntoViewIfNeeded();
    const before = await page.evaluate(() => scrollY);
    await name.click();
    expect(await page.evaluate(() => location.hash)).toMatch(/^#search=/);
    expect(await inSight(page, '#controls')).toBe(true);
    await page.goBack();
    await expect.poll(() => page.evaluate(() => scrollY)).toBe(before);
    expect(await page.inputValue('#search')).toBe('');
    expect(await inSight(page, '#functions tbody code:focus')).toBe(true);
    await close();
  });
});

describe('words of a view', () => {
  it('claim significance only where frames were tested', async () => {
    const { page, close } = await open(browser, small);
    expect(await page.isVisible('#graph-tested')).toBe(true);
    await frame(page, '__schedule').click();
    await page.keyboard.press('c');
    expect(await page.isVisible('#graph-tested')).toBe(false);
    expect(await page.textContent('#graph-view')).toMatch(/not tested: colours show/);
    await page.keyboard.press('Escape');
    expect(await page.isVisible('#graph-tested')).toBe(true);
    await close();
  });

  it('count what is missing of a path in good grammar', async () => {
    const { page, close } = await open(browser, small, { hash: '#at=mmapbench/gone' });
    expect(await page.textContent('#graph-view')).toMatch(/1 frame of its path is missing/);
    await close();
  });
});
