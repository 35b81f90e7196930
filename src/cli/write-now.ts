import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';

/**
 * Writes a whole text to standard output (1) or error (2) and waits until it is taken. So do Node's streams on Linux,
 * but making one takes two milliseconds. Throws what the system says.
 */
export function writeNow(fd: number, text: string | Uint8Array): void {
  const bytes = asBytes(text);
  for (let at = 0; ;) {
    at = writeWhatFits(fd, bytes, at);
    if (at === bytes.length) return;
    // another process has made it non-blocking
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
}

/** The same, but while nobody reads a pipe signals are answered. */
export async function writeWaiting(fd: number, text: string | Uint8Array): Promise<void> {
  const pipe = pipeBehind(fd);
  if (pipe === undefined) writeNow(fd, text);
  else await writePipe(pipe, text);
}

/** Writes to a pipe that was opened not to block, and closes it. */
export async function writePipe(pipe: number, text: string | Uint8Array): Promise<void> {
  const bytes = asBytes(text);
  let at: number;
  try {
    at = writeWhatFits(pipe, bytes, 0);
  } catch (error) {
    closeSync(pipe);
    throw error;
  }
  if (at === bytes.length) {
    closeSync(pipe);
    return;
  }
  // takes milliseconds to load
  const { Socket } = await import('node:net');
  const socket = new Socket({ fd: pipe, readable: false, writable: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => {
      resolve();
    });
    socket.end(bytes.subarray(at), () => socket.destroy());
  });
}

/**
 * The pipe behind a descriptor, opened once more: not to block is a property of what is opened, and the descriptor's own
 * is other processes' too.
 */
function pipeBehind(fd: number): number | undefined {
  if (!fstatSync(fd).isFIFO()) return undefined;
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

/** Writes until all is taken or there is no room; returns how far it came. */
function writeWhatFits(fd: number, bytes: Uint8Array, from: number): number {
  let at = from;
  try {
    while (at < bytes.length) at += writeSync(fd, bytes, at);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
  return at;
}

function asBytes(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? Buffer.from(text) : text;
}

/** Standard error: there is nobody to be told that it cannot be written. */
export function writeError(text: string): void {
  try {
    writeNow(2, text);
  } catch {
    return;
  }
}
