// Loaded by every reading thread: imports as little as it can.
import { readProfile } from '../profile/read.js';
import type { Profile } from '../profile/profile.js';
import { inputName } from './inputs.js';

/** One side's recordings and how they are read; plain data, so that a thread can be given it. */
export interface SideSpec {
  paths: string[];
  options: ReadOptions;
  kallsyms: string | undefined;
  withImages: boolean;
}

/** What of a command's options decides how a side is read. */
export interface ReadOptions {
  comm?: string | undefined;
  kernelOnly: boolean;
  withPaths: boolean;
  exactSymbols: boolean;
  inputFormat?: 'perf-script' | 'perf-data' | undefined;
}

/** These of a command's options, and no other: they are sent to threads. */
export function readOptionsOf(options: ReadOptions): ReadOptions {
  const { comm, kernelOnly, withPaths, exactSymbols, inputFormat } = options;
  return { comm, kernelOnly, withPaths, exactSymbols, inputFormat };
}

/** Reads one side's recordings, one run after another; `onRaw` is told of raw bytes. */
export function readSide(
  { paths, options, kallsyms, withImages }: SideSpec,
  onRaw: (bytes: number) => void,
): Promise<Profile> {
  return readProfile(paths, {
    task: 'comm',
    comm: options.comm,
    kernelOnly: options.kernelOnly,
    nameOf: (path) => inputName(path, options.withPaths),
    format: options.inputFormat,
    kallsyms,
    // on a timer, with images, user space is told apart by where system calls return to
    addresses: withImages ? 'all' : 'kernel',
    onRaw,
  });
}
