// dev
import { build } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(join(tmpdir(), 'pvflame-calibration-'));
const outfile = join(folder, 'simulation.mjs');
await build({
  entryPoints: [join(root, 'test/unit/stats/support/tables.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  outfile,
  logLevel: 'error',
});
const t = await import(pathToFileURL(outfile).href);
rmSync(folder, { recursive: true });
const rounds = Number(process.argv[2] ?? 200);
for (const line of t.coverageTable(rounds)) console.log(line);
