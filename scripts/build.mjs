// Builds dist/: the type-checked program, the page's client as one inline bundle, the templates,
// and the published JSON Schemas of the documents.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';
import { compilePacks, packCommandLine } from './pack.mjs';
import { buildPage } from './page-bundle.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
// built beside its place: a failing build leaves the last good one
const place = join(root, 'dist');
const dist = join(root, `dist.${process.pid}.part`);
mkdirSync(dist, { recursive: true });
process.on('exit', () => rmSync(dist, { recursive: true, force: true }));
execFileSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json', '--outDir', dist],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
// AssemblyScript: reading perf script text, writing folded stacks, sums over batches and changes, a comparison's trees, columns as JSON
for (const [from, to] of [
  ['src/ingest/assembly/scan.ts', 'scan.wasm'],
  ['src/profile/assembly/fold.ts', 'fold.wasm'],
  ['src/compare/assembly/batches.ts', 'batches.wasm'],
  ['src/compare/assembly/trees.ts', 'trees.wasm'],
  ['src/report/assembly/columns.ts', 'columns.wasm'],
]) {
  execFileSync(
    process.execPath,
    [
      join(root, 'node_modules/assemblyscript/bin/asc.js'),
      join(root, from),
      ...['-o', join(dist, 'assets', to), '-O3', '--noAssert', '--runtime', 'minimal'],
      ...['--enable', 'simd', '--enable', 'bulk-memory'],
      // the memory of one may be another's next (src/ingest/wasm.ts), which begins with so many pages
      ...['--importMemory', '--initialMemory', '4'],
    ],
    { cwd: root, stdio: 'inherit' },
  );
}
await buildPage(join(dist, 'assets'));
cpSync(join(root, 'templates'), join(dist, 'assets'), { recursive: true });
// what tsc wrote of it is nothing to import
rmSync(join(dist, 'cli'), { recursive: true });
await packCommandLine(root, dist);
const kept = spawnSync(process.execPath, [join(root, 'scripts/compile-wasm.mjs'), dist], {
  // options of Node would be other flags of V8 than a user's
  env: { ...process.env, NODE_OPTIONS: '' },
  stdio: ['ignore', 'ignore', 'pipe'],
});
if (kept.status !== 0)
  console.error(
    'build: this Node keeps no machine code of WebAssembly: all works, some 7 % slower',
  );
compilePacks(root, dist);
const schemas = await import(join(dist, 'report/json-schema.js'));
for (const [name, schema] of Object.entries({
  report: schemas.reportJsonSchema(),
  check: schemas.checkJsonSchema(),
  validate: schemas.validateJsonSchema(),
  series: schemas.seriesJsonSchema(),
})) {
  const text = JSON.stringify(schema, null, 2) + '\n';
  writeFileSync(join(dist, `pvflame-${name}-1.schema.json`), text);
}
const old = `${dist}.old`;
if (existsSync(place)) renameSync(place, old);
renameSync(dist, place);
rmSync(old, { recursive: true, force: true });
