import { ExitStatus, UserError } from '../errors.js';
import type { Side } from './side.js';

/** A run's true event total, as perf stat counted it. */
export interface Anchor {
  path: string;
  sha256: string;
  /** In the unit of the event's periods. */
  count: number;
  /** Percent of the time that the counter ran: below 100 the count is itself an estimate. */
  running: number | null;
  /** Whether it is the mean of several executions (perf stat -r). */
  repeated: boolean;
}

/** What anchoring did to a run. */
export interface Anchored extends Anchor {
  /** Sum over all the run's samples of the event, before filters. */
  sampled: number;
  /** count / sampled: what its weights are multiplied by. */
  factor: number;
}

/**
 * Scales each run so that all its samples of the event sum up to its count. Samples say how a run's total
 * is divided, the counter says how large it is: lost and throttled samples, and the part of a period
 * at the end of each CPU, are missing from a sum of periods. Linear, so that a ledger keeps adding up.
 * Sets the side's factors; to be called before `normalize`.
 */
export function anchorSide(side: Side, anchors: readonly Anchor[]): void {
  side.anchors = anchors.map((anchor, i) => {
    const column = side.columns[i];
    // inputs without filters only have the total
    const sampled = Math.max(column?.unfiltered ?? 0, column?.total ?? 0);
    if (!(sampled > 0)) {
      const run = side.profile.runs[i]?.path ?? `run ${i + 1}`;
      throw new UserError(
        `${run}: no weight of ${side.event} that ${anchor.path} could be the total of; ` +
          'record the event that perf stat counts',
        ExitStatus.input,
      );
    }
    return { ...anchor, sampled, factor: anchor.count / sampled };
  });
  side.factors = side.factors.map((factor, i) => factor * (side.anchors?.[i]?.factor ?? 1));
}
