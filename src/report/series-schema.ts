/** The document of `pvflame series`. Meanings: docs/series.md. What cannot be known is null. */
import * as z from 'zod';
import { interval, reportSchema, VERDICTS } from './schema.js';

export const SERIES_SCHEMA = 'pvflame-series/1';

const count = z.number().int().nonnegative();
const bound = z.enum(['lower', 'at-most']).nullable();

/** In the unit of the event, and in percent of the total that it is measured against. */
const change = z.object({
  delta: z.number(),
  percent: z.number().nullable(),
  interval,
  percentInterval: interval,
  verdict: z.enum(VERDICTS),
});

export const seriesSchema = z.object({
  schema: z.literal(SERIES_SCHEMA),
  title: z.string().nullable(),
  /** Label of the step that overhead is measured against. */
  reference: z.string(),
  event: z.string(),
  unit: z.string(),
  timer: z.boolean(),
  steps: z.array(
    z.object({
      label: z.string(),
      kernel: z.string().nullable(),
      runs: reportSchema.shape.base.shape.runs,
      /** Mean per run. */
      total: z.number(),
      /** Against the reference; null of the reference itself. */
      overhead: change.nullable(),
      /** Against the step before; null of the first. */
      step: change.nullable(),
      /** Gross weights, and what is more than in the reference in percent of its total. */
      ops: z.array(
        z.object({
          op: z.string(),
          weight: z.number(),
          extra: z.number(),
          percent: z.number().nullable(),
          bound,
          samples: count,
        }),
      ),
      /** Whether the overhead keeps the budget; null without one, and of the reference. */
      budget: reportSchema.shape.budget.element
        .pick({ limit: true, outcome: true, reason: true })
        .nullable(),
    }),
  ),
  /** The first step in which each op changed against the step before, beyond noise among all ops and steps. */
  firsts: z.array(
    z.object({
      op: z.string(),
      label: z.string(),
      before: z.string(),
      delta: z.number(),
      interval: interval.unwrap(),
      /** Percent of the total of the step before. */
      percent: z.number().nullable(),
      percentInterval: interval,
      verdict: z.enum(['more', 'less']),
      bound,
    }),
  ),
  warnings: z.array(z.object({ steps: z.string(), code: z.string(), message: z.string() })),
  statistics: z.object({ method: z.string() }),
  provenance: z.object({
    tool: z.literal('pvflame'),
    version: z.string(),
    argv: z.array(z.string()),
  }),
});

export type Series = z.infer<typeof seriesSchema>;
export type SeriesStep = Series['steps'][number];
