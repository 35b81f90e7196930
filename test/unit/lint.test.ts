import { join } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { expect, it } from 'vitest';

const cwd = join(import.meta.dirname, '../..');
/** Lints as `npm run lint` does. */
const whole = new ESLint({ cwd });
/** The same but for rules that need types, which take a second a file. */
const quick = new ESLint({ cwd, overrideConfig: [tseslint.configs.disableTypeChecked] });

/** Rules that a text breaks in the place of a file, which must exist: rules of types ask its project. */
async function broken(file: string, text: string, eslint = quick): Promise<string[]> {
  const [result] = await eslint.lintText(`${text}\nexport {};\n`, { filePath: join('src', file) });
  return [...new Set(result?.messages.map(({ ruleId, message }) => ruleId ?? message))];
}

const DIRECTION = 'imports/direction';

it.each([
  // down the stream
  ['ingest/tables.ts', "import { code } from '../cli/terminal.js';\nvoid code;"],
  ['profile/events.ts', "export { wrap } from '../render/text/layout.js';"],
  ['compare/glob.ts', "export * from '../report/schema.js';"],
  ['ingest/tables.ts', "void (await import('../cli/x.js'));"],
  ['ingest/tables.ts', 'const name = `../cli/x.js`;\nvoid (await import(name));'],
  ['compare/glob.ts', "export type X = import('../report/schema.js').Report;"],
  [
    'paravirt/image/held.ts',
    "import type { X } from '../../compare/index.js';\nexport type Y = X;",
  ],
  ['errors.ts', "import { x } from './cli/terminal.js';\nvoid x;"],
  ['errors.ts', "import type { X } from './ingest/index.js';\nexport type Y = X;"],
  // up it, but for what a folder has no use
  ['render/folded.ts', "import type { X } from '../compare/index.js';\nexport type Y = X;"],
  ['page/copy.ts', "import type { X } from '../ingest/index.js';\nexport type Y = X;"],
  ['page/copy.ts', "import { html } from '../render/html/markup.js';\nvoid html;"],
  ['page/copy.ts', "import { reportSchema } from '../report/schema.js';\nvoid reportSchema;"],
  [
    'page/copy.ts',
    "import { type X, reportSchema } from '../report/schema.js';\nvoid reportSchema;",
  ],
  ['page/copy.ts', "import { join } from 'node:path';\nvoid join;"],
  ['compare/stats/fdr.ts', "import { isTimer } from '../events.js';\nvoid isTimer;"],
  ['compare/stats/fdr.ts', "import type { X } from '../../ingest/index.js';\nexport type Y = X;"],
  // files and processes
  ['render/shared/numbers.ts', "import { readFileSync } from 'node:fs';\nvoid readFileSync;"],
  ['render/html/common.ts', "import { readFile } from 'fs/promises';\nvoid readFile;"],
  ['compare/glob.ts', "import { spawn } from 'node:child_process';\nvoid spawn;"],
  ['report/json-parts.ts', "void (await import('node:https'));"],
  ['ingest/perf-script.ts', "import { openSync } from 'node:fs';\nvoid openSync;"],
  ['paravirt/symbols.ts', "import { openSync } from 'node:fs';\nvoid openSync;"],
])('%s may not: %s', async (file, text) => {
  expect(await broken(file, text)).toContain(DIRECTION);
});

it.each([
  ['cli/terminal.ts', "import { openSync } from 'node:fs';\nvoid openSync;"],
  ['cli/terminal.ts', 'const name = `./x.js`;\nvoid (await import(name));'],
  ['ingest/source.ts', "import { openSync } from 'node:fs';\nvoid openSync;"],
  ['paravirt/image/elf.ts', "import { openSync } from 'node:fs';\nvoid openSync;"],
  ['render/folded.ts', "import { gzipSync } from 'node:zlib';\nvoid gzipSync;"],
  ['render/folded.ts', "import { REPORT_SCHEMA } from '../report/schema.js';\nvoid REPORT_SCHEMA;"],
  ['page/copy.ts', "import type { Report } from '../report/schema.js';\nexport type X = Report;"],
  ['page/copy.ts', "import { at } from '../render/shared/tree.js';\nvoid at;"],
  ['compare/stats/fdr.ts', "import { sum } from './moments.js';\nvoid sum;"],
  ['compare/glob.ts', "import { UserError } from '../errors.js';\nvoid UserError;"],
])('%s may: %s', async (file, text) => {
  expect(await broken(file, text)).toEqual([]);
});

it.each([
  ['no-unsafe-member-access', 'JSON.parse(x).a.b;'],
  ['no-unsafe-assignment', 'const a = JSON.parse(x);\nvoid a;'],
  ['no-unsafe-call', 'JSON.parse(x)();'],
  ['no-unsafe-argument', 'x.includes(JSON.parse(x));'],
  ['no-unsafe-return', 'export const f = (): string => JSON.parse(x);'],
  ['no-explicit-any', 'export const f = (a: any): void => void a;'],
  ['no-floating-promises', 'Promise.resolve(1);'],
  [
    'consistent-type-imports',
    "import { Report } from '../report/schema.js';\nexport type X = Report;",
  ],
  ['switch-exhaustiveness-check', "switch (x as 'a' | 'b') {\n  case 'a':\n}"],
  ['no-unused-vars', 'const unused = 1;'],
])('types: %s', async (rule, text) => {
  const before = 'declare const x: string;\nvoid x;\n';
  expect(await broken('report/json-parts.ts', `${before}${text}`, whole)).toContain(
    `@typescript-eslint/${rule}`,
  );
});

it.each([
  ['eqeqeq', 'export const f = (a: number): boolean => a == 1;'],
  ['no-console', "console.log('x');"],
])('%s', async (rule, text) => {
  expect(await broken('report/json-parts.ts', text)).toEqual([rule]);
});
