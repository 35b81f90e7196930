import * as z from 'zod';
import { plainValue, type StatRow } from './perf-stat-row.js';

const number = z.union([z.number(), z.string()]).optional();

/** Keys that say nothing of where or when: any other one makes the line a part of the total. */
const rowSchema = z.strictObject({
  'counter-value': z.string().regex(/^(?:<not \w+>|\d+(?:[.,]\d+)?)$/),
  unit: z.string(),
  event: z.string().min(1),
  variance: number,
  'event-runtime': number,
  'pcnt-running': z.number().optional(),
  'metric-value': number.nullable(),
  'metric-unit': z.string().optional(),
  'metric-threshold': z.string().optional(),
});

/** A line of `perf stat -j`; undefined where it is none, or not a total. */
export function statJsonLine(text: string, line: number): StatRow | undefined {
  const row = rowSchema.safeParse(parsed(text));
  if (!row.success) return undefined;
  const { event, unit, variance } = row.data;
  return {
    event,
    unit,
    ...plainValue(row.data['counter-value']),
    running: row.data['pcnt-running'] ?? null,
    repeated: variance !== undefined,
    line,
  };
}

function parsed(text: string): unknown {
  // perf prints numbers that JSON does not have: nan, and a locale's decimal comma
  const repaired = text
    .replaceAll(/: -?(?:nan|inf)(?=[,}])/g, ': null')
    .replaceAll(/: (-?\d+),(\d+)(?=[,}])/g, ': $1.$2');
  try {
    return JSON.parse(repaired);
  } catch {
    return undefined;
  }
}
