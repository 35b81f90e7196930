// The one test command: types, lint, build, and every test there is. Ends with "N passed, N failed".
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const tally = { passed: 0, failed: 0, skipped: 0 };

function run(command, args) {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status === 0;
}

/** A check counts as one test. */
function check(name, command, args) {
  const started = Date.now();
  const ok = run(command, args);
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  tally[ok ? 'passed' : 'failed']++;
  return ok;
}

function vitest(projects) {
  const dir = mkdtempSync(join(tmpdir(), 'pvflame-test-'));
  const file = join(dir, 'result.json');
  const only = projects.flatMap((project) => ['--project', project]);
  const ok = run('npx', [
    'vitest',
    'run',
    ...only,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]);
  try {
    const result = JSON.parse(readFileSync(file, 'utf8'));
    tally.passed += result.numPassedTests;
    tally.failed += result.numFailedTests;
    tally.skipped += result.numPendingTests + result.numTodoTests;
    // a file that does not load has no tests to count
    if (!ok && result.numFailedTests === 0) tally.failed += Math.max(1, result.numFailedTestSuites);
    if (result.numTotalTests === 0) tally.failed++;
  } catch (error) {
    console.error(`no test result: ${error.message}`);
    tally.failed++;
  }
  rmSync(dir, { recursive: true, force: true });
}

check('browser', 'node', ['scripts/ensure-browser.mjs']);
check('build', 'node', ['scripts/build.mjs']);
check('types', 'npm', ['run', '--silent', 'typecheck']);
check('lint', 'npm', ['run', '--silent', 'lint']);
vitest(['unit', 'cli', 'browser']);
vitest(['slow']);

const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : '';
console.log(`${tally.passed} passed, ${tally.failed} failed${skipped}`);
process.exit(tally.failed === 0 ? 0 : 1);
