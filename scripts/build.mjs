// Builds dist/: the type-checked program, the page's client as one inline bundle, the templates,
// and the published JSON Schema of the report document.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';
import { buildPage } from './page-bundle.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
execFileSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json'],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
await buildPage(join(dist, 'assets'));
cpSync(join(root, 'templates'), join(dist, 'assets'), { recursive: true });
chmodSync(join(dist, 'cli/main.js'), 0o755);
const { reportJsonSchema } = await import(join(dist, 'report/json-schema.js'));
writeFileSync(
  join(dist, 'pvflame-report-1.schema.json'),
  JSON.stringify(reportJsonSchema(), null, 2) + '\n',
);
