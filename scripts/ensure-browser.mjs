// Finds a Chromium for the browser tests, installing Debian's where that is possible and none is
// there. Nothing is fetched from anywhere but the system's own package source.
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function runnable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function inPath(name) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, name)).find(runnable);
}

function findBrowser() {
  const given = process.env.CHROMIUM_PATH;
  if (given) return runnable(given) ? given : undefined;
  return names.map(inPath).find(Boolean);
}

let browser = findBrowser();
if (!browser && !process.env.CHROMIUM_PATH && process.getuid?.() === 0 && inPath('apt-get')) {
  try {
    execFileSync('apt-get', ['update', '-q'], { stdio: 'inherit' });
    execFileSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], {
      stdio: 'inherit',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    browser = findBrowser();
  } catch {
    // The line below says what to do; apt-get has said why.
  }
}
if (browser) {
  console.log(`browser: ${browser}`);
} else {
  console.error(
    'no Chromium found: install one (Debian: apt-get install chromium) or set CHROMIUM_PATH to its executable',
  );
  process.exitCode = 1;
}
