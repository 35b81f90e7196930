import { JSDOM } from 'jsdom';
import { beforeAll, describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/render/html/index.js';
import { HOSTILE_NAMES, hostilePaths, sampleReport } from '../support/sample-report.js';

/** The page as a parser sees it that runs no script: what stands in the document itself. */
describe('the static page, parsed', () => {
  let page: Document;
  beforeAll(async () => {
    const html = await renderHtml(sampleReport(hostilePaths(), { images: true, timer: true }));
    page = new JSDOM(html).window.document;
  });

  it('has every id once, and every reference leads to one', () => {
    const ids = [...page.querySelectorAll('[id]')].map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(20);
    expect(new Set(ids).size).toBe(ids.length);
    const references = [...page.querySelectorAll('[aria-labelledby]')].map(
      (element) => element.getAttribute('aria-labelledby') ?? '',
    );
    expect(references.length).toBeGreaterThan(5);
    expect(references.filter((id) => page.getElementById(id) === null)).toEqual([]);
  });

  it('has its headings in order, and a name for every table', () => {
    const levels = [...page.querySelectorAll('h1, h2, h3')].map(({ tagName }) =>
      Number(tagName[1]),
    );
    expect(levels[0]).toBe(1);
    levels.slice(1).forEach((level, i) => {
      expect(level - (levels[i] ?? 1)).toBeLessThanOrEqual(1);
    });
    for (const table of page.querySelectorAll('table'))
      expect(table.closest('[aria-label]'), table.id).not.toBeNull();
  });

  it('takes nothing recorded for markup, and asks for nothing', () => {
    expect(page.querySelectorAll('img, iframe, object, embed, link, base, form').length).toBe(0);
    expect(page.querySelectorAll('[src], [style], [onclick], [onerror], [onload]').length).toBe(0);
    // our own script, the document, and the stacks where there are any
    const scripts = [...page.querySelectorAll('script')].map((script) => script.type);
    expect(scripts.filter((type) => type === '')).toHaveLength(1);
    const shown = page.querySelector('main')?.textContent ?? '';
    // `!` parts name and dso in the sample's paths
    const plain = HOSTILE_NAMES.filter((name) => /^[ "-~]+$/.test(name) && name.length < 60);
    expect(plain.length).toBeGreaterThan(3);
    expect(plain.filter((name) => !shown.includes(name))).toEqual([]);
  });

  it('draws every frame as a rectangle with a title', () => {
    const frames = [...page.querySelectorAll('#static-graph > svg')];
    expect(frames.length).toBeGreaterThan(10);
    for (const frame of frames) {
      expect(frame.querySelectorAll('rect')).toHaveLength(1);
      expect(frame.querySelector('title')?.textContent).not.toBe('');
    }
  });
});
