import type { Comparison, Side } from '../compare/index.js';
import { eventsOf, type Run } from '../profile/index.js';
import { anchorWarnings } from './anchor-warnings.js';
import { normalizationWarnings } from './normalization-warnings.js';
import { runOrder, sameRecordings, sharedBoots, sharedRecordings } from './run-warnings.js';
import type { WarningCode } from './schema.js';

export interface Warning {
  code: WarningCode;
  message: string;
}

export interface WarningInput {
  comparison: Comparison;
  base: Side;
  new: Side;
  labels: { base: string; new: string };
  kernelOnly: boolean;
  /** true where the user named the event. */
  eventAsked: boolean;
}

/** What the reader must know before believing a number, worst first. */
export function collectWarnings(input: WarningInput): Warning[] {
  return [
    ...sameness(input),
    ...repetition(input),
    ...eventWarnings(input),
    ...recordingWarnings(input),
    ...sidesOf(input).flatMap(({ label, side }) => anchorWarnings(label, side)),
    ...normalizationWarnings(input),
    ...coverage(input),
  ];
}

const sidesOf = (input: WarningInput) =>
  [
    { label: input.labels.base, side: input.base },
    { label: input.labels.new, side: input.new },
  ] as const;

function sameness({ comparison, base, new: other }: WarningInput): Warning[] {
  const [b, n] = [base.profile.runs, other.profile.runs];
  const warnings = sameRecordings(b, n);
  if (comparison.sameImage && sharedRecordings(b, n).length === 0) {
    warnings.push({
      code: 'same-kernel',
      message:
        'both sides ran the same kernel image (its functions lie at the same addresses): ' +
        'differences are patching at boot, run-time state, or noise',
    });
  }
  if (looksSwapped(comparison)) {
    warnings.push({
      code: 'swapped',
      message:
        'paravirt callees occur in base only: base is meant to be the kernel without them; swapped?',
    });
  }
  return warnings;
}

/** Clock reads are out of line in every kernel; two other ops on one side only are a kernel's mark. */
function looksSwapped({ ops }: Comparison): boolean {
  const telling = ops.filter((op) => !op.op.startsWith('time.'));
  const onBase = telling.filter((op) => op.base.samples > 0).length;
  const onNew = telling.filter((op) => op.new.samples > 0).length;
  return onBase >= 2 && onNew === 0;
}

function repetition({ base, new: other, labels }: WarningInput): Warning[] {
  const [b, n] = [base.columns.length, other.columns.length];
  const dependent = [
    ...sharedBoots(labels.base, base.profile.runs),
    ...sharedBoots(labels.new, other.profile.runs),
    ...runOrder(base.profile.runs, other.profile.runs),
  ];
  if (b > 1 && n > 1) return dependent;
  return [
    ...dependent,
    {
      code: 'one-run',
      message:
        `${b === 1 && n === 1 ? 'one run a side' : `${b} base and ${n} new runs`}: ` +
        'no interval and no verdict on the total, and those of rows are of sampling noise only; boots of one ' +
        'kernel may differ by more, repeat both sides',
    },
  ];
}

function eventWarnings(input: WarningInput): Warning[] {
  const warnings: Warning[] = [];
  if (input.comparison.timer) {
    warnings.push({
      code: 'timer-event',
      message:
        `${input.base.event} cannot sample while interrupts are off: that time shows where they come ` +
        'back on, in other functions; rows of call, ops and sites are lower bounds (>=)',
    });
  }
  const seen = new Map<string, number>();
  for (const { side } of sidesOf(input)) {
    for (const { name, samples } of eventsOf(side.profile))
      seen.set(name, (seen.get(name) ?? 0) + samples);
  }
  seen.delete(input.base.event);
  seen.delete(input.new.event);
  if (seen.size > 0 && !input.eventAsked) {
    warnings.push({
      code: 'several-events',
      message:
        `only ${input.base.event || 'the unnamed event'} is counted; the recordings also hold ` +
        `${[...seen].map(([name, n]) => `${name || '(unnamed)'} (${n} samples)`).join(', ')}; choose with --event`,
    });
  }
  if (input.base.event !== input.new.event) {
    warnings.push({
      code: 'other-event-chosen',
      message: `the event is written ${input.base.event} in base and ${input.new.event} in new: the same counter, with other modifiers`,
    });
  }
  for (const { label, side } of sidesOf(input)) {
    const bare = side.profile.runs.reduce((sum, run) => sum + run.samplesWithoutPeriod, 0);
    if (bare > 0) {
      warnings.push({
        code: 'no-period',
        message: `${label}: ${bare} samples without a printed period weigh 1 each; add period to perf script -F`,
      });
    }
    const exact = side.columns.every((column) => Number.isSafeInteger(column?.total ?? 0));
    if (!exact) {
      warnings.push({
        code: 'inexact-sum',
        message: `${label}: sums beyond 2^53 are not exact to the last unit`,
      });
    }
  }
  return warnings;
}

function recordingWarnings(input: WarningInput): Warning[] {
  const warnings: Warning[] = [];
  const simulated = sidesOf(input).filter(({ side }) =>
    side.profile.runs.some((run) =>
      /simulated/i.test(`${run.header.hostname} ${run.header.command}`),
    ),
  );
  if (simulated.length > 0) {
    warnings.push({
      code: 'simulated',
      message: `${simulated.map(({ label }) => label).join(' and ')}: the recording says that it is simulated, not measured`,
    });
  }
  for (const { label, side } of sidesOf(input)) {
    const { runs } = side.profile;
    const total = (pick: (run: Run) => number) => runs.reduce((sum, run) => sum + pick(run), 0);
    const flat = total((run) => run.flatSamples);
    if (flat > 0 && flat === total((run) => run.samples)) {
      warnings.push({
        code: 'flat',
        message: `${label}: no callchains: the graph is one level deep, and no call site is known; record with -g`,
      });
    }
    const lost = total((run) => run.lost);
    if (lost > 0) {
      warnings.push({
        code: 'lost-samples',
        message:
          `${label}: perf lost ${lost} events; ` +
          (side.anchors === undefined
            ? 'the totals are too low'
            : "perf stat's totals make up for it, as if they were like the rest"),
      });
    }
    if (runs.some((run) => run.truncated)) {
      warnings.push({
        code: 'truncated',
        message: `${label}: the input ends in the middle of a line; its last sample was left out`,
      });
    }
    const skipped = runs.flatMap((run) => run.skipped.map((s) => ({ ...s, path: run.path })));
    if (skipped.length > 0) {
      const lines = skipped.reduce((sum, s) => sum + s.lines, 0);
      const [first] = skipped;
      warnings.push({
        code: 'skipped-lines',
        message: `${label}: ${lines} lines skipped, the first at ${first?.path}:${first?.firstLine} (${first?.reason})`,
      });
    }
  }
  const cpus = [input.base, input.new].map((side) =>
    [...new Set(side.profile.runs.map((run) => run.header.cpusOnline))].sort(
      (a, b) => Number(a) - Number(b),
    ),
  );
  if (cpus.every((side) => !side.includes(null)) && String(cpus[0]) !== String(cpus[1])) {
    const words = cpus.map((side) => side.join(' and '));
    warnings.push({
      code: 'cpu-count',
      message: `base ran on ${words[0]} CPUs, new on ${words[1]}: the same work need not cost the same`,
    });
  }
  return warnings;
}

function coverage(input: WarningInput): Warning[] {
  const warnings: Warning[] = [];
  for (const { label, side } of sidesOf(input)) {
    const { known, unknown, withoutOffset } = kernelSamples(side);
    if (known + unknown === 0) {
      warnings.push({
        code: 'user-only',
        message: `${label}: no kernel samples; paravirt cannot show`,
      });
    } else if (unknown > 0) {
      const percent = ((100 * unknown) / (known + unknown)).toFixed(1);
      warnings.push({
        code: 'unknown-kernel-symbols',
        message: `${label}: ${percent} % of the kernel samples have no symbol; nothing is said of them`,
      });
    }
    if (known > 0 && withoutOffset === known) {
      warnings.push({
        code: 'no-offsets',
        message: `${label}: no symbol offsets: call sites cannot be told apart; add symoff to perf script -F`,
      });
    }
  }
  if (input.comparison.withImages) return warnings;
  warnings.push({
    code: 'without-image',
    message:
      'without kernel images only out-of-line callees are seen: what patching put inline, and what ' +
      'sites cost their callers, is in rest',
  });
  return warnings;
}

/** Samples whose innermost frame is kernel code, by whether its symbol and offset are known. */
export function kernelSamples(side: Side): {
  known: number;
  unknown: number;
  withoutOffset: number;
} {
  const { keys } = side.profile.stacks.columns;
  const kinds = kernelFrameKinds(side);
  const sums = { known: 0, unknown: 0, withoutOffset: 0 };
  for (const column of side.columns) {
    const counts = column?.columns.counts ?? [];
    for (let node = 0; node < counts.length; node++) {
      const samples = counts[node] ?? 0;
      const frame = keys[node] ?? -1;
      if (samples === 0 || frame < 0) continue;
      const kind = kinds[frame] ?? 0;
      if ((kind & UNKNOWN) !== 0) sums.unknown += samples;
      if ((kind & KNOWN) !== 0) sums.known += samples;
      if ((kind & WITHOUT_OFFSET) !== 0) sums.withoutOffset += samples;
    }
  }
  return sums;
}

const [UNKNOWN, KNOWN, WITHOUT_OFFSET] = [1, 2, 4];
const [NAMED, SAID_UNKNOWN, EMPTY] = [1, 2, 3];

/** Of each frame; 0 of user code. */
function kernelFrameKinds({ profile, facts }: Side): Uint8Array {
  const { strings, symbol: symbols, offset: offsets, size } = profile.frames;
  const kinds = new Uint8Array(size);
  // what each symbol says, by its id
  const texts = new Uint8Array(strings.size);
  for (let frame = 0; frame < size; frame++) {
    if (facts.kind[frame] === 'user') continue;
    const symbol = symbols[frame] ?? 0;
    if (texts[symbol] === 0) {
      const text = strings.text(symbol);
      texts[symbol] = text === '[unknown]' ? SAID_UNKNOWN : text === '' ? EMPTY : NAMED;
    }
    const isBare = (offsets[frame] ?? -1) < 0 && texts[symbol] !== SAID_UNKNOWN;
    kinds[frame] = (texts[symbol] === NAMED ? KNOWN : UNKNOWN) | (isBare ? WITHOUT_OFFSET : 0);
  }
  return kinds;
}
