import { isTimerEvent, type Side } from '../compare/index.js';
import type { Warning } from './warnings.js';

/** Sums of periods miss up to a period a CPU and counter, which a few thousand samples hide. */
const ORDINARY = 0.02;

/** Where a run's samples do not add up to what perf stat counted, and where that is itself uncertain. */
export function anchorWarnings(label: string, side: Side): Warning[] {
  const anchors = (side.anchors ?? []).map((anchor, i) => ({ anchor, run: side.profile.runs[i] }));
  const differing = anchors.filter(
    // samples that printed no period do not sum up to events
    ({ anchor, run }) =>
      run !== undefined && run.samplesWithoutPeriod === 0 && Math.abs(anchor.factor - 1) > ORDINARY,
  );
  const warnings: Warning[] = [];
  const [worst] = [...differing].sort((a, b) => apart(b) - apart(a));
  if (worst !== undefined) {
    const { factor } = worst.anchor;
    const cause =
      factor > 2 || factor < 0.5
        ? 'another run, event or scope (-a, a process)?'
        : factor > 1
          ? 'lost or throttled samples, or another scope (-a, a process)?'
          : 'another run, or another scope (-a, a process)?';
    // a clock counts on through idle time, where its timer stands still
    const idle = isTimerEvent(side.event) && factor > 1 ? ' Idle time, hardly sampled?' : '';
    const others = differing.length > 1 ? `; ${differing.length} runs differ` : '';
    warnings.push({
      code: 'stat-differs',
      message:
        `${label}: the samples of ${worst.run?.path} sum up to ${(100 / factor).toFixed(1)} % of ` +
        `what ${worst.anchor.path} counted${others}: ${cause}${idle} ` +
        'Rows are scaled as if what is missing were like the rest',
    });
  }
  const multiplexed = anchors.filter(({ anchor }) => (anchor.running ?? 100) < 99.5);
  if (multiplexed.length > 0) {
    const least = Math.min(...multiplexed.map(({ anchor }) => anchor.running ?? 100));
    warnings.push({
      code: 'stat-estimate',
      message:
        `${label}: perf stat shared the counter (it ran ${least.toFixed(0)} % of the time in ` +
        `${multiplexed[0]?.anchor.path}): such a total is an estimate; count fewer events at once`,
    });
  }
  const repeated = anchors.filter(({ anchor }) => anchor.repeated);
  if (repeated.length > 0) {
    warnings.push({
      code: 'stat-estimate',
      message:
        `${label}: ${repeated.map(({ anchor }) => anchor.path).join(', ')} hold means of repetitions ` +
        '(perf stat -r), not the count of the run that was recorded',
    });
  }
  return warnings;
}

function apart({ anchor }: { anchor: { factor: number } }): number {
  return Math.abs(Math.log(anchor.factor));
}
