import { budgetNeeds, isTimerEvent, unitOf, type Noise } from '../compare/index.js';
import { columnOf, type Profile } from '../profile/index.js';
import { CHECK_SCHEMA, type CheckReport } from './check-schema.js';
import { checkWarnings } from './check-warnings.js';

export interface CheckInput {
  profile: Profile;
  event: string;
  eventAsked: boolean;
  noise: Noise;
  /** Percent of the total; undefined without a budget. */
  budget: number | undefined;
  version: string;
  argv: string[];
}

/** Fills the document of `pvflame check`. Pure: the same input gives the same document. */
export function buildCheck(input: CheckInput): CheckReport {
  const { profile, event, noise } = input;
  const { runs } = profile;
  const header = runs[0]?.header;
  return {
    schema: CHECK_SCHEMA,
    kernel: header?.osRelease ?? null,
    event,
    unit: unitOf(
      event,
      runs.some((run) => run.samplesWithoutPeriod < run.samples),
    ),
    timer: isTimerEvent(event),
    recording: {
      hostname: header?.hostname ?? null,
      osRelease: header?.osRelease ?? null,
      arch: header?.arch ?? null,
      cpu: header?.cpu ?? null,
      cpusOnline: header?.cpusOnline ?? null,
      perfVersion: header?.perfVersion ?? null,
      command: header?.command ?? null,
    },
    runs: runs.map((run, i) => ({
      path: run.path,
      sha256: run.sha256,
      boot: noise.boot[i] ?? i,
      samples: columnOf(run, event)?.samples ?? 0,
      weight: columnOf(run, event)?.total ?? 0,
      lost: run.lost,
      skipped: run.skipped,
      duration: run.duration === null ? null : Math.round(run.duration * 1e9) / 1e9,
    })),
    boots: noise.boots,
    total: { mean: noise.mean, spread: noise.spread },
    within: noise.within,
    functions: noise.functions,
    frames: noise.frames,
    detectable: noise.detectable,
    budget: input.budget === undefined ? null : budgetOf(input, input.budget),
    statistics: { confidence: 0.95, power: 0.8, alpha: 0.05 },
    warnings: checkWarnings(input),
    provenance: { tool: 'pvflame', version: input.version, argv: input.argv },
  };
}

/** On a timer event no op's budget is decided, whatever the number of samples. */
function budgetOf({ noise, event }: CheckInput, limit: number): CheckReport['budget'] {
  const needs = budgetNeeds(noise, limit);
  return isTimerEvent(event) ? { ...needs, samples: null } : needs;
}
