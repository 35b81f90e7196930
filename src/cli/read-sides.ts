import type { Worker } from 'node:worker_threads';
import { UserError, type ExitStatus } from '../errors.js';
import { modulesSoFar, takeUpModules, type WasmModules } from '../ingest/index.js';
import { reviveProfile, type Profile } from '../profile/index.js';
import { progress } from './progress.js';
import { readSide, type SideSpec } from './read-side.js';
import { isWorthAThread, lanesBeside, readingThread } from './reading-thread.js';

/** What a thread is told: its side, and what need not be compiled there. */
export interface ToWorker {
  spec: SideSpec;
  modules: WasmModules;
}

export type FromWorker =
  { read: number } | { profile: Profile } | { failed: { message: string; status: ExitStatus } };

/**
 * Reads several sides, at the same time where there are cores and enough to read: each has tables of its own,
 * so that threads change nothing about the result. `PVFLAME_WORKERS=0` turns threads off, `=1` takes them for inputs of
 * any size. Of several errors the first side's is thrown, as if they had been read in their order. `whileWaiting`: what
 * this thread may do when only others are still reading.
 */
export async function readSides(
  specs: readonly SideSpec[],
  whileWaiting: () => Promise<void> = () => Promise.resolve(),
): Promise<Profile[]> {
  takeUpModules();
  const here = specs.flatMap((spec, i) => (isWorthAThread(spec.paths) ? [] : [i]));
  const anywhere = specs.flatMap((spec, i) => (isWorthAThread(spec.paths) ? [i] : []));
  const results = new Array<Profile | undefined>(specs.length);
  const failures: { side: number; error: unknown }[] = [];
  const lane = async (
    next: () => number | undefined,
    read: (spec: SideSpec, side: number) => Promise<Profile>,
  ) => {
    for (let i = next(); i !== undefined && failures.length === 0; i = next()) {
      const spec = specs[i];
      if (spec === undefined) return;
      try {
        results[i] = await read(spec, i);
      } catch (error) {
        failures.push({ side: i, error });
      }
    }
  };
  const threads = Math.min(lanesBeside(), specs.length - 1);
  const reading = new Map<Worker, number>();
  await Promise.all([
    ...Array.from({ length: threads }, () =>
      // the last ones first: this thread begins with the first
      lane(
        () => anywhere.pop(),
        (spec, side) => readInThread(spec, side, reading),
      ),
    ),
    lane(
      () => here.shift() ?? anywhere.shift(),
      (spec) => readSide(spec, progress.add),
    ).then(async () => {
      if (failures.length === 0) return whileWaiting();
      // later sides are not asked for any more
      const bad = Math.min(...failures.map(({ side }) => side));
      const late = [...reading].filter(([, side]) => side > bad);
      for (const [thread] of late) await thread.terminate();
    }),
  ]);
  failures.sort((a, b) => a.side - b.side);
  const [first] = failures;
  if (first !== undefined) throw first.error;
  return results.map((profile) => {
    if (profile === undefined) throw new Error('a side was not read');
    return profile;
  });
}

function readInThread(
  spec: SideSpec,
  side: number,
  reading: Map<Worker, number>,
): Promise<Profile> {
  return new Promise((resolve, reject) => {
    const worker = readingThread();
    reading.set(worker, side);
    worker.on('message', (message: FromWorker) => {
      if ('read' in message) progress.add(message.read);
      else if ('profile' in message) resolve(reviveProfile(message.profile));
      else reject(new UserError(message.failed.message, message.failed.status));
    });
    worker.on('error', reject);
    worker.on('exit', () => {
      reading.delete(worker);
      reject(new Error('a reading thread ended without a word'));
    });
    worker.postMessage({ spec, modules: modulesSoFar() } satisfies ToWorker);
  });
}
