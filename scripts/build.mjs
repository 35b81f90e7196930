// Builds dist/: the type-checked program, the page's client as one inline bundle, the templates,
// and the published JSON Schemas of the documents.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
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
// AssemblyScript, for the fast path of reading perf script text
execFileSync(
  process.execPath,
  [
    join(root, 'node_modules/assemblyscript/bin/asc.js'),
    join(root, 'src/ingest/assembly/scan.ts'),
    ...['-o', join(dist, 'assets/scan.wasm'), '-O3', '--noAssert', '--runtime', 'minimal'],
    ...['--enable', 'simd', '--enable', 'bulk-memory'],
  ],
  { cwd: root, stdio: 'inherit' },
);
await buildPage(join(dist, 'assets'));
cpSync(join(root, 'templates'), join(dist, 'assets'), { recursive: true });
// The command line as few files: loading a hundred modules takes longer than folding a recording.
await build({
  entryPoints: {
    main: join(root, 'src/cli/main.ts'),
    'side-worker': join(root, 'src/cli/side-worker.ts'),
  },
  outdir: join(dist, 'cli'),
  // as deep as dist/render/html: assets are found from there
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // what is loaded seldom, or is no ES module, stays as its authors packed it
  external: ['iced-x86', 'yaml', 'jstat', 'fzstd', 'xxhash-wasm'],
  // commander is no ES module
  banner: {
    js: "import { createRequire as nodeRequire } from 'node:module'; const require = nodeRequire(import.meta.url);",
  },
  sourcemap: 'linked',
  legalComments: 'none',
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
});
chmodSync(join(dist, 'cli/main.js'), 0o755);
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
