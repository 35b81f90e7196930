import type { Interval } from './types.js';

export const VERDICTS = ['more', 'less', 'within noise', 'too little data'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** On both sides together; under it neither test nor interval is worth its name. */
export const MIN_SAMPLES = 10;
export const ALPHA = 0.05;

/** `q` is the p-value after correction for the many rows (fdr.ts), or p itself for a single test. */
export function verdictOf(row: {
  delta: number;
  interval: Interval | null;
  q: number;
  samples: number;
}): Verdict {
  if (row.interval === null || row.samples < MIN_SAMPLES) return 'too little data';
  const [low, high] = row.interval;
  if (!(row.q <= ALPHA) || (low <= 0 && high >= 0)) return 'within noise';
  return row.delta > 0 ? 'more' : 'less';
}
