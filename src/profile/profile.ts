import type { FrameTable, RecordingHeader, SkippedLines } from '../ingest/index.js';
import type { StackTable } from './stacks.js';
import type { WeightColumn } from './weights.js';

/** One recording of one boot: what it was, and its weights a column an event. */
export interface Run {
  path: string;
  sha256: string;
  /** Of the recorded kernel, where the input is perf.data and says it; hex. */
  buildId: string | null;
  header: RecordingHeader;
  columns: WeightColumn[];
  skipped: SkippedLines[];
  lost: number;
  samples: number;
  flatSamples: number;
  samplesWithoutPeriod: number;
  truncated: boolean;
  /** Seconds; null without time stamps. */
  duration: number | null;
  /** Time stamp of the last sample: seconds since boot with perf's default clock; null without. */
  lastTime: number | null;
}

/** A side's recordings in columns: frames and stacks are shared by all runs, weights are not. */
export interface Profile {
  frames: FrameTable;
  stacks: StackTable;
  runs: Run[];
}

/** The column of an event in a run; undefined where the run has no sample of it. */
export function columnOf(run: Run, event: string): WeightColumn | undefined {
  return run.columns.find((column) => column.event === event);
}

/** All events with their samples over all runs, in the order in which they were first seen. */
export function eventsOf(profile: Profile): { name: string; samples: number }[] {
  const samples = new Map<string, number>();
  for (const run of profile.runs) {
    for (const column of run.columns) {
      samples.set(column.event, (samples.get(column.event) ?? 0) + column.samples);
    }
  }
  return [...samples].map(([name, n]) => ({ name, samples: n }));
}
