import type { Run } from './profile.js';

/** Seconds at which a recording ended, by the clock of its machine; null where the header does not say. */
export function endedAt(run: Run): number | null {
  const { capturedOn } = run.header;
  const parsed = capturedOn === null ? NaN : Date.parse(`${capturedOn} UTC`);
  return Number.isNaN(parsed) ? null : parsed / 1000;
}

/** Whether two runs are one recording, in other files or packed in another way. */
export function isSameRecording(a: Run, b: Run): boolean {
  if (a.sha256 === b.sha256) return true;
  const said = (run: Run) => [run.header.hostname, run.header.capturedOn, run.lastTime];
  const [one, other] = [said(a), said(b)];
  return !one.includes(null) && a.samples === b.samples && one.every((v, i) => v === other[i]);
}

/**
 * Which boot each run is from, numbered from 0 in the order of the runs, as far as their headers tell. A
 * boot's clock starts at 0: a recording that ended sooner after another one than its own last time stamp
 * says belongs to a boot that was up while the other ran. Runs whose header says nothing are boots of their own, but for
 * one file given twice.
 */
export function bootOfRuns(runs: readonly Run[]): number[] {
  const ends = runs
    .map((run, at) => ({ run, at, end: endedAt(run) }))
    .filter((entry): entry is typeof entry & { end: number } => entry.end !== null)
    .sort((a, b) => a.end - b.end);
  const first = runs.map((run) => runs.findIndex((other) => isSameRecording(other, run)));
  // hosts may have been recorded in turns
  const last = new Map<string | null, (typeof ends)[number]>();
  for (const entry of ends) {
    const { run, at, end } = entry;
    const before = last.get(run.header.hostname);
    last.set(run.header.hostname, entry);
    const shared = before !== undefined && run.lastTime !== null && end - before.end < run.lastTime;
    if (shared) first[at] = first[before.at] ?? before.at;
  }
  const numbers = new Map<number, number>();
  return first.map((boot) => {
    const known = numbers.get(boot) ?? numbers.size;
    numbers.set(boot, known);
    return known;
  });
}

/** How many boots the runs are from. */
export function bootsOf(runs: readonly Run[]): number {
  return new Set(bootOfRuns(runs)).size;
}
