// Simulates fixes and writes the table at the end of docs/validate.md; seeded, some minutes.
//   node bench/recovered.mjs [ROUNDS]
import { build } from 'esbuild';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
const rounds = Number(process.argv[2] ?? 1000);
const folder = mkdtempSync(join(tmpdir(), 'pvflame-recovered-'));
const outfile = join(folder, 'tables.mjs');
await build({
  entryPoints: [join(root, 'test/unit/stats/support/fix-tables.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  outfile,
  logLevel: 'error',
});
const { fixCalibration } = await import(pathToFileURL(outfile).href);
rmSync(folder, { recursive: true });

const lines = [];
for (const line of fixCalibration(rounds)) {
  lines.push(line);
  process.stderr.write(`${line}\n`);
}
const path = join(root, 'docs/validate.md');
const heading = '## Calibration';
const [text] = readFileSync(path, 'utf8').split(heading);
const note =
  `Percent of 95 % intervals that hold the true share; ${rounds} simulated fixes a line, "-" under 200 ` +
  'intervals. `node bench/recovered.mjs` writes this section.';
writeFileSync(path, `${text}${heading}\n\n${note}\n\n${lines.join('\n')}\n`);
