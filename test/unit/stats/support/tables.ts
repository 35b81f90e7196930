import { KINDS } from './coverage.js';
import { exactKernel } from './exact.js';
import type { Kernel } from './kernel.js';
import { findPlanted, PLANTED } from './power.js';
import {
  type Case,
  cases,
  coverage,
  exactCases,
  KERNELS,
  simulateCase,
  WORLDS,
  type WorldName,
} from './worlds.js';

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

function head(cells: readonly string[]): string[] {
  return ['', row(cells), row(cells.map(() => '---'))];
}

const CASE = ['runs a side', 'world', 'samples a run'];
const caseCells = (of: Case) => [of.runs, of.world, of.samples];

export function* coverageTable(
  kernel: Kernel,
  of: readonly Case[],
  rounds: number,
): Generator<string> {
  yield* head([...CASE, ...KINDS.map((kind) => kind.replace('<', ' under '))]);
  for (const one of of) {
    const outcome = simulateCase(kernel, one, rounds, 1);
    const cells = KINDS.map((kind) => coverage(outcome, kind)?.toFixed(1) ?? '-');
    yield row([...caseCells(one), ...cells]);
  }
}

export function* falseTable(of: readonly Case[], rounds: number): Generator<string> {
  yield* head([...CASE, 'an op', 'a function', 'either']);
  for (const one of of) {
    const { any } = simulateCase(KERNELS.same, one, rounds, 2);
    const cells = [any.op, any.function, any.either].map((n) => ((100 * n) / rounds).toFixed(1));
    yield row([...caseCells(one), ...cells]);
  }
}

export function* powerTable(rounds: number): Generator<string> {
  yield* head([...CASE, 'share of new, %', 'paths', 'found as op', 'ideal', 'found as a path']);
  const worlds: WorldName[] = ['sampling only', 'run spread, correlated'];
  for (const runs of [1, 3, 5])
    for (const world of worlds)
      for (const samples of [2_000, 20_000]) {
        // What differs between runs cannot be seen with one.
        if (runs === 1 && world !== 'sampling only') continue;
        for (const planted of PLANTED) {
          const found = findPlanted(planted, { ...WORLDS[world], samples }, runs, rounds, 3);
          const cells = [found.op, found.ideal, found.path].map((n) => n.toFixed(0));
          yield row([runs, world, samples, planted.share * 100, planted.paths, ...cells]);
        }
      }
}

/** What docs/statistics.md ends with. */
export function* calibration(rounds: number): Generator<string> {
  yield '### Intervals: percent that hold the truth';
  yield* coverageTable(KERNELS.changed, cases(), rounds);
  yield '';
  yield '### The same where an op’s paths vary each on its own';
  const apart = cases().filter((one) => one.world === 'run spread' && one.samples === 200_000);
  yield* coverageTable(KERNELS.apart, apart, rounds);
  yield '';
  yield '### The twenty largest ops and functions of Linux 6.1, native against unpatched paravirt, drawn from exact counts';
  yield* coverageTable(exactKernel(), exactCases(), rounds);
  yield '';
  yield '### A/A: percent of comparisons of a kernel with itself that find anything';
  yield* falseTable(cases(), rounds);
  yield '';
  yield '### A/A with one run a side, where runs do differ (nothing in the recordings can tell)';
  const blind = cases()
    .filter((one) => one.runs === 3 && one.world === 'run spread')
    .map((one) => ({ ...one, runs: 1 }));
  yield* falseTable(blind, rounds);
  yield '';
  yield '### Power: a pv op that only new has, percent of comparisons that find it';
  yield* powerTable(rounds);
}
