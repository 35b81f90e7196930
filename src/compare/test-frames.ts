import {
  benjaminiHochberg,
  MIN_SAMPLES,
  verdictOf,
  VERDICTS,
  type Change,
  type RowPair,
} from './stats/index.js';
import { rowAt, type RowSums } from './tally.js';

/** Both sides' sums of the same frames. */
export interface FramePair {
  base: RowSums;
  new: RowSums;
}

const UNTESTED = VERDICTS.indexOf('too little data');

/**
 * Verdicts on frames as one family of tests, as indexes in `VERDICTS`: frames have no intervals in the
 * report, so that nothing else is kept of them.
 */
export function testFrames(
  { base, new: other }: FramePair,
  change: (row: RowPair, at: number) => Change,
): Uint8Array {
  const count = base.samples.length;
  const verdicts = new Uint8Array(count).fill(UNTESTED);
  const tested: { at: number; samples: number; change: Change }[] = [];
  for (let at = 0; at < count; at++) {
    const samples = (base.samples[at] ?? 0) + (other.samples[at] ?? 0);
    if (samples < MIN_SAMPLES) continue;
    const row = { base: rowAt(base, at), new: rowAt(other, at) };
    tested.push({ at, samples, change: change(row, at) });
  }
  const q = benjaminiHochberg(tested.map(({ change: { p } }) => p));
  tested.forEach(({ at, samples, change: { delta, interval } }, i) => {
    verdicts[at] = VERDICTS.indexOf(verdictOf({ delta, interval, q: q[i] ?? 1, samples }));
  });
  return verdicts;
}
