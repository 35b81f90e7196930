import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function runnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function executable(): string {
  const given = process.env['CHROMIUM_PATH'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found =
    given ?? NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(runnable);
  if (found === undefined) throw new Error('no Chromium: run node scripts/ensure-browser.mjs');
  return found;
}

/** Starts a Chromium that never goes to the network by itself. */
export async function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: executable(),
    args: [
      '--no-sandbox',
      '--headless',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page opened from file://, with all that it complained about or asked for. */
export interface OpenPage {
  readonly page: Page;
  /** Console messages of any level, page errors and policy violations. */
  readonly complaints: string[];
  /** Requests other than for the file itself. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** Writes `html` to a file and opens it from file://. Waits for the interactive graph if it may run. */
export async function open(
  browser: Browser,
  html: string,
  options: BrowserContextOptions & { live?: boolean; hash?: string } = {},
): Promise<OpenPage> {
  const { live = options.javaScriptEnabled !== false, hash = '', ...contextOptions } = options;
  const folder = mkdtempSync(join(tmpdir(), 'pvflame-page-'));
  const file = join(folder, 'report.html');
  writeFileSync(file, html);
  const url = pathToFileURL(file).href;
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    ...contextOptions,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== url) requests.push(request.url());
  });
  await page.goto(url + hash);
  if (live) await page.waitForSelector('#live-graph g.frame');
  return {
    page,
    complaints,
    requests,
    async close() {
      await context.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
