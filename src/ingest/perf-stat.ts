import { statJsonLine } from './perf-stat-json.js';
import { plainValue, type StatRow } from './perf-stat-row.js';

/** What a file says: totals, and the lines that count for a part of the machine or of the time only. */
export interface PerfStat {
  rows: StatRow[];
  /** Text of lines that are no totals, by line number: --per-core, -A, --per-thread, -I, cgroups. */
  others: { line: number; text: string }[];
}

/**
 * Reads the output of `perf stat`: text in any locale, CSV (`-x`, any separator) or JSON lines (`-j`).
 * What is no counter line is kept in `others`, so that a caller can tell an event that was counted in
 * parts from one that was not counted. Formats: tools/perf/util/stat-display.c.
 */
export function parsePerfStat(text: string): PerfStat {
  const found: PerfStat = { rows: [], others: [] };
  const lines = text.split(/\r?\n/);
  const separator = findSeparator(lines);
  // a counter that did not vary between repetitions has no +-
  let repeated = false;
  lines.forEach((content, i) => {
    const line = i + 1;
    const trimmed = content.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return;
    if (HEADING.test(trimmed)) {
      repeated = /\(\d+ runs\):$/.test(trimmed);
      return;
    }
    const row = trimmed.startsWith('{')
      ? statJsonLine(trimmed, line)
      : separator === undefined
        ? textLine(content, line)
        : csvLine(content, separator, line);
    if (row === undefined) found.others.push({ line, text: content });
    else found.rows.push({ ...row, repeated: row.repeated || repeated });
  });
  return found;
}

const HEADING = /^Performance counter stats for /;
const ABSENT = '<not counted>|<not supported>';

/** A thousands separator is what the locale says: comma, point, apostrophes, blanks of all widths. */
const TEXT_VALUE = new RegExp(
  String.raw`^\s*(${ABSENT}|\d{1,3}(?: \d{3})+(?:[.,]\d+)?|\d+(?:[.,'\u00a0\u2009\u2019\u202f]\d+)*)(?=\s)(.*)$`,
  'u',
);

/** "  1,234.56 msec cpu-clock   #  2.0 CPUs utilized  ( +- 0.34% )  (83.31%)" */
function textLine(content: string, line: number): StatRow | undefined {
  const match = TEXT_VALUE.exec(content);
  if (match === null) return undefined;
  const [, value = '', rest = ''] = match;
  const running = /\((\d+[.,]\d+)%\)\s*$/.exec(rest)?.[1];
  const repeated = /\( ?\+- *[\d.,]+% ?\)/.test(rest);
  const words = (rest.split('#', 1)[0] ?? '')
    .replace(/\( ?\+- *[\d.,]+% ?\)/, '')
    .replace(/\(\d+[.,]\d+%\)\s*$/, '')
    .trim()
    .split(/\s+/);
  const named = eventAndUnit(words);
  if (named === undefined) return undefined;
  return {
    ...named,
    ...valueOf(value),
    running: running === undefined ? null : Number(running.replace(',', '.')),
    repeated,
    line,
  };
}

/** Before Linux 4.18 the unit stood behind the name: "task-clock (msec)". */
function eventAndUnit(words: readonly string[]): { event: string; unit: string } | undefined {
  const [first = '', second] = words;
  if (first === '' || words.length > 2) return undefined;
  if (second === undefined) return { event: first, unit: '' };
  if (second === '(msec)') return { event: first, unit: 'msec' };
  // a number here is the count of an interval or a core; anything else behind a name is a cgroup
  return UNITS.has(first) ? { event: second, unit: first } : undefined;
}

const UNITS = new Set(['msec', 'ns', 'usec', 'sec']);

/** Digits in groups of three are a count, whatever stands between them; other last digits are decimals. */
function valueOf(text: string): { value: number | null; absent: string | null } {
  if (text.startsWith('<')) return { value: null, absent: text };
  const decimals = /[.,](\d{1,2}|\d{4,})$/.exec(text);
  const whole = decimals === null ? text : text.slice(0, decimals.index);
  const digits = whole.replaceAll(/\D/g, '');
  return { value: Number(`${digits}.${decimals?.[1] ?? '0'}`), absent: null };
}

/** The separator of `-x`, from the first line that it cuts into value, unit, event, run time, percent. */
function findSeparator(lines: readonly string[]): string | undefined {
  for (const line of lines) {
    for (const value of [`${ABSENT}|\\d+(?:\\.\\d+)?`, '\\d+,\\d+']) {
      const start = new RegExp(`^\\s*(?:${value})`).exec(line)?.[0];
      if (start === undefined) continue;
      for (let length = 1; length <= 10; length++) {
        const separator = line.slice(start.length, start.length + length);
        if (separator.length < length || /[\d<]$/.test(separator)) break;
        const fields = line.slice(start.length + length).split(separator);
        if (fieldsAfterEvent(fields) !== undefined) return separator;
      }
    }
  }
  return undefined;
}

/** Where run time and percent stand: behind the event, or behind a cgroup's name or the spread of -r. */
function fieldsAfterEvent(afterValue: readonly string[]): number | undefined {
  return [2, 3, 4].find(
    (at) =>
      /^\d+$/.test(afterValue[at] ?? '') && /^\d+[.,]\d+$/.test((afterValue[at + 1] ?? '').trim()),
  );
}

/** value, unit, event, [spread of -r,] run time, percent running, metrics */
function csvLine(content: string, separator: string, line: number): StatRow | undefined {
  const [value = '', ...fields] = content.trimStart().split(separator);
  const [unit = '', event = ''] = fields;
  const at = fieldsAfterEvent(fields);
  const spread = fields[2] ?? '';
  const repeated = at === 3 && /^[\d.,]+%$/.test(spread);
  if (!/^(?:<not \w+>|\d+(?:[.,]\d+)?)$/.test(value) || event === '') return undefined;
  // a number for a unit is an interval's count; one field more is a cgroup
  if (at === undefined || (at !== 2 && !repeated) || /^[\d<]/.test(unit)) return undefined;
  return {
    event,
    unit,
    ...plainValue(value),
    running: Number((fields[at + 1] ?? '').replace(',', '.')),
    repeated,
    line,
  };
}
