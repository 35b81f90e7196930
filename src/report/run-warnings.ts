import { bootsOf, endedAt, type Run } from '../profile/index.js';
import type { Warning } from './warnings.js';

/** Runs that are not boots of their own: under two boots a side only sampling noise is known. */
export function sharedBoots(label: string, runs: readonly Run[]): Warning[] {
  const boots = bootsOf(runs);
  if (boots === runs.length) return [];
  const effect =
    boots < 2
      ? 'the total has no interval, and rows those of sampling noise only: one boot does not show how boots differ'
      : 'intervals and verdicts claim more than they can';
  return [
    {
      code: 'shared-boot',
      message: `${label}: its ${runs.length} runs are from ${boots} boot${boots === 1 ? '' : 's'}, as their headers say; ${effect}`,
    },
  ];
}

/** All of one side before all of the other: what drifted in between counts as change. */
export function runOrder(base: readonly Run[], other: readonly Run[]): Warning[] {
  const times = [base, other].map((runs) => runs.map(endedAt).filter((end) => end !== null));
  const [b = [], n = []] = times;
  if (b.length < 2 || n.length < 2) return [];
  const apart = Math.max(...b) < Math.min(...n) || Math.max(...n) < Math.min(...b);
  if (!apart) return [];
  return [
    {
      code: 'run-order',
      message:
        'all runs of one side were recorded before all of the other: what drifted in between counts as change; alternate them',
    },
  ];
}
