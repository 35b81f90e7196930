import { FrameTable, StringTable, type TextPool } from '../ingest/index.js';
import { Batches } from './batches.js';
import type { Profile } from './profile.js';
import { StackTable } from './stacks.js';
import { WeightColumn } from './weights.js';

const NOTHING = { slots: new Int32Array(0), indexed: 0 };

/**
 * What is sent to another thread, and the memory that goes with it: the profile is of no use here any more. Indexes
 * stay behind: it takes longer to copy them than to do without.
 */
export function packProfile(profile: Profile): { profile: Profile; memory: ArrayBuffer[] } {
  const { frames, stacks } = profile;
  const pool = frames.strings.utf8;
  const packed = {
    ...profile,
    frames: { ...frames, ...NOTHING, strings: pool } as unknown as FrameTable,
    stacks: { ...stacks, ...NOTHING } as unknown as StackTable,
  };
  const memory = new Set<ArrayBuffer>();
  const collect = (owner: object) => {
    for (const value of Object.values(owner) as unknown[])
      if (ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer)
        memory.add(value.buffer);
  };
  collect(packed.frames);
  collect(pool);
  collect(packed.stacks);
  for (const column of profile.runs.flatMap((run) => run.columns)) {
    collect(column);
    if (column.batches !== null) collect(column.batches);
  }
  memory.delete(NOTHING.slots.buffer);
  return { profile: packed, memory: [...memory] };
}

/**
 * A profile that came from another thread. What arrives is a structured clone: the fields of our tables
 * without their methods, which are put back. It is complete, and takes no new frames.
 */
export function reviveProfile(clone: Profile): Profile {
  const as = (value: object, type: { prototype: object }) =>
    Object.setPrototypeOf(value, type.prototype) as unknown;
  const strings = new StringTable();
  strings.take(clone.frames.strings as unknown as TextPool);
  Object.assign(as(clone.frames, FrameTable) as object, { strings });
  as(clone.stacks, StackTable);
  for (const column of clone.runs.flatMap((run) => run.columns)) {
    as(column, WeightColumn);
    if (column.batches !== null) as(column.batches, Batches);
  }
  return clone;
}
