import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  openSync,
  renameSync,
  rmSync,
  write,
} from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ExitStatus, UserError } from '../errors.js';
import { besideOf, placeOf, requireRoom, type Place } from './output-place.js';
import { writeNow, writePipe, writeWaiting } from './write-now.js';

type Data = string | Uint8Array;
type FilePlace = Extract<Place, { kind: 'file' }>;

/** Files that are written, whole or in part, beside their places. */
const pending = new Set<string>();
let filesBegun = 0;
const writeSome = promisify(write);
/** Between two tries to open a pipe that nobody reads yet, in milliseconds. */
const READER_PAUSE = 20;

/** Fails before the long work if an output could not be written at the end of it. */
export function requireWritable(path: string): void {
  if (path === '-') return;
  try {
    const place = placeOf(path);
    if (place.kind === 'directory') throw outputError(path, 'is a directory', 'name a file');
    requireRoom(place);
  } catch (error) {
    throw asOutputError(path, error, true);
  }
}

/** An output; `data` may be asked for while others are written. */
export interface Writing {
  path: string;
  data: () => Data | Promise<Data>;
}

/**
 * Writes all outputs or none. Files are written beside their places, in threads of their own, and renamed when all
 * are whole; what is not a regular file (standard output, a device, a pipe) is written to directly, before that.
 */
export async function writeOutputs(outputs: readonly Writing[]): Promise<void> {
  const staged: { name: string; beside: string; place: FilePlace }[] = [];
  const direct: { name: string; place: Exclude<Place, FilePlace>; data: Data }[] = [];
  try {
    await settled(
      outputs.map(async ({ path: name, data }) => {
        const bytes = await data();
        await naming(name, true, async () => {
          const place = placeOf(name);
          if (place.kind !== 'file') direct.push({ name, place, data: bytes });
          else staged.push({ name, place, beside: await writeBeside(place, bytes) });
        });
      }),
    );
    let enough: unknown;
    for (const { name, place, data } of direct)
      await naming(name, false, () => writeDirectly(place, data)).catch((error: unknown) => {
        // the others are wanted all the same
        if (!(error instanceof EnoughRead)) throw error;
        enough = error;
      });
    // no signal is answered in between
    const moved: FilePlace[] = [];
    for (const { name, beside, place } of staged) {
      try {
        renameSync(beside, place.path);
      } catch (error) {
        for (const { known, path } of moved) if (known === undefined) rmSync(path, { force: true });
        throw asOutputError(name, error, true);
      }
      pending.delete(beside);
      moved.push(place);
    }
    if (enough !== undefined) throw enough as EnoughRead;
  } finally {
    dropUnfinished();
  }
}

export async function writeOutput(path: string, data: Data): Promise<void> {
  await writeOutputs([{ path, data: () => data }]);
}

/** Waits for all, so that none is still at work when the first error is thrown. */
async function settled(work: readonly Promise<void>[]): Promise<void> {
  const ended = await Promise.allSettled(work);
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Writes a new file for a place, and returns its name. What may be done with the old one may be done with it. */
async function writeBeside({ path, known }: FilePlace, data: Data): Promise<string> {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  const beside = besideOf(path, filesBegun++);
  // of a process of the same number that was killed
  rmSync(beside, { force: true });
  pending.add(beside);
  // opened at once: `dropUnfinished` must not come between the asking and the file
  const file = openSync(beside, 'wx', known === undefined ? 0o666 : known.mode & 0o600);
  try {
    if (known !== undefined) {
      try {
        fchownSync(file, known.uid, known.gid);
      } catch {
        // root may, others need not
      }
      fchmodSync(file, known.mode & 0o7777);
    }
    // in one piece; Node's own writeFile comes back to this thread for every half megabyte
    for (let at = 0; at < bytes.length;) at += (await writeSome(file, bytes, at)).bytesWritten;
  } finally {
    closeSync(file);
  }
  return beside;
}

async function writeDirectly(place: Exclude<Place, FilePlace>, data: Data): Promise<void> {
  if (place.kind === 'descriptor') await toDescriptor(place.fd, data);
  else if (place.kind === 'pipe') await writePipe(await openPipe(place.path), data);
  else {
    const file = openSync(place.path, 'w');
    try {
      writeNow(file, data);
    } finally {
      closeSync(file);
    }
  }
}

/** Waits for a reader: to open a pipe in the usual way would stop this thread until there is one. */
async function openPipe(path: string): Promise<number> {
  for (;;) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error;
      await pause(READER_PAUSE);
    }
  }
}

async function toDescriptor(fd: number, data: Data): Promise<void> {
  try {
    await writeWaiting(fd, data);
  } catch (error) {
    if (fd === 1 && isClosed(error)) throw new EnoughRead();
    throw error;
  }
}

/** Removes what a signal, or another output's failure, would leave behind. */
export function dropUnfinished(): void {
  for (const path of pending) rmSync(path, { force: true });
  pending.clear();
}

/** Thrown where nobody reads standard output any more: `pvflame ... | head` ends when head has enough. */
export class EnoughRead extends Error {}

/** Writes to standard output and waits until it is taken: for short texts, since no signal is answered meanwhile. */
export function writeStdout(text: Data): void {
  try {
    writeNow(1, text);
  } catch (error) {
    if (isClosed(error)) throw new EnoughRead();
    throw asOutputError('standard output', error, false);
  }
}

function isClosed(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EPIPE';
}

async function naming<T>(name: string, whole: boolean, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EnoughRead) throw error;
    throw asOutputError(name === '-' ? 'standard output' : name, error, whole);
  }
}

/** `whole`: of this output nothing has been written where it is meant to be. */
function asOutputError(path: string, error: unknown, whole: boolean): UserError {
  if (error instanceof UserError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const known: Readonly<Record<string, [string, string]>> = {
    ENOENT: ['its folder does not exist', 'create it, or check the path'],
    ENOTDIR: ['its folder is a file', 'check the path'],
    EACCES: ['may not be written', 'check the permissions of its folder'],
    EPERM: ['may not be written', 'check the permissions of its folder'],
    EROFS: ['lies on a read-only file system', 'choose another place'],
    ENAMETOOLONG: ['its name is too long', 'choose a shorter one'],
    ELOOP: ['its links go in a circle', 'name the file itself'],
    EBADF: ['is not open for writing', 'check the redirection'],
    ENOSPC: ['the disk is full', full(whole)],
    EDQUOT: ['the quota is used up', full(whole)],
  };
  const [what, advice] = known[code] ?? [
    `cannot be written (${code || String(error)})`,
    'check the path',
  ];
  return outputError(path, what, advice, error);
}

function full(whole: boolean): string {
  return whole ? 'make room, nothing was written' : 'make room; what was written is not all';
}

function outputError(path: string, what: string, advice: string, cause?: unknown): UserError {
  return new UserError(`${path}: ${what}; ${advice}`, ExitStatus.output, { cause });
}
