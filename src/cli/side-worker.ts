/** A thread that reads one side (read-sides.ts) and sends its profile back. */
import { parentPort } from 'node:worker_threads';
import { UserError } from '../errors.js';
import { takeOverModules } from '../ingest/index.js';
import { packProfile } from '../profile/transfer.js';
import { readSide } from './read-side.js';
import type { FromWorker, ToWorker } from './read-sides.js';

/** Bytes between two words about progress. */
const STEP = 4 << 20;

const send = (message: FromWorker, memory: ArrayBuffer[] = []) =>
  parentPort?.postMessage(message, memory);

async function work({ spec, modules }: ToWorker): Promise<void> {
  takeOverModules(modules);
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

// what is thrown here ends the thread with an error, which the other side is told of
parentPort?.once('message', (message) => void work(message as ToWorker));
