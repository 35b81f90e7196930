import { percentOf, simulateFixes } from './fix.js';
import { KERNELS, RUNS, SAMPLES, WORLDS, type WorldName } from './worlds.js';

/** Worlds of the recovered share: with and without spread between runs, with and without correlation. */
export const FIX_WORLDS: WorldName[] = [
  'sampling only',
  'correlated',
  'run spread',
  'run spread, correlated',
];
export const SHARES = [0, 0.5, 1, 1.2];

/** The table in docs/validate.md, line by line. */
export function* fixCalibration(rounds: number): Generator<string> {
  yield '| runs a profile | world | samples a run | recovered | total | op | function |';
  yield '| --- | --- | --- | --- | --- | --- | --- |';
  for (const runs of RUNS) {
    for (const name of FIX_WORLDS) {
      for (const [i, samples] of SAMPLES.entries()) {
        const share = SHARES[(i + runs) % SHARES.length] ?? 0;
        const world = { ...WORLDS[name], samples };
        const found = simulateFixes(KERNELS.changed, world, { runs, share }, rounds, 41);
        yield `| ${runs} | ${name} | ${samples} | ${100 * share} % | ${percentOf(found.total)} | ${percentOf(found.op)} | ${percentOf(found.function)} |`;
      }
    }
  }
}
