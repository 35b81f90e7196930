import type { RowSums } from './columns.js';
import { changeAt, type Changes } from './changes.js';
import { ALPHA, benjaminiHochberg, MIN_SAMPLES, verdictOf, VERDICTS } from './stats/index.js';

/** Both sides' sums of the same frames. */
export interface FramePair {
  base: RowSums;
  new: RowSums;
}

const [UNTESTED, NOISE] = [VERDICTS.indexOf('too little data'), VERDICTS.indexOf('within noise')];

/** Whether a frame has samples enough for a verdict; others are no tests. */
export function isTestedFrame({ base, new: other }: FramePair, at: number): boolean {
  return samplesAt(base, other, at) >= MIN_SAMPLES;
}

const samplesAt = (base: RowSums, other: RowSums, at: number) =>
  (base.samples[at] ?? 0) + (other.samples[at] ?? 0);

/**
 * Verdicts on frames as one family of tests, as indexes in `VERDICTS`: frames have no intervals in the
 * report, so that nothing else is kept of them.
 */
export function testFrames(frames: FramePair, changes: Changes): Uint8Array {
  const { base, new: other } = frames;
  const count = base.samples.length;
  const verdicts = new Uint8Array(count).fill(UNTESTED);
  // all that the family may find; a p-value over the level is rejected in no family
  const open: number[] = [];
  let tests = 0;
  for (let at = 0; at < count; at++) {
    if (!isTestedFrame(frames, at)) continue;
    tests++;
    if ((changes.p[at] ?? 1) <= ALPHA) open.push(at);
    else if (!Number.isNaN(changes.low[at])) verdicts[at] = NOISE;
  }
  const q = benjaminiHochberg(
    open.map((at) => changes.p[at] ?? 1),
    tests,
  );
  open.forEach((at, i) => {
    const samples = samplesAt(base, other, at);
    const found = verdictOf({ ...changeAt(changes, at), q: q[i] ?? 1, samples });
    verdicts[at] = VERDICTS.indexOf(found);
  });
  return verdicts;
}
