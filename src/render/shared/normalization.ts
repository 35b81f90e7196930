import type { Report } from '../../report/schema.js';

const YARDSTICKS = { total: 'total', user: 'user space', work: 'work' } as const;

/** What was scaled, in words; null where nothing was. */
export function normalizationWords({ normalization, base, new: other }: Report): string | null {
  const { mode, factor } = normalization;
  if (mode === 'none') return null;
  const number = String(Number(factor.toPrecision(6)));
  return base.runs.length === 1 && other.runs.length === 1
    ? `new is multiplied by ${number} (--normalize ${mode})`
    : `each run is scaled to base's mean ${YARDSTICKS[mode]}, new by ${number} on average (--normalize ${mode})`;
}
