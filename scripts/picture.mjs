// Makes docs/report.png, the README's picture: the page of the comparison that the README runs.
//   npm run build && node scripts/picture.mjs
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(join(tmpdir(), 'pvflame-picture-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const html = join(folder, 'report.html');
const recording = (name) => join(root, `fixtures/recordings/6.1/${name}.perf-script.txt.gz`);
const image = (name) => join(root, `fixtures/images/6.1.${name}.sampled.vmlinux.gz`);
execFileSync(process.execPath, [
  join(root, 'dist/cli/main.js'),
  ...[recording('native'), recording('paravirt-unpatched'), '-q', '-o', html],
  ...['--base-vmlinux', image('native'), '--new-vmlinux', image('paravirt')],
]);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--headless', '--disable-gpu'],
});
const page = await browser.newPage({ bypassCSP: true, viewport: { width: 1000, height: 1000 } });
await page.goto(pathToFileURL(html).href);
await page.waitForSelector('#live-graph g.frame');
await page.waitForTimeout(300);
// the answer and the graph; the ledger between them would fill the picture
await page.addStyleTag({ content: '.warnings, section:has(> h2#ledger-h) { display: none }' });
await page.waitForTimeout(300);
await page.screenshot({ path: join(root, 'docs/report.png') });
await browser.close();
