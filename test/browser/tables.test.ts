import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { renderHtml } from '../../src/render/html/index.js';
import type { Report } from '../../src/report/schema.js';
import { launch, open } from '../support/browser.js';
import {
  HOSTILE_NAMES,
  hostilePaths,
  manyPaths,
  sampleReport,
  smallPaths,
} from '../support/sample-report.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

async function column(page: Page, table: string, nth: number): Promise<string[]> {
  return page
    .locator(`#${table} tbody tr`)
    .evaluateAll(
      (rows, n) => rows.map((row) => row.children[n]?.firstChild?.textContent ?? ''),
      nth,
    );
}

/** Long names, machine code, intervals of sampling noise, warnings: as wide as tables get. */
function wideReport(): Report {
  const report = sampleReport(manyPaths(3000).concat(smallPaths()), { images: true });
  report.basis = 'sampling';
  report.warnings = [{ code: 'one-run', message: 'one run a side' }];
  for (const site of report.sites) {
    site.function = 'syscall_exit_to_user_mode_prepare.constprop.0';
    site.code = {
      built: { bytes: 'ff15828c8700', text: 'call *(lock.queued_spin_unlock)' },
      patched: { bytes: 'c607000f1f00', text: 'movb $0,(%rdi); nopl (%rax)' },
    };
  }
  for (const row of [...report.ops, ...report.sites, ...report.functions]) {
    row.percentInterval = [-0.0021, 0.0034];
    row.samples = { base: 12_345, new: 23_456 };
  }
  return report;
}

const number = (text: string): number => Number(text.replace('−', '-').replace(/[^\d.-]/g, ''));

describe('the tables', () => {
  it('are complete, in order and without controls when scripts are off', async () => {
    const html = await renderHtml(sampleReport(smallPaths(), { images: true }));
    const { page, close } = await open(browser, html, { javaScriptEnabled: false });
    for (const [id, rows] of Object.entries({ ops: 4, changed: 4, sites: 5, splices: 2 })) {
      expect(await page.locator(`#${id} tbody tr`).count()).toBe(rows);
    }
    expect(await page.locator('table button, input[data-filter]').count()).toBe(0);
    await close();
  });

  it('sort by click and by key, numbers from the largest, and say so', async () => {
    const html = await renderHtml(sampleReport(manyPaths(3000), { images: true }));
    const { page, complaints, close } = await open(browser, html);
    const head = page.locator('#functions thead th');
    const before = await column(page, 'functions', 3);
    await head.nth(3).locator('button').click();
    const sorted = (await column(page, 'functions', 3)).map(number);
    expect(sorted).toEqual([...sorted].sort((a, b) => b - a));
    expect(sorted.length).toBe(before.length);
    // Rows come from the whole document: the heaviest need not be among those that changed most.
    expect(sorted[0]).toBeGreaterThanOrEqual(Math.max(...before.map(number)));
    expect(await head.nth(3).getAttribute('aria-sort')).toBe('descending');
    await page.keyboard.press('Enter');
    expect(await head.nth(3).getAttribute('aria-sort')).toBe('ascending');
    await head.nth(0).locator('button').focus();
    await page.keyboard.press('Space');
    const names = await column(page, 'functions', 0);
    expect(names).toEqual([...names].sort());
    expect(await head.nth(3).getAttribute('aria-sort')).toBe(null);
    expect(complaints).toEqual([]);
    await close();
  });

  it('sort chances by their size, not by their words', async () => {
    const report = sampleReport(smallPaths(), { images: true });
    const { page, close } = await open(browser, await renderHtml(report));
    const button = page.locator('#changed thead th').nth(4).locator('button');
    await button.click();
    await button.click();
    expect(await column(page, 'changed', 4)).toEqual([
      'under 1 in a million',
      '1 in 35',
      '1 in 35',
      '1 in 35',
    ]);
    await close();
  });

  it('filter all rows by plain text, and show all on request', async () => {
    const report = sampleReport(manyPaths(3000));
    const { page, complaints, close } = await open(browser, await renderHtml(report));
    const status = page.locator('.controls', { has: page.locator('[data-filter="functions"]') });
    const rows = page.locator('#functions tbody tr');
    const total = report.functions.length.toLocaleString('en-US');
    expect(await status.locator('[role="status"]').textContent()).toBe(`30 of ${total} rows`);
    await status.locator('button', { hasText: 'Show all' }).click();
    expect(await rows.count()).toBe(report.functions.length);
    const wait = async (wanted: number): Promise<unknown> =>
      page.waitForFunction(
        (n) => document.querySelectorAll('#functions tbody tr').length === n,
        wanted,
      );
    await page.fill('[data-filter="functions"]', 'FN_9_');
    const wanted = report.functions.filter((f) => f.function.includes('fn_9_')).length;
    expect(wanted).toBeGreaterThan(0);
    await wait(wanted);
    await page.fill('[data-filter="functions"]', '(');
    await wait(0);
    expect(complaints).toEqual([]);
    await close();
  });

  it('lead to the frames in the graph, also from rows made later', async () => {
    const { page, close } = await open(browser, await renderHtml(sampleReport(smallPaths())));
    await page.locator('#ops tbody tr').first().locator('code').click();
    expect(await page.inputValue('#search')).toBe('lock.queued_spin_unlock');
    expect(await page.locator('rect.hit').count()).toBe(1);
    await page.locator('#ops thead button').first().click();
    const code = page.locator('#ops code', { hasText: 'irq.irq_enable' });
    await code.focus();
    await page.keyboard.press('Enter');
    expect(await page.inputValue('#search')).toBe('irq.irq_enable');
    await page.fill('#search', '');
    await page.selectOption('#view', 'paravirt');
    expect(await page.locator('#live-graph rect.op').count()).toBe(4);
    await close();
  });

  it('show hostile names as text when they are made again', async () => {
    const report = sampleReport(hostilePaths(), {
      images: true,
      labels: [HOSTILE_NAMES[0]!, HOSTILE_NAMES[2]!],
    });
    const { page, complaints, requests, close } = await open(browser, await renderHtml(report));
    for (const button of await page.locator('table.data thead button').all()) await button.click();
    for (const box of await page.locator('input[data-filter]').all()) await box.fill('<');
    await page.waitForTimeout(200);
    expect(await page.locator('table.data code').count()).toBeGreaterThan(3);
    expect(await page.locator('img, iframe, [onload], [onerror]').count()).toBe(0);
    expect(await page.evaluate(() => 'pwned' in window)).toBe(false);
    expect(complaints).toEqual([]);
    expect(requests).toEqual([]);
    await close();
  });

  it('have their verdicts in sight at 1280 px, however long names and code are', async () => {
    const { page, close } = await open(browser, await renderHtml(wideReport()));
    for (const id of ['ops', 'sites', 'changed', 'functions']) {
      const { right, edge } = await page.locator(`#${id}`).evaluate((table) => ({
        right: table.getBoundingClientRect().right,
        edge: table.parentElement?.getBoundingClientRect().right ?? 0,
      }));
      expect(right, id).toBeLessThanOrEqual(edge + 0.5);
    }
    expect(await page.textContent('#sites thead')).toContain('as built → as patching would write');
    await close();
  });

  it('are tab stops only where they scroll, and say so only there', async () => {
    const { page, close } = await open(browser, await renderHtml(wideReport()));
    const box = page.locator('.scroll', { has: page.locator('#sites') });
    const wide = async (): Promise<(string | null)[]> =>
      box.evaluate((e) => ['tabindex', 'role', 'aria-label'].map((name) => e.getAttribute(name)));
    await expect.poll(wide).toEqual([null, null, null]);
    await page.setViewportSize({ width: 500, height: 900 });
    await expect.poll(wide).toEqual(['0', 'group', 'Call sites, scrolls sideways']);
    await page.setViewportSize({ width: 1280, height: 900 });
    await expect.poll(wide).toEqual([null, null, null]);
    await close();
    const still = await open(browser, await renderHtml(wideReport()), { javaScriptEnabled: false });
    for (const box of await still.page.locator('.scroll').all()) {
      expect(await box.getAttribute('tabindex')).toBe('0');
      expect(await box.getAttribute('aria-label')).not.toContain('scrolls');
    }
    await still.close();
  });

  it('are told apart by name, and so are their controls', async () => {
    const { page, close } = await open(browser, await renderHtml(wideReport()));
    for (const selector of [
      'table',
      '[data-filter]',
      'section button:text-is("Copy TSV")',
      'section button:text-is("Copy Markdown")',
    ]) {
      const names = await page
        .locator(selector)
        .evaluateAll((found) => found.map((e) => e.getAttribute('aria-label')));
      expect(names.length, selector).toBeGreaterThan(1);
      expect(names, selector).not.toContain(null);
      expect(new Set(names).size, selector).toBe(names.length);
    }
    await close();
  });

  it('print with headings of one size', async () => {
    const { page, close } = await open(browser, await renderHtml(wideReport()));
    await page.emulateMedia({ media: 'print' });
    const sizes = await page
      .locator('h2')
      .evaluateAll((heads) => heads.map((head) => getComputedStyle(head).fontSize));
    expect(sizes.length).toBeGreaterThan(5);
    expect(new Set(sizes)).toEqual(new Set(['13px']));
    await close();
  });

  for (const javaScriptEnabled of [true, false])
    it(`and all else fit 320 px (scripts ${javaScriptEnabled ? 'on' : 'off'})`, async () => {
      for (const images of [true, false]) {
        const report = sampleReport(smallPaths(), {
          images,
          unit: 'instructions_retired_anywhere',
          event: 'instructions_retired_anywhere:ppp',
        });
        report.title = null;
        const { page, close } = await open(browser, await renderHtml(report), {
          javaScriptEnabled,
          viewport: { width: 320, height: 640 },
        });
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
        await close();
      }
    });

  it('fit a narrow window without widening the page', async () => {
    const html = await renderHtml(sampleReport(smallPaths(), { images: true, timer: true }));
    const { page, close } = await open(browser, html, { viewport: { width: 700, height: 900 } });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(700);
    await close();
  });
});
