/** A thread that reads one side (read-sides.ts) and sends its profile back. */
import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../errors.js';
import { takeOverModules } from '../ingest/index.js';
import { packProfile } from '../profile/transfer.js';
import { readSide, type SideSpec } from './read-side.js';
import type { FromWorker } from './read-sides.js';
import type { ThreadData } from './reading-thread.js';

/** Bytes between two words about progress. */
const STEP = 4 << 20;

const send = (message: FromWorker, memory: ArrayBuffer[] = []) =>
  parentPort?.postMessage(message, memory);

async function work(spec: SideSpec): Promise<void> {
  let unsaid = 0;
  try {
    const profile = await readSide(spec, (bytes) => {
      unsaid += bytes;
      if (unsaid < STEP) return;
      send({ read: unsaid });
      unsaid = 0;
    });
    const packed = packProfile(profile);
    send({ profile: packed.profile }, packed.memory);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    send({ failed: { message: error.message, status: error.status } });
  }
}

takeOverModules((workerData as ThreadData).modules);
// what is thrown here ends the thread with an error, which the other side is told of
parentPort?.once('message', (spec) => void work(spec as SideSpec));
