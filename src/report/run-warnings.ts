import { bootsOf, endedAt, isSameRecording, type Run } from '../profile/index.js';
import type { Warning } from './warnings.js';

/** Runs that are not boots of their own: under two boots a side only sampling noise is known. */
export function sharedBoots(label: string, runs: readonly Run[]): Warning[] {
  const boots = bootsOf(runs);
  if (boots === runs.length) return [];
  const effect =
    boots < 2
      ? 'the total has no interval, and rows those of sampling noise only: one boot does not show how boots differ'
      : 'those of one boot count as one, by their mean: what boots differ by does not average out within one';
  return [
    {
      code: 'shared-boot',
      message: `${label}: its ${runs.length} runs are from ${boots} boot${boots === 1 ? '' : 's'}, as their headers say; ${effect}`,
    },
  ];
}

/** The recordings of `other` that `base` holds too. */
export function sharedRecordings(base: readonly Run[], other: readonly Run[]): Run[] {
  return other.filter((run) => base.some((one) => isSameRecording(one, run)));
}

/** Recordings that are there more than once: no repetitions of anything. */
export function sameRecordings(base: readonly Run[], other: readonly Run[]): Warning[] {
  const shared = sharedRecordings(base, other);
  const names = (runs: readonly Run[]) => runs.map((run) => run.path).join(', ');
  const again = [base, other].map((runs) =>
    runs.filter((run, at) => runs.findIndex((one) => isSameRecording(one, run)) < at),
  );
  const code = 'same-file';
  return [
    ...(shared.length === 0
      ? []
      : [
          {
            code,
            message:
              `both sides hold the same recording (${names(shared)})` +
              (shared.length === base.length && shared.length === other.length
                ? ': a difference of 0 says nothing'
                : ': the sides are not independent'),
          } as const,
        ]),
    ...again.flatMap((runs, side) =>
      runs.length === 0
        ? []
        : [
            {
              code,
              message: `${side === 0 ? 'base' : 'new'} holds a recording twice (${names(runs)}): it counts as one repetition`,
            } as const,
          ],
    ),
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
