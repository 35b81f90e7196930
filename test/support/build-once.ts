import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

function newest(dir: string): number {
  let latest = 0;
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return latest;
}

/** Tests of the command line and the page run what is shipped: dist/ is built when src/ is newer. */
export default function setup(): void {
  const stamp = join(root, 'dist/pvflame-report-1.schema.json');
  const sources = Math.max(
    newest(join(root, 'src')),
    newest(join(root, 'templates')),
    newest(join(root, 'scripts')),
    statSync(join(root, 'package.json')).mtimeMs,
  );
  if (!existsSync(stamp) || statSync(stamp).mtimeMs < sources) {
    execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' });
  }
}
