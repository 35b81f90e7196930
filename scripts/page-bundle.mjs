// Bundles src/page (TypeScript, d3-flame-graph and the d3 parts it needs) into one classic script.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Writes page.js into `outdir`; the HTML renderer inlines it. */
export async function buildPage(outdir) {
  await build({
    entryPoints: [join(root, 'src/page/main.ts')],
    outfile: join(outdir, 'page.js'),
    bundle: true,
    minify: true,
    format: 'iife',
    target: ['es2022'],
    charset: 'ascii',
    legalComments: 'none',
    loader: { '.css': 'empty' },
    logLevel: 'warning',
  });
}
