import { FrameTable, StringTable } from '../ingest/index.js';
import type { Profile, Run } from './profile.js';
import { StackTable, taskKey, taskName } from './stacks.js';

/**
 * Merges profiles into one that holds all their runs. The result does not depend on the order of the
 * inputs, down to the ids: frames, stacks and runs are put in the order of what they say.
 */
export function mergeProfiles(profiles: readonly Profile[]): Profile {
  const frames = new FrameTable(new StringTable());
  const frameKeys = sortedFrames(profiles, frames);
  const stacks = new StackTable();
  const nodeMaps = insertSorted(profiles, frameKeys, frames, stacks);
  const runs = profiles.flatMap((profile, p) =>
    profile.runs.map((run) => remapRun(run, nodeMaps[p] ?? [])),
  );
  runs.sort((a, b) => compareText(a.path, b.path) || compareText(a.sha256, b.sha256));
  return { frames, stacks, runs };
}

/** Interns every frame in the order of its text; gives each profile's map from old to new frame id. */
function sortedFrames(profiles: readonly Profile[], frames: FrameTable): number[][] {
  const texts = profiles.map((profile) =>
    Array.from({ length: profile.frames.size }, (_, id) => frameText(profile.frames, id)),
  );
  const order = new Map<string, [number, number]>();
  texts.forEach((column, p) => column.forEach((text, id) => order.set(text, [p, id])));
  const ids = new Map<string, number>();
  for (const text of [...order.keys()].sort(compareText)) {
    const [p, id] = order.get(text) ?? [0, 0];
    const frame = profiles[p]?.frames.frame(id);
    if (frame !== undefined) ids.set(text, frames.id(frame));
  }
  return texts.map((column) => column.map((text) => ids.get(text) ?? 0));
}

function frameText(frames: FrameTable, id: number): string {
  return JSON.stringify(Object.values(frames.frame(id)));
}

interface Pending {
  /** One node a profile that has this stack. */
  nodes: { profile: number; node: number }[];
  merged: number;
}

/** Inserts the stacks of all profiles level by level, siblings in key order. */
function insertSorted(
  profiles: readonly Profile[],
  frameMaps: number[][],
  frames: FrameTable,
  stacks: StackTable,
): number[][] {
  const children = profiles.map(childLists);
  const maps = profiles.map((profile) => new Array<number>(profile.stacks.size).fill(-1));
  let level: Pending[] = [
    { merged: -1, nodes: profiles.map((_, profile) => ({ profile, node: -1 })) },
  ];
  while (level.length > 0) {
    const next: Pending[] = [];
    for (const pending of level) {
      const byKey = new Map<number | string, Pending['nodes']>();
      for (const { profile, node } of pending.nodes) {
        for (const child of children[profile]?.get(node) ?? []) {
          const p = profiles[profile];
          if (p === undefined) continue;
          const key = p.stacks.key(child);
          const mapped =
            key >= 0 ? (frameMaps[profile]?.[key] ?? 0) : p.frames.strings.text(taskName(key));
          const group = byKey.get(mapped);
          if (group === undefined) byKey.set(mapped, [{ profile, node: child }]);
          else group.push({ profile, node: child });
        }
      }
      for (const key of [...byKey.keys()].sort(compareKeys)) {
        const group = byKey.get(key) ?? [];
        const merged = stacks.child(
          pending.merged,
          typeof key === 'number' ? key : taskKey(frames.strings.id(key)),
        );
        for (const { profile, node } of group) {
          const map = maps[profile];
          if (map !== undefined) map[node] = merged;
        }
        next.push({ merged, nodes: group });
      }
    }
    level = next;
  }
  return maps;
}

function childLists(profile: Profile): Map<number, number[]> {
  const lists = new Map<number, number[]>();
  for (let node = 0; node < profile.stacks.size; node++) {
    const parent = profile.stacks.parent(node);
    const list = lists.get(parent);
    if (list === undefined) lists.set(parent, [node]);
    else list.push(node);
  }
  return lists;
}

function remapRun(run: Run, map: number[]): Run {
  const columns = run.columns.map((column) => column.mapped(map));
  return { ...run, columns };
}

function compareKeys(a: number | string, b: number | string): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return typeof a === 'string' ? -1 : 1;
}

/** By UTF-16 code units: the same on every machine, unlike localeCompare. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
