import { existsSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { UserError, type ExitStatus } from '../errors.js';
import { reviveProfile, type Profile } from '../profile/index.js';
import { compileLess } from './compiler.js';
import { progress } from './progress.js';
import { readSide, type SideSpec } from './read-side.js';

export type FromWorker =
  { read: number } | { profile: Profile } | { failed: { message: string; status: ExitStatus } };

/** Starting a thread and sending a profile back costs some 80 ms: as long as reading so much takes. */
const WORTH_A_THREAD = 32 << 20;

/**
 * Reads several sides, at the same time where there are cores and enough to read: each has tables of its own,
 * so that threads change nothing about the result. `PVFLAME_WORKERS=0` turns threads off, `=1` takes them for inputs of
 * any size. Of several errors the first side's is thrown, as if they had been read in their order.
 */
export async function readSides(specs: readonly SideSpec[]): Promise<Profile[]> {
  const worker = workerFile();
  const isWorth = (spec: SideSpec) => worker !== undefined && mayThread(spec);
  const here = specs.flatMap((spec, i) => (isWorth(spec) ? [] : [i]));
  const anywhere = specs.flatMap((spec, i) => (isWorth(spec) ? [i] : []));
  const results = new Array<Profile | undefined>(specs.length);
  const failures: { side: number; error: unknown }[] = [];
  const lane = async (next: () => number | undefined, read: (s: SideSpec) => Promise<Profile>) => {
    for (let i = next(); i !== undefined && failures.length === 0; i = next()) {
      const spec = specs[i];
      if (spec === undefined) return;
      try {
        results[i] = await read(spec);
      } catch (error) {
        failures.push({ side: i, error });
      }
    }
  };
  const threads = worker === undefined ? 0 : Math.min(lanesBeside(), specs.length - 1);
  await Promise.all([
    ...Array.from({ length: threads }, () =>
      // the last ones first: this thread begins with the first
      lane(
        () => anywhere.pop(),
        (spec) => readInThread(spec, worker ?? ''),
      ),
    ),
    lane(
      () => here.shift() ?? anywhere.shift(),
      (spec) => readSide(spec, progress.add),
    ),
  ]);
  failures.sort((a, b) => a.side - b.side);
  const [first] = failures;
  if (first !== undefined) throw first.error;
  compileLess();
  return results.map((profile) => {
    if (profile === undefined) throw new Error('a side was not read');
    return profile;
  });
}

function lanesBeside(): number {
  const forced = Number(process.env['PVFLAME_WORKERS'] ?? '');
  return forced > 0 ? forced : availableParallelism() - 1;
}

/** The thread's file beside the built program; undefined where there is none, or threads are turned off. */
function workerFile(): string | undefined {
  if (process.env['PVFLAME_WORKERS'] === '0') return undefined;
  const places = ['side-worker.js', '../side-worker.js'].map((name) =>
    fileURLToPath(new URL(name, import.meta.url)),
  );
  return places.find((place) => existsSync(place));
}

/** Standard input belongs to this thread. */
function mayThread({ paths }: SideSpec): boolean {
  if (paths.includes('-')) return false;
  if (Number(process.env['PVFLAME_WORKERS'] ?? '') > 0) return true;
  const sizes = paths.map((path) => statSync(path, { throwIfNoEntry: false }));
  const bytes = sizes.reduce((sum, stat) => sum + (stat?.isFile() === true ? stat.size : 0), 0);
  return bytes >= WORTH_A_THREAD;
}

function readInThread(spec: SideSpec, file: string): Promise<Profile> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(file, { workerData: spec });
    worker.on('message', (message: FromWorker) => {
      if ('read' in message) progress.add(message.read);
      else if ('profile' in message) resolve(reviveProfile(message.profile));
      else reject(new UserError(message.failed.message, message.failed.status));
    });
    worker.on('error', reject);
    worker.on('exit', () => {
      reject(new Error('a reading thread ended without a word'));
    });
  });
}
