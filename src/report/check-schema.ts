/** The document of `pvflame check`. Meanings: docs/report.md. What cannot be known is null. */
import * as z from 'zod';
import { interval, recording, skippedLines } from './schema.js';

export const CHECK_SCHEMA = 'pvflame-check/1';

const count = z.number().int().nonnegative();
const range = interval.unwrap();

export const CHECK_WARNINGS = [
  'shared-boot',
  'one-boot',
  'equal-totals',
  'few-boots',
  'same-duration',
  'cpu-count',
  'other-machine',
  'simulated',
  'timer-event',
  'several-events',
  'no-period',
  'lost-samples',
  'truncated',
  'skipped-lines',
] as const;

const shareOf = z.object({
  /** Mean share of frames coloured, 0 to 1. */
  share: z.number(),
  /** Comparisons in which any frame is coloured. */
  any: count,
});

export const checkSchema = z.object({
  schema: z.literal(CHECK_SCHEMA),
  kernel: z.string().nullable(),
  event: z.string(),
  unit: z.string(),
  timer: z.boolean(),
  recording,
  runs: z.array(
    z.object({
      path: z.string(),
      sha256: z.string(),
      /** Number of its boot, from 0; runs of one boot are one repetition. */
      boot: count,
      samples: count,
      weight: z.number(),
      lost: count,
      skipped: z.array(skippedLines),
      duration: z.number().nullable(),
    }),
  ),
  boots: count,
  total: z.object({
    /** Mean over boots, in the event's unit. */
    mean: z.number(),
    /** Standard deviation between boots, in percent of the mean, with its 95 % interval. */
    spread: z.object({ percent: z.number(), interval: range, df: count }).nullable(),
  }),
  /** How much noisier the samples within a run are than independent ones: ratio of variances, at least 1. */
  within: z
    .object({
      dispersion: z.number(),
      interval: range,
      df: z.number(),
      pairs: count,
      /** What unequal periods multiply it by. */
      weights: z.number(),
    })
    .nullable(),
  /** Functions with 10 samples or more. */
  functions: count,
  /** Frames that would be coloured though nothing changed; `frames` is a mean over the comparisons. */
  frames: z.object({
    runs: z.object({
      comparisons: count,
      frames: z.number(),
      /** Share of frames with any change at all. */
      anyChange: z.number(),
      pvflame: shareOf,
    }),
    /** Half of the boots (`a`) against the others (`b`); null under four boots. */
    boots: z
      .object({ comparisons: count, frames: z.number(), a: count, b: count, pvflame: shareOf })
      .nullable(),
  }),
  /** Least change of the total that `runs` boots a side would show, percent; ends for the spread's ends. */
  detectable: z.object({ percent: z.number(), interval: range, runs: count }).nullable(),
  budget: z
    .object({
      limit: z.number(),
      /** Boots a side; null where more than a thousand, or for a limit of 0. */
      boots: z
        .object({
          needed: count.nullable(),
          interval: z.tuple([count.nullable(), count.nullable()]),
        })
        .nullable(),
      /** Samples a side for an op of the limit's size: alone, and among `rows` functions; null on timer events. */
      samples: z.object({ alone: count, among: count, rows: count }).nullable(),
    })
    .nullable(),
  statistics: z.object({ confidence: z.number(), power: z.number(), alpha: z.number() }),
  warnings: z.array(z.object({ code: z.enum(CHECK_WARNINGS), message: z.string() })),
  provenance: z.object({
    tool: z.literal('pvflame'),
    version: z.string(),
    argv: z.array(z.string()),
  }),
});

export type CheckReport = z.infer<typeof checkSchema>;
export type CheckWarning = CheckReport['warnings'][number];
