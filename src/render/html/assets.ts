import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Assets {
  readonly page: string;
  readonly css: string;
  /** Beside it, of the page of a series. */
  readonly seriesCss: string;
  readonly script: string;
  /** Notices of the works inside the script; their licences ask for them in every copy. */
  readonly licences: string;
}

/** dist/assets when built; the repository's dist/assets when run from src by the tests. */
function assetsFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const beside = join(here, '../../assets');
  return existsSync(join(beside, 'page.js')) ? beside : join(here, '../../../dist/assets');
}

let loaded: Assets | undefined;

/** The page's template, style sheet, client bundle and its notices, read once. */
export function loadAssets(): Assets {
  return (loaded ??= readAssets());
}

function readAssets(): Assets {
  const folder = assetsFolder();
  const text = (name: string) => readFileSync(join(folder, name), 'utf8');
  return {
    page: text('page.html'),
    css: text('page.css'),
    seriesCss: text('series.css'),
    script: safeScript(text('page.js')),
    licences: text('licences.txt'),
  };
}

/**
 * A script must not hold what ends or reopens a script element. The bundle is ours and has neither;
 * a later version of a library might, and a broken page is worse than no page.
 */
function safeScript(script: string): string {
  if (/<\/script|<!--/i.test(script)) throw new Error('page.js holds </script or <!--');
  return script.trim();
}
