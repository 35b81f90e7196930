/** The document of `pvflame validate`. Meanings: docs/validate.md. What cannot be known is null. */
import * as z from 'zod';
import { BUCKETS, interval, reportSchema, SITE_STATES, VERDICTS, type Report } from './schema.js';

export const VALIDATE_SCHEMA = 'pvflame-validate/1';

const count = z.number().int().nonnegative();
const weight = z.number();
const verdict = z.enum(VERDICTS);
const bound = z.enum(['lower', 'at-most']).nullable();

/** A change between two of the profiles, in the unit of the event and in percent of the first one's total. */
const change = z.object({
  delta: weight,
  percent: z.number().nullable(),
  interval,
  percentInterval: interval,
  verdict,
});

/** What a profile costs against the reference: native, or before where native is not given. */
const profile = z.object({
  label: z.string(),
  kernel: z.string().nullable(),
  base: weight,
  new: weight,
  ...change.shape,
  runs: reportSchema.shape.base.shape.runs,
});

export const RECOVERED_VERDICTS = [
  'all',
  'part',
  'none',
  'more than all',
  'worse',
  'cannot tell',
  'no overhead',
  'too little data',
] as const;

/** Percent of the overhead that was there before; verdicts follow from the interval. */
const recovered = z.object({
  percent: z.number().nullable(),
  interval,
  verdict: z.enum(RECOVERED_VERDICTS),
});

const changes = {
  /** before - native; null without native. */
  overhead: change.nullable(),
  /** after - native; null without native. */
  residual: change.nullable(),
  /** after - before. */
  change,
};

const row = {
  native: weight.nullable(),
  before: weight,
  after: weight,
  ...changes,
  bound,
  samples: z.object({ native: count.nullable(), before: count, after: count }),
};

/** Known executions (--counts) and the weight of one; null where not given. */
const perCall = z
  .object({
    executions: z.number(),
    before: z.number(),
    after: z.number(),
  })
  .nullable();

const opRow = z.object({
  op: z.string(),
  ...row,
  /** null on timer events, where rows are lower bounds, and where the overhead is not beyond noise. */
  recovered: recovered.nullable(),
  sites: count,
  perCall,
});

const functionRow = z.object({
  function: z.string(),
  dso: z.string().nullable(),
  ...row,
  recovered: recovered.nullable(),
  hasSites: z.boolean().nullable(),
});

const siteState = z.enum(SITE_STATES);
const offset = count.nullable();

const siteRow = z.object({
  function: z.string(),
  /** The function's name as recorded. */
  symbol: z.string(),
  op: z.string(),
  ordinal: count,
  offset: z.object({ before: offset, after: offset }),
  returnOffset: z.object({ before: offset, after: offset }),
  /** null: no such site on that side, or (without images) not seen. */
  state: z.object({
    native: siteState.nullable(),
    before: siteState.nullable(),
    after: siteState.nullable(),
  }),
  votes: z.object({ before: count, after: count }),
  /** Of seeing what was seen had nothing changed; null where samples say nothing about it. */
  chance: z.number().nullable(),
  ...row,
  recovered: recovered.nullable(),
  perCall,
});

const bucketRow = z.object({
  bucket: z.enum(BUCKETS),
  native: weight.nullable(),
  before: weight.nullable(),
  after: weight.nullable(),
  overhead: change.nullable(),
  residual: change.nullable(),
  change: change.nullable(),
  bound,
});

const judgedRow = z.object({
  kind: z.enum(['op', 'function']),
  name: z.string(),
  delta: weight,
  percent: z.number().nullable(),
  percentInterval: interval,
});

export const validateSchema = z.object({
  schema: z.literal(VALIDATE_SCHEMA),
  title: z.string().nullable(),
  event: z.string(),
  unit: z.string(),
  timer: z.boolean(),
  /** null where only before and after were given. */
  native: profile.nullable(),
  before: profile,
  after: profile,
  /** after against before, as `total` of a diff of the two. */
  change: z.object({ base: weight, new: weight, ...change.shape }),
  /** null without native. */
  recovered: recovered.nullable(),
  /** Limits on what is left after the fix; on before to after where there is no native. */
  budget: reportSchema.shape.budget,
  ledger: z.array(bucketRow),
  ops: z.array(opRow),
  functions: z.array(functionRow),
  sites: z.array(siteRow),
  /** Indexes into `sites`. */
  siteLists: z.object({
    /** One certain state before, another one after. */
    changed: z.array(count),
    /** Seen to call through the table after the fix. */
    stillIndirect: z.array(count),
    /** Seen on one side, or in no state that samples tell. */
    undecided: z.array(count),
  }),
  /** What got worse and better from before to after: ops and functions beyond noise, largest first. */
  worse: z.array(judgedRow),
  better: z.array(judgedRow),
  /** What left some ops and functions and turned up in others: the smaller of the two sums. */
  moved: z.object({ weight, less: weight, more: weight }),
  warnings: z.array(
    z.object({
      pair: z.enum(['native-before', 'native-after', 'before-after', 'all']),
      code: z.string(),
      message: z.string(),
    }),
  ),
  /** The whole comparisons, as `pvflame diff` would print them. */
  pairs: z.object({
    nativeBefore: reportSchema.nullable(),
    nativeAfter: reportSchema.nullable(),
    beforeAfter: reportSchema,
  }),
  provenance: z.object({
    tool: z.literal('pvflame'),
    version: z.string(),
    argv: z.array(z.string()),
  }),
});

/** The document as it is parsed, and as `renderValidationJson` (render/validate/json.ts) writes it. */
export type ValidationDocument = z.infer<typeof validateSchema>;
/** The same with the graphs' columns as they were made. */
export type Validation = Omit<ValidationDocument, 'pairs'> & {
  pairs: Record<Exclude<keyof ValidationDocument['pairs'], 'beforeAfter'>, Report | null> & {
    beforeAfter: Report;
  };
};
export type ValidationRow = Pick<Validation['ops'][number], keyof typeof row>;
export type ValidationChange = z.infer<typeof change>;
export type RecoveredDoc = z.infer<typeof recovered>;
