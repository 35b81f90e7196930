import { FrameTable, StringTable } from '../ingest/index.js';
import { Batches } from './batches.js';
import type { Profile } from './profile.js';
import { StackTable } from './stacks.js';
import { WeightColumn } from './weights.js';

/** What is sent to another thread: without the tables' indexes, which take longer to copy than to do without. */
export function packProfile(profile: Profile): Profile {
  const { frames } = profile;
  const bare = { ...frames, ids: new Map(), strings: { ...frames.strings, ids: new Map() } };
  return { ...profile, frames: bare as unknown as FrameTable };
}

/**
 * A profile that came from another thread. What arrives is a structured clone: the fields of our tables
 * without their methods, which are put back. It is complete, and takes no new frames.
 */
export function reviveProfile(clone: Profile): Profile {
  const as = (value: object, type: { prototype: object }) =>
    Object.setPrototypeOf(value, type.prototype) as unknown;
  as(clone.frames, FrameTable);
  as(clone.frames.strings, StringTable);
  as(clone.stacks, StackTable);
  for (const column of clone.runs.flatMap((run) => run.columns)) {
    as(column, WeightColumn);
    if (column.batches !== null) as(column.batches, Batches);
  }
  return clone;
}
