import { createHash } from 'node:crypto';
import type { Anchor } from '../compare/index.js';
import { inputError, usageError } from '../errors.js';
import type { PerfStat, StatRow } from '../ingest/index.js';
import { parsePerfStat } from '../ingest/perf-stat.js';
import { isSameCounter } from '../profile/index.js';
import { inputName } from './inputs.js';
import { printable } from './printable.js';
import { readSmallFile } from './small-file.js';

/** One `perf stat` output a run, read and parsed. */
export interface StatFile {
  path: string;
  name: string;
  sha256: string;
  stat: PerfStat;
}

const WHAT = 'the output of perf stat';

/**
 * Reads the files of --base-stat or --new-stat. Throws UserError: exit status 2 where their number is not
 * that of the runs, 3 for a file that cannot be used.
 */
export function readStatFiles(
  option: string,
  paths: readonly string[],
  runs: number,
  withPaths: boolean,
): StatFile[] {
  if (paths.length !== runs)
    throw usageError(`${option}: ${paths.length} file(s) for ${runs} run(s); give one a run`);
  return paths.map((path) => {
    const bytes = readSmallFile(path, WHAT);
    const stat = parsePerfStat(decode(bytes));
    if (stat.rows.length === 0 && stat.others.length === 0)
      throw inputError(path, 'no counter in it', `give ${WHAT}`);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { path, name: inputName(path, withPaths), sha256, stat };
  });
}

/** Locales that are not UTF-8 have their no-break space as byte 0xa0. */
function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

/** The count of `event`, in the unit of the recording's periods. Throws UserError (exit status 3). */
export function anchorOf(file: StatFile, event: string): Anchor {
  const { path, stat } = file;
  const rows = stat.rows.filter((row) => isSameCounter(row.event, event));
  const [row] = rows;
  if (row === undefined) throw absent(file, event);
  const where = `${path}:${row.line}`;
  const part = stat.others.find(({ text }) => namesEvent(text, row.event));
  if (part !== undefined || rows.length > 1)
    throw inputError(
      `${path}:${part?.line ?? rows[1]?.line}`,
      `${printable(row.event)} is counted more than once`,
      PLAIN,
    );
  if (row.value === null)
    throw inputError(
      where,
      `${printable(row.event)} is ${printable(row.absent ?? 'absent')}`,
      'this run has no anchor',
    );
  const count = row.value * scaleOf(row, where);
  if (!(count > 0 && Number.isFinite(count)))
    throw inputError(
      where,
      `${printable(row.event)} counted ${row.value}`,
      'this run has no anchor',
    );
  return {
    path: file.name,
    sha256: file.sha256,
    count,
    running: row.running,
    repeated: row.repeated,
  };
}

const PLAIN =
  'give one file a run, of plain perf stat: no -I, -A, --per-core, --per-thread, no cgroups';

function absent({ path, stat }: StatFile, event: string) {
  const part = stat.others.find(({ text }) => namesEvent(text, event));
  if (part !== undefined)
    return inputError(
      `${path}:${part.line}`,
      `counts ${printable(event)}, but not as one total`,
      PLAIN,
    );
  const known = [...new Set(stat.rows.map((row) => printable(row.event)))].slice(0, 8).join(', ');
  return inputError(
    path,
    known === ''
      ? 'no counter line that could be read'
      : `no count of ${printable(event)}, only of ${known}`,
    known === ''
      ? `give ${WHAT}`
      : `run perf stat -e ${printable(event.replace(/:[a-zA-Z]*$/, ''))} too`,
  );
}

/** Whether a line that is no total names the event, with or without modifiers, as a word of its own. */
function namesEvent(line: string, event: string): boolean {
  return line
    .split('#', 1)
    .join('')
    .split(/[\s,;|"]+/)
    .some((word) => word !== '' && isSameCounter(word, event));
}

const NANOSECONDS: Readonly<Record<string, number>> = { msec: 1e6, usec: 1e3, ns: 1, sec: 1e9 };

/** Clock events have periods in ns; perf stat prints msec. */
function scaleOf(row: StatRow, where: string): number {
  if (row.unit === '') return 1;
  const scale = NANOSECONDS[row.unit];
  if (scale !== undefined) return scale;
  throw inputError(
    where,
    `${printable(row.event)} is in ${printable(row.unit)}`,
    'its samples are in another unit',
  );
}
