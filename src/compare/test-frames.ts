import type { RowSums } from './columns.js';
import {
  ALPHA,
  benjaminiHochberg,
  MIN_SAMPLES,
  verdictOf,
  VERDICTS,
  type Change,
} from './stats/index.js';

/** Both sides' sums of the same frames. */
export interface FramePair {
  base: RowSums;
  new: RowSums;
}

const [UNTESTED, NOISE] = [VERDICTS.indexOf('too little data'), VERDICTS.indexOf('within noise')];

/**
 * Verdicts on frames as one family of tests, as indexes in `VERDICTS`: frames have no intervals in the
 * report, so that nothing else is kept of them.
 */
export function testFrames(
  { base, new: other }: FramePair,
  changeOf: (frame: number) => Change,
): Uint8Array {
  const count = base.samples.length;
  const verdicts = new Uint8Array(count).fill(UNTESTED);
  const samples = (at: number) => (base.samples[at] ?? 0) + (other.samples[at] ?? 0);
  // all that the family may find; a p-value over the level is rejected in no family
  const open: { at: number; change: Change }[] = [];
  let tests = 0;
  for (let at = 0; at < count; at++) {
    if (samples(at) < MIN_SAMPLES) continue;
    tests++;
    const change = changeOf(at);
    if (change.p <= ALPHA) open.push({ at, change });
    else if (change.interval !== null) verdicts[at] = NOISE;
  }
  const q = benjaminiHochberg(
    open.map(({ change: { p } }) => p),
    tests,
  );
  open.forEach(({ at, change: { delta, interval } }, i) => {
    const found = verdictOf({ delta, interval, q: q[i] ?? 1, samples: samples(at) });
    verdicts[at] = VERDICTS.indexOf(found);
  });
  return verdicts;
}
