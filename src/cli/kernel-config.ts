import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { inputError } from '../errors.js';
import type { KernelConfig } from '../report/configs.js';
import { inputName } from './inputs.js';
import { readSmallFile } from './small-file.js';

const WHAT = 'the .config of that kernel, or /proc/config.gz';
const MOST_BYTES = 8 << 20;

/**
 * Reads a kernel's configuration, plain or gzip (Documentation/kbuild/kconfig.rst, Linux 6.12: `CONFIG_X=value`, or a
 * comment that X is not set). Throws UserError (exit status 3), also where it says that it is of another version than
 * the recording: the wrong file would list differences that are none.
 */
export function readConfig(path: string, release: string | null, withPaths: boolean): KernelConfig {
  const bytes = readSmallFile(path, WHAT, MOST_BYTES);
  const text = unpacked(path, bytes).toString('latin1');
  const options = new Map<string, string>();
  for (const line of text.split('\n')) {
    const set = /^(CONFIG_\w+)=(.*)$/.exec(line);
    if (set?.[1] !== undefined) options.set(set[1], set[2]?.trim() ?? '');
  }
  if (options.size === 0) throw inputError(path, 'has no CONFIG_ line', `give ${WHAT}`);
  const version = /^# Linux\/\S+ (\d+\.\d+)\S* Kernel Configuration/m.exec(text)?.[1];
  // distributions keep the third number of their ABI in the release: 6.1.0-56-amd64 is of 6.1.192
  const recorded = release === null ? undefined : /^\d+\.\d+/.exec(release)?.[0];
  if (version !== undefined && recorded !== undefined && version !== recorded)
    throw inputError(
      path,
      `is of Linux ${version}, but the recording is of Linux ${release ?? ''}`,
      `give ${WHAT}`,
    );
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { name: inputName(path, withPaths), sha256, options };
}

function unpacked(path: string, bytes: Buffer): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
  } catch (error) {
    throw inputError(path, 'is damaged gzip, or unpacks to too much', `give ${WHAT}`, error);
  }
}
