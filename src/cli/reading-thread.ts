/** Threads that read sides (side-worker.ts), and when they are worth it. */
import { existsSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
// not all of ingest: this is loaded before options are checked
import { takeUpModules } from '../ingest/wasm.js';

/** Starting a thread and sending a profile back costs some 80 ms: as long as reading so much takes. */
const WORTH_A_THREAD = 32 << 20;

/** A thread that was started before its side was known. */
let waiting: Worker | undefined;

/** How many threads may read beside this one: `PVFLAME_WORKERS`, or what there are of cores. */
export function lanesBeside(): number {
  if (workerFile() === undefined) return 0;
  return forced() > 0 ? forced() : availableParallelism() - 1;
}

/** Whether a side is worth a thread. Standard input belongs to this one. */
export function isWorthAThread(paths: readonly string[]): boolean {
  if (paths.includes('-') || workerFile() === undefined) return false;
  if (forced() > 0) return true;
  const sizes = paths.map((path) => statSync(path, { throwIfNoEntry: false }));
  const bytes = sizes.reduce((sum, stat) => sum + (stat?.isFile() === true ? stat.size : 0), 0);
  return bytes >= WORTH_A_THREAD;
}

/**
 * Starts a thread while options are still being checked, if these sides will want one: it is as long in starting as
 * this one is in loading what reads. Nothing waits for it where it is not asked for in the end.
 */
export function startAhead(sides: readonly (readonly string[])[]): void {
  if (sides.length >= 2 && sides.some(isWorthAThread) && lanesBeside() > 0) {
    const thread = newThread();
    thread.unref();
    // one that fails before it is asked for is not asked: the next one says why
    thread.once('error', () => {
      if (waiting === thread) waiting = undefined;
    });
    waiting = thread;
  }
  takeUpModules();
}

/** A thread that waits to be told its side. */
export function readingThread(): Worker {
  const thread = waiting ?? newThread();
  waiting = undefined;
  thread.ref();
  return thread;
}

function newThread(): Worker {
  return new Worker(workerFile() ?? '');
}

function forced(): number {
  return Number(process.env['PVFLAME_WORKERS'] ?? '');
}

/** The thread's file beside the built program; undefined where there is none, or threads are turned off. */
function workerFile(): string | undefined {
  if (process.env['PVFLAME_WORKERS'] === '0') return undefined;
  const places = ['side-worker.js', '../side-worker.js'].map((name) =>
    fileURLToPath(new URL(name, import.meta.url)),
  );
  return places.find((place) => existsSync(place));
}
