import type { FrameFacts } from '../paravirt/index.js';
import { columnOf, type Profile, type WeightColumn } from '../profile/index.js';

/** One side as the comparison sees it: its profile, what its frames are, and the event that counts. */
export interface Side {
  profile: Profile;
  facts: FrameFacts;
  event: string;
  /** One a run; undefined where a run has no sample of the event. */
  columns: (WeightColumn | undefined)[];
  /** What each run's weights are multiplied by (normalisation); 1 without. */
  factors: number[];
}

export function makeSide(profile: Profile, facts: FrameFacts, event: string): Side {
  const columns = profile.runs.map((run) => columnOf(run, event));
  return { profile, facts, event, columns, factors: columns.map(() => 1) };
}

/** Calls `visit` for every stack node with samples: run, node, normalised self weight, samples. */
export function eachWeight(
  side: Side,
  visit: (run: number, node: number, weight: number, samples: number) => void,
): void {
  side.columns.forEach((column, run) => {
    if (column === undefined) return;
    const factor = side.factors[run] ?? 1;
    for (let node = 0; node < column.length; node++) {
      const samples = column.count(node);
      if (samples > 0) visit(run, node, column.weight(node) * factor, samples);
    }
  });
}

/** An event that cannot sample while interrupts are off: the software timers. */
export function isTimerEvent(event: string): boolean {
  return /^(?:cpu-clock|task-clock)(?::\w*)?$/.test(event);
}

/** What a weight of this event counts; nothing but cycles is ever called cycles. */
export function unitOf(event: string, hasPeriods: boolean): string {
  if (!hasPeriods) return 'samples';
  if (isTimerEvent(event)) return 'ns';
  const plain = event.replace(/:[ukhGHpPSDIWeb]+$/, '');
  const pmu = /^\w+\/([\w-]+)\/\w*$/.exec(plain)?.[1];
  const name = pmu ?? plain;
  if (/^(?:cpu-)?cycles$/.test(name)) return 'cycles';
  return name === '' ? 'event counts' : name;
}
