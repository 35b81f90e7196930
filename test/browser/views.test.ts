import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { renderHtml } from '../../src/render/html/index.js';
import { launch, open } from '../support/browser.js';
import {
  HOSTILE_NAMES,
  hostilePaths,
  sampleReport,
  smallPaths,
  type SamplePath,
} from '../support/sample-report.js';

let browser: Browser;
let small: string;
beforeAll(async () => {
  browser = await launch();
  small = await renderHtml(sampleReport(smallPaths()));
});
afterAll(async () => {
  await browser.close();
});

/** Names of the drawn frames of a chart, with the y of each. */
async function frames(page: Page, chart = 'live-graph'): Promise<Map<string, number>> {
  const found = await page.locator(`#${chart} g.frame`).evaluateAll((groups) =>
    groups.map((group): [string, number] => {
      const label = group.querySelector('foreignObject')?.textContent ?? '';
      const y = /,([\d.]+)\)/.exec(group.getAttribute('transform') ?? '')?.[1];
      return [label.replace(/^[▲▼⇄… ]+/, ''), Number(y)];
    }),
  );
  return new Map(found.filter(([name]) => name !== ''));
}

const hash = async (page: Page): Promise<string> => page.evaluate(() => location.hash);

async function at(page: Page, name: string): Promise<void> {
  await page.waitForFunction(
    (wanted) => document.activeElement?.getAttribute('aria-label')?.startsWith(wanted) === true,
    name,
  );
}

describe('views of the graph', () => {
  it('leave out user space, and say so', async () => {
    const { page, complaints, close } = await open(browser, small);
    expect((await frames(page)).has('main')).toBe(true);
    await page.selectOption('#view', 'kernel');
    const names = await frames(page);
    expect(names.has('main')).toBe(false);
    expect(names.has('ksys_write')).toBe(true);
    expect(await page.textContent('#graph-view')).toMatch(/^Kernel frames only/);
    expect(await hash(page)).toBe('#view=kernel');
    await page.selectOption('#view', 'all');
    expect((await frames(page)).has('main')).toBe(true);
    expect(await page.isHidden('#graph-view')).toBe(true);
    expect(complaints).toEqual([]);
    await close();
  });

  it('keep only paravirt ops and the way to them', async () => {
    const { page, close } = await open(browser, small);
    await page.selectOption('#view', 'paravirt');
    const names = await frames(page);
    expect(names.has('clear_page_rep')).toBe(false);
    expect(names.has('pv:mmu.set_pte')).toBe(true);
    expect(names.has('__raw_callee_save_native_set_pte')).toBe(true);
    expect(names.has('handle_mm_fault')).toBe(true);
    const details = await page.textContent('#details');
    // 3 + 3 M of base; 21 + 6 + 41 + 9.2 + 8.7 M of new
    expect(details).toContain('base6.00 M instructions');
    expect(details).toContain('new85.9 M instructions');
    await close();
  });

  it('show one process', async () => {
    const { page, close } = await open(browser, small);
    await page.selectOption('#comm', 'swapper');
    const names = await frames(page);
    expect(names.has('default_idle')).toBe(true);
    expect(names.has('ksys_write')).toBe(false);
    expect(await hash(page)).toBe('#at=swapper');
    await page.goBack();
    expect((await frames(page)).has('ksys_write')).toBe(true);
    expect(await page.inputValue('#comm')).toBe('');
    await close();
  });

  it('stand on their head: root at the bottom, arrows follow', async () => {
    const { page, close } = await open(browser, small);
    const icicle = await frames(page);
    expect(icicle.get('all')).toBe(0);
    await page.selectOption('#root', 'bottom');
    const flame = await frames(page);
    expect([...flame.keys()].sort()).toEqual([...icicle.keys()].sort());
    const lowest = Math.max(...flame.values());
    expect(flame.get('all')).toBe(lowest);
    for (const [name, y] of icicle) expect(flame.get(name)).toBe(lowest - y);
    await page.locator('g.frame', { hasText: 'all' }).first().focus();
    await page.keyboard.press('ArrowUp');
    await at(page, 'mmapbench');
    await page.keyboard.press('ArrowDown');
    await at(page, 'all');
    await close();
  });

  it('show what calls a function and what it calls, over all its places', async () => {
    const { page, complaints, close } = await open(browser, small);
    await page.locator('g.frame', { hasText: 'handle_mm_fault' }).first().click();
    await page.click('#around');
    expect(await hash(page)).toBe('#around=handle_mm_fault');
    const callees = await frames(page);
    const callers = await frames(page, 'callers-graph');
    expect(callees.get('handle_mm_fault')).toBe(0);
    expect(callees.has('pv:mmu.set_pte')).toBe(true);
    expect(callees.has('ksys_write')).toBe(false);
    // the function itself at the bottom, its nearest caller right above it
    expect(callers.get('handle_mm_fault')).toBe(Math.max(...callers.values()));
    expect(callers.get('__x64_sys_mmap')).toBe(Math.max(...callers.values()) - 18);
    expect(callers.get('mmapbench')).toBe(0);
    await page.locator('#callers-graph g.frame', { hasText: 'do_syscall_64' }).first().click();
    expect(await hash(page)).toBe('#around=do_syscall_64');
    await page.goBack();
    expect(await hash(page)).toBe('#around=handle_mm_fault');
    await page.click('#reset');
    expect(await page.isHidden('#callers-box')).toBe(true);
    expect((await frames(page)).has('ksys_write')).toBe(true);
    expect(complaints).toEqual([]);
    await close();
  });

  it('open around the frame that has the focus with a key', async () => {
    const { page, close } = await open(browser, small);
    await page.locator('g.frame', { hasText: '__schedule' }).first().click();
    await at(page, '__schedule');
    await page.keyboard.press('c');
    expect(await hash(page)).toBe('#around=__schedule');
    await close();
  });
});

describe('addresses', () => {
  it('go back and forward through zooms', async () => {
    const { page, close } = await open(browser, small);
    await page.locator('g.frame', { hasText: 'ksys_write' }).first().click();
    const first = await hash(page);
    expect(first).toMatch(/^#at=mmapbench\/.*\/ksys_write$/);
    await page.locator('g.frame', { hasText: '__schedule' }).first().click();
    await page.goBack();
    expect(await hash(page)).toBe(first);
    expect((await frames(page)).has('_raw_spin_unlock_irqrestore')).toBe(true);
    await page.goForward();
    expect(await hash(page)).toMatch(/__schedule$/);
    expect((await frames(page)).has('_raw_spin_unlock_irqrestore')).toBe(false);
    await close();
  });

  it('lead to a frame in a report made again from other numbers', async () => {
    const first = await open(browser, small);
    await first.page.locator('g.frame', { hasText: '__schedule' }).first().click();
    await first.page.selectOption('#width', 'new');
    await first.page.fill('#search', 'irq_');
    await first.page.waitForFunction(() => location.hash.includes('search'));
    const link = await hash(first.page);
    await first.close();
    const other: SamplePath[] = [
      { path: ['another@comm', 'first'], base: 1e8, new: 1e8 },
      ...smallPaths().map((path) => ({ ...path, new: path.new * 1.5 })),
    ];
    const { page, close } = await open(browser, await renderHtml(sampleReport(other)), {
      hash: link,
    });
    await page.waitForSelector('#live-graph g.frame');
    const names = await frames(page);
    expect(names.has('pv:irq.irq_disable')).toBe(true);
    expect(names.has('clear_page_rep')).toBe(false);
    expect(await page.inputValue('#width')).toBe('new');
    expect(await page.inputValue('#search')).toBe('irq_');
    expect(await page.textContent('#search-status')).toMatch(/^2 frames/);
    await close();
  });

  it('say where a path ends that is not there', async () => {
    const { page, complaints, close } = await open(browser, small, {
      hash: '#at=mmapbench/gone_function/deeper',
    });
    await page.waitForSelector('#live-graph g.frame');
    expect(await page.textContent('#graph-view')).toMatch(/2 frames of its path are missing/);
    await page.goto('about:blank');
    expect(complaints).toEqual([]);
    await close();
    const around = await open(browser, small, { hash: '#around=no_such' });
    expect(await around.page.textContent('#graph-view')).toMatch(/not in this report/);
    await around.close();
  });

  it('carry hostile names as text, there and back', async () => {
    const html = await renderHtml(sampleReport(hostilePaths()));
    for (const [i, name] of HOSTILE_NAMES.entries()) {
      if (name.length > 1000 || name === '') continue;
      const { page, complaints, requests, close } = await open(browser, html);
      await page.waitForSelector('#live-graph g.frame');
      await page.locator('g.frame').evaluateAll(
        (groups, wanted) => {
          const found = groups.find((g) => g.textContent.includes(wanted));
          found?.dispatchEvent(new MouseEvent('click', { bubbles: true }));
        },
        `child of ${String(i)}`,
      );
      const link = await hash(page);
      expect(link).toContain(`child%20of%20${String(i)}`);
      await page.reload();
      await page.waitForSelector('#live-graph g.frame');
      expect(await hash(page)).toBe(link);
      expect(await page.isHidden('#graph-view')).toBe(
        !/[\ud800-\udfff]/.exec(name) || name.startsWith('tag'),
      );
      expect(await page.evaluate(() => 'pwned' in window)).toBe(false);
      expect(complaints).toEqual([]);
      expect(requests).toEqual([]);
      await close();
    }
  });

  it('are read whatever stands in them', async () => {
    for (const odd of [
      '#%',
      '#at=%E0%A4%A',
      '#view=%00&at=////&width=wide',
      `#at=${'a/'.repeat(20_000)}`,
    ]) {
      const { page, complaints, close } = await open(browser, small, { hash: odd });
      await page.waitForSelector('#live-graph g.frame');
      expect(complaints).toEqual([]);
      await close();
    }
  });
});

describe('tables and graph', () => {
  it('lead from a frame to its rows and back', async () => {
    const { page, close } = await open(browser, small);
    await page.locator('g.frame', { hasText: 'handle_mm_fault' }).first().click();
    await page.locator('g.frame', { hasText: 'pv:mmu.set_pte' }).first().click();
    await page.locator('#details button', { hasText: 'Rows in the tables' }).click();
    expect(await page.locator('#ops tbody tr').count()).toBe(1);
    expect(await page.textContent('#ops tbody')).toContain('mmu.set_pte');
    await page.locator('#ops tbody code').first().click();
    expect(await page.inputValue('#search')).toBe('mmu.set_pte');
    expect(await page.locator('#live-graph rect.hit').count()).toBeGreaterThan(0);
    await close();
  });

  it('are copied as TSV and Markdown, by hand where there is no clipboard', async () => {
    const { page, complaints, close } = await open(browser, small);
    await page.evaluate(() => {
      Object.defineProperty(navigator, 'clipboard', {
        value: {
          writeText: (text: string) => {
            document.body.dataset['copied'] = text;
            return Promise.resolve();
          },
        },
        configurable: true,
      });
    });
    const tools = page.locator('section', { has: page.locator('#ops') });
    await tools.locator('button', { hasText: 'Copy TSV' }).click();
    await page.waitForFunction(() => document.body.dataset['copied'] !== undefined);
    const tsv = await page.evaluate(() => document.body.dataset['copied'] ?? '');
    const lines = tsv.trimEnd().split('\n');
    expect(lines.length).toBe(5);
    expect(new Set(lines.map((line) => line.split('\t').length)).size).toBe(1);
    expect(lines[0]).toMatch(/^op\tbase/);
    await page.evaluate(() => {
      Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
    });
    await tools.locator('button', { hasText: 'Copy Markdown' }).click();
    const box = page.locator('textarea.copy');
    expect(await box.inputValue()).toMatch(/^\| op \| base .*\n\| --- \| ---: /);
    expect(await box.inputValue()).toContain('mmu.set\\_pte');
    expect(complaints).toEqual([]);
    await close();
  });
});
