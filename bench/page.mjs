// Opens pages of large pairs in Chromium from file:// and prints how long things take, as medians.
//   npm run build && node bench/page.mjs [OPENS]      a Markdown table, as in docs/page.md
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { makePair } from './make-pair.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const opens = Number(process.argv[2] ?? 7);
const folder = mkdtempSync(join(tmpdir(), 'pvflame-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

function page(nodes) {
  const prefix = join(folder, String(nodes));
  makePair(nodes, prefix);
  const html = `${prefix}.html`;
  const main = join(root, 'dist/cli/main.js');
  const sides = [`${prefix}.base.txt`, `${prefix}.new.txt`];
  execFileSync(process.execPath, [main, ...sides, '-q', '-o', html]);
  return html;
}

/** Runs in the page: from the action to the frame after it was painted. */
function untilPainted(action) {
  return new Promise((done) => {
    const start = performance.now();
    action();
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => done(performance.now() - start);
      port2.postMessage(0);
    });
  });
}

/** Runs before the page's own script: notes when the interactive graph is there. */
function watch() {
  const look = () => {
    if (document.querySelector('#live-graph g.frame') === null) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => (globalThis.liveAt = performance.now())));
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { childList: true, subtree: true });
}

async function measure(browser, html) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
  const tab = await context.newPage();
  await tab.addInitScript(watch);
  await tab.goto(pathToFileURL(html).href);
  await tab.waitForFunction(() => globalThis.liveAt !== undefined, undefined, { polling: 20 });
  const opened = await tab.evaluate(() => ({
    visible: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
    interactive: globalThis.liveAt,
    frames: document.querySelectorAll('#live-graph g.frame').length,
  }));
  await tab.evaluate(`globalThis.untilPainted = ${untilPainted.toString()}`);
  const frame = (level) =>
    tab.evaluate(async (wanted) => {
      const frames = [...document.querySelectorAll('#live-graph g.frame')];
      const group = frames.filter((g) => g.__data__.depth === wanted - 1)[0];
      return globalThis.untilPainted(() =>
        group.dispatchEvent(new MouseEvent('click', { bubbles: true })),
      );
    }, level);
  const zooms = [await frame(4), await frame(6), await frame(1)];
  const search = await tab.evaluate(async () => {
    const box = document.querySelector('#search');
    return globalThis.untilPainted(() => {
      box.value = 'function_1';
      box.dispatchEvent(new Event('input', { bubbles: true }));
    });
  });
  await context.close();
  return { ...opened, zoom: Math.max(...zooms), search };
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--headless', '--disable-gpu'],
});
console.log(
  `${cpus()[0].model}, ${cpus().length} cores; Chromium ${browser.version()}; medians of ${opens}; the slowest of three zooms\n`,
);
console.log(
  '| nodes | page KB | frames drawn | graph visible ms | interactive ms | zoom ms | search ms |',
);
console.log('|---|---|---|---|---|---|---|');
for (const nodes of [10_000, 50_000, 200_000]) {
  const html = page(nodes);
  const all = [];
  for (let i = 0; i < opens; i++) all.push(await measure(browser, html));
  const of = (key) => Math.round(median(all.map((one) => one[key])));
  console.log(
    `| ${nodes} | ${Math.round(statSync(html).size / 1000)} | ${of('frames')} | ${of('visible')} | ${of('interactive')} | ${of('zoom')} | ${of('search')} |`,
  );
}
await browser.close();
