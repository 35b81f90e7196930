/** One counter's line of `perf stat`. */
export interface StatRow {
  event: string;
  /** "" for plain counts; perf's word for a scaled one: msec. */
  unit: string;
  /** null where perf could not count: `<not counted>`, `<not supported>`. */
  value: number | null;
  /** What perf said in place of a value. */
  absent: string | null;
  /** Percent of the time that the counter ran; below 100 the value is perf's extrapolation. */
  running: number | null;
  /** Whether the value is the mean of repetitions (`-r`). */
  repeated: boolean;
  line: number;
}

/** A number without grouping, as in CSV and JSON; a locale may write a decimal comma. */
export function plainValue(text: string): { value: number | null; absent: string | null } {
  if (text.startsWith('<')) return { value: null, absent: text };
  return { value: Number(text.replace(',', '.')), absent: null };
}
