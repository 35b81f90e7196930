import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Assets {
  readonly page: string;
  readonly css: string;
  readonly script: string;
}

/** dist/assets when built; the repository's dist/assets when run from src by the tests. */
function assetsFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const beside = join(here, '../../assets');
  return existsSync(join(beside, 'page.js')) ? beside : join(here, '../../../dist/assets');
}

/** Reads the page's template, style sheet and client bundle. */
export async function loadAssets(): Promise<Assets> {
  const folder = assetsFolder();
  const [page, css, script] = await Promise.all(
    ['page.html', 'page.css', 'page.js'].map((name) => readFile(join(folder, name), 'utf8')),
  );
  return { page: page ?? '', css: css ?? '', script: safeScript(script ?? '') };
}

/**
 * A script must not hold what ends or reopens a script element. The bundle is ours and has neither;
 * a later version of a library might, and a broken page is worse than no page.
 */
function safeScript(script: string): string {
  if (/<\/script|<!--/i.test(script)) throw new Error('page.js holds </script or <!--');
  return script.trim();
}
