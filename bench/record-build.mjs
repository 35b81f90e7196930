// Records two builds of pvflame with the installed perf, the whole machine, and writes perf script text: real
// recordings of a compiler, wide and deep, which nothing that is resampled is.
//   node bench/record-build.mjs TO TO
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const FIELDS = 'comm,pid,tid,cpu,time,period,event,ip,sym,symoff,dso';

/** One recording a name given; throws where perf is missing or may not record. */
export function recordBuilds(paths) {
  const dir = mkdtempSync(join(tmpdir(), 'pvflame-record-'));
  try {
    for (const path of paths) {
      const data = join(dir, 'perf.data');
      const event = ['-e', 'cpu-clock', '-F', '2999', '-a', '-g'];
      execFileSync('perf', ['record', ...event, '-o', data, '--', 'npm', 'run', 'build'], {
        cwd: root,
        stdio: 'ignore',
      });
      const text = openSync(path, 'w');
      execFileSync(
        'perf',
        ['script', '-i', data, '--no-inline', '--ns', '--header', '-F', FIELDS],
        { stdio: ['ignore', text, 'ignore'] },
      );
      closeSync(text);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const paths = process.argv.slice(2);
  if (paths.length === 0) {
    process.stderr.write('usage: node bench/record-build.mjs TO...\n');
    process.exit(2);
  }
  recordBuilds(paths);
}
