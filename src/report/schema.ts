/**
 * The report document: the one thing a renderer may read, and what others script against.
 * Field names and meanings: docs/report.md. Version changes are listed there too.
 *
 * Units: every weight is in the side's event unit, as the mean of the side's runs; `percent` is of
 * the base total, 1 means 1 %. What cannot be known is null; arrays are never null.
 */
import * as z from 'zod';

export const REPORT_SCHEMA = 'pvflame-report/1';

const weight = z.number();
const count = z.number().int().nonnegative();
export const interval = z.tuple([z.number(), z.number()]).nullable();

export const VERDICTS = ['more', 'less', 'within noise', 'too little data'] as const;
const verdict = z.enum(VERDICTS);

export const BUCKETS = [
  'call',
  'site',
  'wait',
  'deferred',
  'caller',
  'elsewhere',
  'rest',
  'user',
] as const;
const bucket = z.enum(BUCKETS);

export const SITE_STATES = [
  'indirect',
  'direct',
  'inline',
  'nop',
  'static',
  'mixed',
  'unknown',
] as const;
const siteState = z.enum(SITE_STATES);

/** Codes are a closed list: scripts may switch over them. Messages are for people and may change. */
export const WARNING_CODES = [
  'same-file',
  'same-kernel',
  'same-duration',
  'swapped',
  'one-run',
  'shared-boot',
  'run-order',
  'timer-event',
  'flat',
  'several-events',
  'other-event-chosen',
  'no-period',
  'no-offsets',
  'skipped-lines',
  'lost-samples',
  'truncated',
  'unknown-kernel-symbols',
  'user-only',
  'cpu-count',
  'simulated',
  'inexact-sum',
  'normalization',
  'unlike-totals',
  'user-changed',
  'without-image',
  'budget-no-match',
  'stat-differs',
  'stat-estimate',
  'config-differs',
] as const;

export const skippedLines = z.object({ reason: z.string(), lines: count, firstLine: count });

const run = z.object({
  /** Base name of the input; the full path only with --with-paths. "-" is standard input. */
  path: z.string(),
  /** SHA-256 of the input's bytes as they lie on the disk, lower-case hex. */
  sha256: z.string(),
  samples: count,
  /** Sum over its samples; scaled where there is an anchor. */
  weight,
  /** Samples or events that perf itself says were lost. */
  lost: count,
  skippedLines: count,
  skipped: z.array(skippedLines),
  /** Seconds between the first and the last sample; null without time stamps. */
  duration: z.number().nullable(),
  /** The run's event total by perf stat, and what its weights were multiplied by; null without. */
  anchor: z
    .object({
      path: z.string(),
      sha256: z.string(),
      count: weight,
      /** What all samples of the event, before filters, sum up to. */
      sampled: z.number(),
      factor: z.number(),
      /** Percent of the time that the counter ran; null where perf does not say. */
      running: z.number().nullable(),
    })
    .nullable(),
});

export const recording = z.object({
  hostname: z.string().nullable(),
  osRelease: z.string().nullable(),
  arch: z.string().nullable(),
  cpu: z.string().nullable(),
  cpusOnline: count.nullable(),
  perfVersion: z.string().nullable(),
  command: z.string().nullable(),
});

const side = z.object({
  label: z.string(),
  /** os release of the recording, null where no header says it. */
  kernel: z.string().nullable(),
  event: z.string(),
  /** Noun of the weight: cycles, instructions, ns, samples, or the event's own name. */
  unit: z.string(),
  timer: z.boolean(),
  recording,
  /** Every event seen, with its samples; only `event` is counted. */
  events: z.array(z.object({ name: z.string(), samples: count })),
  runs: z.array(run).min(1),
});

const change = {
  percent: z.number().nullable(),
  interval,
  percentInterval: interval,
  verdict,
};

const total = z.object({ base: weight, new: weight, delta: weight, ...change });
/**
 * What a row's weights can be off by: `lower`, both sides' gross weights are at least this much (timer
 * events); `at-most`, base did the same work inline where it could not be measured.
 */
const bound = z.enum(['lower', 'at-most']).nullable();

const ledgerRow = z.object({
  bucket,
  base: weight.nullable(),
  new: weight.nullable(),
  delta: weight.nullable(),
  ...change,
  bound,
});

const opRow = z.object({
  /** group.member, or group.(name) for a callee that several ops share. */
  op: z.string(),
  base: weight,
  new: weight,
  extra: weight,
  ...change,
  bound,
  samples: z.object({ base: count, new: count }),
  sites: count,
});

const perSide = <T extends z.ZodType>(value: T) =>
  z.object({ base: value.nullable(), new: value.nullable() });

const machineCode = z.object({ bytes: z.string(), text: z.string() });

const siteRow = z.object({
  function: z.string(),
  /** The caller's name as recorded, where it differs between the sides new's is given. */
  symbol: z.string(),
  op: z.string(),
  /** Rank of the site among the function's sites of this op, by address, from 0. */
  ordinal: count,
  /** First byte of the site, from the function's start; null without an image. */
  offset: perSide(count),
  /** Return address as recorded, from the function's start. */
  returnOffset: perSide(count),
  /** null: the site does not exist on that side, or (without images) was not seen. */
  state: perSide(siteState),
  /** Samples that tell the state, a side each; 0 without images. */
  votes: z.object({ base: count, new: count }),
  /** Of a site that changed its state: the chance of such votes had nothing changed. */
  chance: z.number().nullable(),
  /** Machine code (hex) and disassembly, as built and as boot code patches it; null without an image. */
  code: z.object({ built: machineCode, patched: machineCode.nullable() }).nullable(),
  base: weight,
  new: weight,
  extra: weight,
  ...change,
  bound,
  samples: z.object({ base: count, new: count }),
});

const functionRow = z.object({
  function: z.string(),
  dso: z.string().nullable(),
  /** The ledger bucket that this function's own time belongs to. */
  bucket,
  base: weight,
  new: weight,
  delta: weight,
  ...change,
  /** null: not known without a site table. */
  hasSites: z.boolean().nullable(),
  /** Weight that was counted into this function because the other build inlines it there. */
  moved: z.object({ base: weight, new: weight }),
  samples: z.object({ base: count, new: count }),
});

const stateCounts = z.object(
  Object.fromEntries(SITE_STATES.map((s) => [s, z.object({ sites: count, weight })])) as Record<
    (typeof SITE_STATES)[number],
    z.ZodObject<{ sites: typeof count; weight: typeof weight }>
  >,
);

const splice = z.object({
  caller: z.string(),
  callee: z.string(),
  side: z.enum(['base', 'new']),
  weight,
  reason: z.enum(['inlined', 'deferred', 'renamed']),
});

/** What a graph node is; the order is the code used in `graph.nodes.kind`. */
export const NODE_KINDS = [
  'root',
  'comm',
  'user',
  'kernel',
  'op',
  'callee',
  'wait',
  'entry',
] as const;

/**
 * The differential tree in preorder, one entry a node in every column. `depth` is 0 for the root.
 * `base` and `new` are self weights; totals are sums over the subtree.
 */
const graph = z.object({
  /** Display names; `dso[i]` is the dso of `names[i]` ("" where it has none). */
  names: z.array(z.string()),
  dsos: z.array(z.string()),
  /** Names as recorded that stand behind a canonical name, where they differ: [name id, raw name]. */
  raw: z.array(z.tuple([count, z.string()])),
  nodes: z.object({
    depth: z.array(count),
    name: z.array(count),
    kind: z.array(count),
    base: z.array(weight),
    new: z.array(weight),
    /** Index into VERDICTS, one a node. */
    verdict: z.array(count),
    /** Weight spliced into the node, both sides added; 0 almost everywhere. */
    moved: z.array(weight),
  }),
});

const image = z.object({
  name: z.string(),
  /** SHA-256 of the file as it lies on the disk. */
  sha256: z.string(),
  release: z.string().nullable(),
  buildId: z.string().nullable(),
  /** Call sites in its tables. */
  sites: count,
  /** What KASLR had added, in bytes. */
  slide: z.number(),
  /** Share of the recording's kernel addresses that agree with the image's symbols. */
  agreement: z.number(),
});

/** `cannot tell` is neither a pass nor a failure; then `reason` says why. */
const budgetVerdict = {
  outcome: z.enum(['exceeded', 'within', 'cannot tell']),
  /**
   * `noise`: the limit lies within the interval; `no-interval`: under two boots a side; `timer`: below the
   * total a timer decides nothing; `at-most`: base's own work could not be measured; `no-match`: no row of
   * that name; `not-known`: a bucket that takes kernel images.
   */
  reason: z.enum(['noise', 'no-interval', 'timer', 'at-most', 'no-match', 'not-known']).nullable(),
};

const budgetEntry = z.object({
  target: z.enum(['total', 'bucket', 'op', 'function', 'site']),
  /** Globs, any of which the rows' names match; none for the total. */
  match: z.array(z.string()),
  /** The limit of each row that matches, or of their sum. */
  of: z.enum(['each', 'sum']),
  /** Percent of the base total. */
  limit: z.number(),
  ...budgetVerdict,
  /** Rows that matched. */
  rows: count,
  /** Of the total, of the sum, or of the only row; null where there are several. */
  percent: z.number().nullable(),
  percentInterval: interval,
  /** Of `each`: rows that are exceeded or cannot be told, worst first. */
  beyond: z.array(
    z.object({
      name: z.string(),
      percent: z.number().nullable(),
      percentInterval: interval,
      ...budgetVerdict,
    }),
  ),
});

export const reportSchema = z.object({
  schema: z.literal(REPORT_SCHEMA),
  title: z.string().nullable(),
  base: side,
  new: side,
  normalization: z.object({ mode: z.enum(['none', 'total', 'work', 'user']), factor: z.number() }),
  total,
  ledger: z.array(ledgerRow),
  /** Difference between the total and the sum of the buckets; 0 up to the last unit. */
  sumCheck: z.number(),
  moved: z.object({
    weight,
    /** Sum over frames of the absolute change before splicing; `weight` is part of it. */
    gross: weight,
    reasons: z.object({ inlined: weight, deferred: weight.nullable(), renamed: weight }),
    splices: z.array(splice),
  }),
  ops: z.array(opRow),
  sites: z.array(siteRow),
  functions: z.array(functionRow),
  patching: z.object({
    base: stateCounts,
    new: stateCounts,
    /** Indexes into `sites` of those whose state changed between base and new. */
    changed: z.array(count),
  }),
  /** The kernel images that the recordings were joined with; null without. */
  images: z.object({ base: image, new: image }).nullable(),
  /** The kernels' build configurations, and every option in which they differ; null where not given. */
  configs: z
    .object({
      base: z.object({ name: z.string(), sha256: z.string() }),
      new: z.object({ name: z.string(), sha256: z.string() }),
      differing: z.array(
        z.object({
          option: z.string(),
          /** null: not set. */
          base: z.string().nullable(),
          new: z.string().nullable(),
        }),
      ),
    })
    .nullable(),
  /** How weight at sites was told apart, and the bucket's change with half and double the window. */
  siteWindow: z
    .object({ rule: z.enum(['own-bytes', 'near', 'timer']), half: weight, double: weight })
    .nullable(),
  basis: z.enum(['sampling', 'runs']),
  statistics: z.object({
    method: z.string(),
    n: z.object({ base: count, new: count }),
    seed: z.number().int().nullable(),
  }),
  budget: z.array(budgetEntry),
  /** Timer events with images: weight that was due while interrupts were off, and its share of the total. */
  deferred: z.object({ base: weight, new: weight, share: perSide(z.number()) }).nullable(),
  /** Share of the total delta that call + site name; null where the delta is 0. */
  nameable: z.number().nullable(),
  merges: z.array(z.object({ canonical: z.string(), raw: z.array(z.string()) })),
  graph,
  warnings: z.array(z.object({ code: z.enum(WARNING_CODES), message: z.string() })),
  provenance: z.object({
    tool: z.literal('pvflame'),
    version: z.string(),
    argv: z.array(z.string()),
    options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  }),
});

/** A report as it is parsed, and as `JSON.stringify` writes it. */
export type ReportDocument = z.infer<typeof reportSchema>;
/** A list in a document that was parsed, typed in a report that was made here. */
export type NodeColumn = number[] | Int32Array | Uint8Array | Float64Array;
/** The graph; `JSON.stringify` does not know typed columns, `renderJson` (render/json.ts) does. */
export type Graph = Omit<ReportDocument['graph'], 'nodes'> & {
  nodes: Record<keyof ReportDocument['graph']['nodes'], NodeColumn>;
};
export type Report = Omit<ReportDocument, 'graph'> & { graph: Graph };
export type Side = z.infer<typeof side>;
export type Verdict = z.infer<typeof verdict>;
export type Bucket = z.infer<typeof bucket>;
export type LedgerRow = z.infer<typeof ledgerRow>;
export type OpRow = z.infer<typeof opRow>;
export type SiteRow = z.infer<typeof siteRow>;
export type FunctionRow = z.infer<typeof functionRow>;
export type BudgetEntry = z.infer<typeof budgetEntry>;
export type Splice = z.infer<typeof splice>;
export type WarningCode = (typeof WARNING_CODES)[number];
export type SiteState = z.infer<typeof siteState>;
