import { readFileSync, statSync } from 'node:fs';

let name: string | undefined;

/**
 * Names the Node that runs: version, architecture, size of its binary. What was compiled at build is good for that one
 * only, and another build of the same version may lay it out otherwise.
 */
export function thisNode(): string {
  return (name ??= `${process.version}-${process.arch}-${statSync(process.execPath).size}`);
}

/** What the build keeps beside a file for this Node; undefined where there is nothing, or nothing that can be read. */
export function keptBeside(file: string): Buffer | undefined {
  try {
    return readFileSync(`${file}.${thisNode()}`);
  } catch {
    return undefined;
  }
}
