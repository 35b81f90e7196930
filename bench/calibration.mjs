// Simulates comparisons and writes the tables at the end of docs/statistics.md; seeded, some minutes.
//   node bench/calibration.mjs [ROUNDS]
import { build } from 'esbuild';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
const rounds = Number(process.argv[2] ?? 1000);
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
const { calibration } = await import(pathToFileURL(outfile).href);
rmSync(folder, { recursive: true });

const lines = [];
for (const line of calibration(rounds)) {
  lines.push(line);
  process.stderr.write(`${line}\n`);
}
const path = join(root, 'docs/statistics.md');
const heading = '## Calibration';
const [text] = readFileSync(path, 'utf8').split(heading);
const note = `${rounds} simulated comparisons a line; \`node bench/calibration.mjs\` writes this section.`;
writeFileSync(path, `${text}${heading}\n\n${note}\n\n${lines.join('\n')}\n`);
