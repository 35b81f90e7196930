import { firstChanges } from '../compare/index.js';
import type { Report } from './schema.js';
import { SERIES_SCHEMA, type Series, type SeriesStep } from './series-schema.js';
import { changeOf, type Pair } from './validate-rows.js';

export interface SeriesInput {
  labels: readonly string[];
  /** Index of the reference among the labels. */
  reference: number;
  /** By step: the reference against it; undefined of the reference itself. */
  overheads: readonly (Pair | undefined)[];
  /** By step from the second on: the step before against it. */
  steps: readonly Pair[];
  title: string | undefined;
  version: string;
  argv: string[];
}

const METHOD =
  "Welch's t over runs; an op's first change is sought among all ops of all steps, false discovery rate 5 %";

/** Fills the document of a row of kernels from its comparisons. Pure. */
export function buildSeries(input: SeriesInput): Series {
  const { labels, reference, overheads, steps } = input;
  const anyOverhead = overheads.find((pair) => pair !== undefined);
  if (anyOverhead === undefined) throw new Error('a series of one step');
  const { base } = anyOverhead.report;
  return {
    schema: SERIES_SCHEMA,
    title: input.title ?? null,
    reference: labels[reference] ?? '',
    event: base.event,
    unit: base.unit,
    timer: base.timer,
    steps: labels.map((label, i) =>
      stepOf(label, overheads[i]?.report, steps[i - 1]?.report, anyOverhead.report),
    ),
    firsts: firstsOf(labels, steps),
    warnings: warningsOf(input),
    statistics: { method: METHOD },
    provenance: { tool: 'pvflame', version: input.version, argv: input.argv },
  };
}

function stepOf(
  label: string,
  overhead: Report | undefined,
  step: Report | undefined,
  any: Report,
): SeriesStep {
  const side = overhead?.new ?? any.base;
  const total = (report: Report) => changeOf({ ...report.total });
  const rows = (overhead ?? any).ops.map((row) => ({
    op: row.op,
    weight: overhead === undefined ? row.base : row.new,
    extra: overhead === undefined ? 0 : row.extra,
    percent: overhead === undefined ? 0 : row.percent,
    bound: row.bound,
    samples: overhead === undefined ? row.samples.base : row.samples.new,
  }));
  const entry = overhead?.budget[0];
  return {
    label,
    kernel: side.kernel,
    runs: side.runs,
    total: overhead?.total.new ?? any.total.base,
    overhead: overhead === undefined ? null : total(overhead),
    step: step === undefined ? null : total(step),
    ops: rows,
    budget:
      entry === undefined
        ? null
        : { limit: entry.limit, outcome: entry.outcome, reason: entry.reason },
  };
}

function firstsOf(labels: readonly string[], steps: readonly Pair[]): Series['firsts'] {
  return firstChanges(steps.map(({ comparison }) => comparison)).flatMap((first) => {
    const report = steps[first.step]?.report;
    const row = report?.ops.find(({ op }) => op === first.op);
    if (report === undefined || row === undefined) return [];
    const { base } = report.total;
    const percent = (value: number) => (100 * value) / base;
    return [
      {
        op: first.op,
        label: labels[first.step + 1] ?? '',
        before: labels[first.step] ?? '',
        delta: first.delta,
        interval: first.interval,
        percent: base === 0 ? null : percent(first.delta),
        percentInterval:
          base === 0
            ? null
            : ([percent(first.interval[0]), percent(first.interval[1])] as [number, number]),
        verdict: first.delta > 0 ? ('more' as const) : ('less' as const),
        bound: row.bound,
      },
    ];
  });
}

/** Each message once, with the steps that it is about. */
function warningsOf({ labels, overheads, steps, reference }: SeriesInput): Series['warnings'] {
  const pairs = [
    ...overheads.map((pair, i) => ({ pair, between: `${labels[reference]} to ${labels[i]}` })),
    ...steps.map((pair, i) => ({ pair, between: `${labels[i]} to ${labels[i + 1]}` })),
  ];
  const said = new Map<string, { code: string; message: string; steps: Set<string> }>();
  for (const { pair, between } of pairs) {
    for (const { code, message } of pair?.report.warnings ?? []) {
      const known = said.get(message) ?? { code, message, steps: new Set<string>() };
      known.steps.add(between);
      said.set(message, known);
    }
  }
  const all = new Set(pairs.flatMap(({ pair, between }) => (pair === undefined ? [] : [between])));
  return [...said.values()].map(({ code, message, steps: where }) => ({
    steps: where.size === all.size ? 'all' : [...where].join('; '),
    code,
    message,
  }));
}
