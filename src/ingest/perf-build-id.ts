import { spawnSync } from 'node:child_process';
import { perfProgram } from './perf-data.js';

/**
 * Build id of the kernel that a perf.data file was recorded on, in hex (`perf buildid-list`); null where
 * perf does not say. Only a check: what cannot be had is no error.
 */
export function kernelBuildId(path: string): string | null {
  const ran = spawnSync(perfProgram(), ['buildid-list', '-i', path], {
    encoding: 'utf8',
    maxBuffer: 1 << 24,
  });
  if (ran.status !== 0) return null;
  return /^([0-9a-f]{8,}) \[kernel\.kallsyms\]/m.exec(ran.stdout)?.[1] ?? null;
}
