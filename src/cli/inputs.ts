import { fstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inputError, usageError } from '../errors.js';

/** What an input is called in the report: its base name, so that bytes do not depend on folders. */
export function inputName(path: string, withPaths: boolean): string {
  return path === '-' || withPaths ? path : basename(path);
}

/** Folders after --base and --new stand for the recordings in them, in the order of their names. */
export function expandFolders(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (path === '-' || !(statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false))
      return [path];
    const names = readdirSync(path).filter((name) => /\.perf-script|\.data$/.test(name));
    const texts = new Set(names.filter((name) => name.includes('.perf-script')).map(stem));
    const files = names
      // run1.perf.data beside run1.perf-script.txt is the same boot, not another one
      .filter((name) => name.includes('.perf-script') || !texts.has(stem(name)))
      .sort()
      .map((name) => join(path, name));
    if (files.length === 0) {
      throw inputError(
        path,
        'no recording in this folder',
        'recordings are called *.perf-script* or *.data',
      );
    }
    return files;
  });
}

function stem(name: string): string {
  return name.replace(/\.(?:perf-script|perf\.data$|data$).*$/, '');
}

/** Standard input can be read once. */
export function requireOneStdin(paths: readonly string[]): void {
  if (paths.filter((path) => path === '-').length > 1) {
    throw usageError("'-' is given twice; standard input can be read only once");
  }
}

/** Options that name files to read, whatever profile they are of. */
const NAMES_FILES = /(?:vmlinux|kallsyms|sites|stat|config|budgetFile|counts)$/i;

/** The files that options name. A label before it, as in `--vmlinux LABEL=FILE`, is not of the name. */
function filesNamedBy(options: Readonly<Record<string, unknown>>): string[] {
  const named = Object.entries(options).filter(([option]) => NAMES_FILES.test(option));
  return named
    .flatMap(([, given]) => (Array.isArray(given) ? (given as unknown[]) : [given]))
    .filter((file) => typeof file === 'string')
    .flatMap((file) => [file, file.replace(/^[^=]*=/, '')]);
}

/** A path without links; as it is where it has no other name. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** An output must be none of the files that are read: the inputs, and what `options` name. */
export function requireDistinct(
  inputs: readonly string[],
  outputs: readonly string[],
  options: Readonly<Record<string, unknown>>,
): void {
  const read = [...inputs, ...filesNamedBy(options)].filter((path) => path !== '-');
  const known = new Set(read.map(realPath));
  const files = outputs.filter((path) => path !== '-');
  const clash =
    files.find((path) => known.has(realPath(path))) ??
    (inputs.includes('-') ? files.find(isStdin) : undefined);
  if (clash !== undefined) throw usageError(`${clash}: is an input; name another output`);
}

/** Whether standard input is redirected from this file. */
function isStdin(path: string): boolean {
  try {
    const [read, written] = [fstatSync(0), statSync(path)];
    return read.isFile() && read.dev === written.dev && read.ino === written.ino;
  } catch {
    return false;
  }
}
