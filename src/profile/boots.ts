import type { Run } from './profile.js';

/** Seconds at which a recording ended, by the clock of its machine; null where the header does not say. */
export function endedAt(run: Run): number | null {
  const { capturedOn } = run.header;
  const parsed = capturedOn === null ? NaN : Date.parse(`${capturedOn} UTC`);
  return Number.isNaN(parsed) ? null : parsed / 1000;
}

/**
 * How many boots the runs of a side are from, as far as their headers tell. A boot's clock starts at 0: a
 * recording that ended sooner after another one than its own last time stamp says belongs to a boot that
 * was up while the other ran. Runs whose header says nothing count as boots of their own.
 */
export function bootsOf(runs: readonly Run[]): number {
  const ends = runs
    .map((run) => ({ run, end: endedAt(run) }))
    .filter((entry): entry is { run: Run; end: number } => entry.end !== null)
    .sort((a, b) => a.end - b.end);
  const shared = ends.filter(({ run, end }, i) => {
    const before = ends[i - 1];
    return (
      before !== undefined &&
      before.run.header.hostname === run.header.hostname &&
      run.lastTime !== null &&
      end - before.end < run.lastTime
    );
  });
  return runs.length - shared.length;
}
