/** What perf stat's totals did to the runs, in words. */
import type { Report } from '../../report/schema.js';
import { fixed } from './numbers.js';

/** "runs scaled to their perf stat counts: base x1.0034, new x0.9991 to x1.0012"; null without. */
export function anchorWords({ base, new: other }: Report): string | null {
  const factors = (side: Report['base']) => side.runs.flatMap((run) => run.anchor?.factor ?? []);
  const [b, n] = [factors(base), factors(other)];
  if (b.length === 0 && n.length === 0) return null;
  const range = (of: number[]) => {
    const ends = [...new Set([Math.min(...of), Math.max(...of)].map((f) => `x${fixed(f, 4)}`))];
    return ends.join(' to ');
  };
  return `runs scaled to their perf stat counts: base ${range(b)}, new ${range(n)}`;
}
