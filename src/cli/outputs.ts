import {
  accessSync,
  closeSync,
  constants,
  openSync,
  rename,
  rmSync,
  statSync,
  write,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ExitStatus, UserError } from '../errors.js';
import { writeNow } from './write-now.js';

const pending = new Set<string>();
const writeSome = promisify(write);
const moved = promisify(rename);

/** Fails before the long work if an output could not be written at the end of it. */
export function requireWritable(path: string): void {
  if (path === '-') return;
  try {
    const known = statSync(path, { throwIfNoEntry: false });
    if (known?.isDirectory()) throw outputError(path, 'is a directory', 'name a file');
    accessSync(known === undefined ? dirname(path) : path, constants.W_OK);
    if (!statSync(dirname(path)).isDirectory())
      throw outputError(path, 'has no folder', 'check the path');
  } catch (error) {
    throw asOutputError(path, error);
  }
}

/**
 * Writes a whole file or nothing: beside its place first, then renamed. What is not a regular file
 * (a device, a pipe) is written to directly. The bytes go out in a thread of their own.
 */
export async function writeOutput(path: string, data: string | Uint8Array): Promise<void> {
  try {
    const known = statSync(path, { throwIfNoEntry: false });
    if (known !== undefined && !known.isFile()) {
      await writeTo(path, data);
      return;
    }
    const beside = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
    pending.add(beside);
    try {
      await writeTo(beside, data);
      // to replace a file takes longer: what it held before is given up
      await moved(beside, path);
    } finally {
      rmSync(beside, { force: true });
      pending.delete(beside);
    }
  } catch (error) {
    throw asOutputError(path, error);
  }
}

async function writeTo(path: string, data: string | Uint8Array): Promise<void> {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  // opened at once: `dropUnfinished` must not come between the asking and the file
  const file = openSync(path, 'w');
  try {
    // in one piece; Node's own writeFile comes back to this thread for every half megabyte
    for (let at = 0; at < bytes.length;) at += (await writeSome(file, bytes, at)).bytesWritten;
  } finally {
    closeSync(file);
  }
}

/** Removes what a signal would leave behind. */
export function dropUnfinished(): void {
  for (const path of pending) rmSync(path, { force: true });
}

/** Thrown where nobody reads standard output any more: `pvflame ... | head` ends when head has enough. */
export class EnoughRead extends Error {}

/** Writes to standard output and waits until it is taken. */
export function writeStdout(text: string | Uint8Array): void {
  try {
    writeNow(1, text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') throw new EnoughRead();
    throw asOutputError('standard output', error);
  }
}

function asOutputError(path: string, error: unknown): UserError {
  if (error instanceof UserError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const known: Readonly<Record<string, [string, string]>> = {
    ENOENT: ['its folder does not exist', 'create it, or check the path'],
    ENOTDIR: ['its folder is a file', 'check the path'],
    EACCES: ['may not be written', 'check the permissions of its folder'],
    EPERM: ['may not be written', 'check the permissions of its folder'],
    EROFS: ['lies on a read-only file system', 'choose another place'],
    ENOSPC: ['the disk is full', 'make room, nothing was written'],
  };
  const [what, advice] = known[code] ?? [
    `cannot be written (${code || String(error)})`,
    'check the path',
  ];
  return outputError(path, what, advice, error);
}

function outputError(path: string, what: string, advice: string, cause?: unknown): UserError {
  return new UserError(`${path}: ${what}; ${advice}`, ExitStatus.output, { cause });
}
