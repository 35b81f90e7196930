import { readdirSync, realpathSync, statSync } from 'node:fs';
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

/** A path without links; as it is where it has no other name. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** An output must not be one of the inputs. */
export function requireDistinct(inputs: readonly string[], outputs: readonly string[]): void {
  const known = new Set(inputs.filter((path) => path !== '-').map(realPath));
  const clash = outputs.find((path) => path !== '-' && known.has(realPath(path)));
  if (clash !== undefined) throw usageError(`${clash}: is an input; name another output`);
}
