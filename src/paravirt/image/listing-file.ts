import { statSync } from 'node:fs';
import type { UserError } from '../../errors.js';
import { readBounded } from '../../ingest/source-bounded.js';
import { faultsOf, type Faults } from './fault.js';
import { fileSource } from './source.js';
import { isRead, recognisePacking, unpackOne } from './unpack.js';

/** The largest kallsyms seen has 20 MB; a bound for a wrong file. */
const MAX_LISTING = 128 << 20;

function tooLarge(faults: Faults): UserError {
  return faults.refused('too large for a symbol listing', 'give a copy of /proc/kallsyms');
}

/** Reads a copy of /proc/kallsyms or a System.map, packed or not. */
export async function readListingFile(path: string): Promise<{ path: string; text: string }> {
  const faults = faultsOf(path);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined)
    throw faults.refused('no such file', 'check the path given to --kallsyms');
  if (stat.isDirectory()) throw faults.refused('a folder', 'give a copy of /proc/kallsyms');
  if (stat.size > MAX_LISTING) throw tooLarge(faults);
  // /proc/kallsyms itself says that it is 0 bytes long; a device does too, and may have no end
  const bytes =
    stat.size === 0
      ? readBounded(path, MAX_LISTING)
      : fileSource(path, stat.size, faults).read(0, stat.size, 'the listing');
  if (bytes === undefined) throw tooLarge(faults);
  const kind = recognisePacking(bytes);
  if (kind === null) return { path, text: bytes.toString('latin1') };
  if (!isRead(kind)) throw faults.refused(`packed with ${kind}, which is not read`, 'unpack it');
  const text = await unpackOne(bytes, kind, faults);
  if (text.length > MAX_LISTING) throw tooLarge(faults);
  return { path, text: text.toString('latin1') };
}
