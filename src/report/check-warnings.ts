import { isTimerEvent } from '../compare/index.js';
import { eventsOf, type Run } from '../profile/index.js';
import type { CheckInput } from './check.js';
import type { CheckWarning } from './check-schema.js';

/** What the reader must know before believing the noise figures, worst first. */
export function checkWarnings(input: CheckInput): CheckWarning[] {
  return [...repetition(input), ...machines(input.profile.runs), ...recordings(input)];
}

/** Under this many boots the spread's own interval is wider than a factor of three either way. */
const FEW_BOOTS = 5;

function repetition({ profile, noise }: CheckInput): CheckWarning[] {
  const { runs } = profile;
  const warnings: CheckWarning[] = [];
  if (noise.boots < runs.length) {
    warnings.push({
      code: 'shared-boot',
      message:
        `the ${runs.length} runs are from ${noise.boots} boot${noise.boots === 1 ? '' : 's'}, as their headers say: ` +
        'runs of one boot are no repetitions, and count as one, by their mean',
    });
  }
  if (noise.boots < 2) {
    warnings.push({
      code: 'one-boot',
      message:
        'one boot does not show how boots differ: no spread, no detectable effect; boot again between recordings',
    });
  } else if (noise.equal) {
    warnings.push({
      code: 'equal-totals',
      message:
        'all totals are the same to the last unit, which no two boots are: copies, or totals that were made to agree; no spread',
    });
  } else if (noise.boots < FEW_BOOTS) {
    warnings.push({
      code: 'few-boots',
      message: `${noise.boots} boots say little about their own spread: see its interval`,
    });
  }
  if (runs.every(stoppedByClock)) {
    warnings.push({
      code: 'same-duration',
      message:
        'the recordings last whole numbers of seconds: if a clock ended them, their totals say how busy ' +
        'the machine was, and so does their spread',
    });
  }
  return warnings;
}

function stoppedByClock({ duration }: Run): boolean {
  return duration !== null && duration > 0.9 && Math.abs(duration - Math.round(duration)) < 0.02;
}

function machines(runs: readonly Run[]): CheckWarning[] {
  const values = (of: (run: Run) => string | number | null) =>
    [...new Set(runs.map(of))].filter((value) => value !== null);
  const warnings: CheckWarning[] = [];
  const cpus = values((run) => run.header.cpusOnline);
  if (cpus.length > 1)
    warnings.push({
      code: 'cpu-count',
      message: `the runs had ${cpus.join(', ')} CPUs: what that changes counts as noise here`,
    });
  for (const [what, found] of [
    ['processors', values((run) => run.header.cpu)],
    ['hosts', values((run) => run.header.hostname)],
  ] as const) {
    if (found.length > 1)
      warnings.push({
        code: 'other-machine',
        message: `the runs are from several ${what} (${found.join(', ')}): what they differ by counts as noise here`,
      });
  }
  if (runs.some((run) => /simulated/i.test(`${run.header.hostname} ${run.header.command}`)))
    warnings.push({
      code: 'simulated',
      message: 'a recording says that it is simulated, not measured: this is no noise of boots',
    });
  return warnings;
}

function recordings({ profile, event, eventAsked }: CheckInput): CheckWarning[] {
  const { runs } = profile;
  const warnings: CheckWarning[] = [];
  if (isTimerEvent(event))
    warnings.push({
      code: 'timer-event',
      message: `${event} cannot sample while interrupts are off; the spread of what runs there is not seen`,
    });
  const others = eventsOf(profile).filter(({ name, samples }) => name !== event && samples > 0);
  if (others.length > 0 && !eventAsked)
    warnings.push({
      code: 'several-events',
      message: `only ${event || 'the unnamed event'} is counted, not ${others.map(({ name }) => name || '(unnamed)').join(', ')}; choose with --event`,
    });
  const bare = runs.reduce((sum, run) => sum + run.samplesWithoutPeriod, 0);
  if (bare > 0)
    warnings.push({
      code: 'no-period',
      message: `${bare} samples without a printed period weigh 1 each; add period to perf script -F`,
    });
  for (const run of runs) {
    if (run.lost > 0)
      warnings.push({
        code: 'lost-samples',
        message: `${run.path}: perf lost ${run.lost} events; its total is too low, the spread too large`,
      });
    if (run.truncated)
      warnings.push({
        code: 'truncated',
        message: `${run.path}: ends in the middle of a line; its last sample was left out`,
      });
    const [first] = run.skipped;
    if (first !== undefined)
      warnings.push({
        code: 'skipped-lines',
        message: `${run.path}:${first.firstLine}: ${run.skipped.reduce((n, s) => n + s.lines, 0)} lines skipped (${first.reason})`,
      });
  }
  return warnings;
}
