import { compareRelease } from '../release.js';
import { callInRecord } from './calls.js';
import { faultsOf } from './fault.js';
import type { KernelImage } from './kernel-image.js';
import { agreed } from './op-tables.js';

/** A site that a table of the image lists. */
export interface RecordedSite {
  readonly address: bigint;
  readonly length: number;
  /** Word index, in kernels to 6.7. */
  readonly type: number | null;
  /** Pointer that is called through; null where the site is the native instruction. */
  readonly target: bigint | null;
  /** Where the call begins: behind `address` where registers are saved first. */
  readonly call: bigint;
  readonly inline: string | null;
  readonly source: 'parainstructions' | 'altinstructions';
}

const DIRECT_OPCODES = new Set([0xe8, 0xe9]);
/** SWAPGS_UNSAFE_STACK of kernels to 5.11 is built as what it becomes: `swapgs`. */
const BUILT_NATIVE = '0f01f8';
/** Fewer records may all be wrong. */
const TELLING = 10;

/** The last inline form per site: rows are applied in order, so later ones win. */
function inlineForms(image: KernelImage): ReadonlyMap<bigint, string> {
  const out = new Map<bigint, string>();
  for (const row of image.alternatives) {
    const isCall = row.replacement.length === 5 && DIRECT_OPCODES.has(row.replacement[0] ?? 0);
    if (!row.directCall && !isCall) out.set(row.address, row.replacement.toString('hex'));
  }
  return out;
}

/** The sites that the image's own tables list. Each must be a call through a pointer, or the image is damaged. */
export function recordedSites(image: KernelImage): readonly RecordedSite[] {
  const faults = faultsOf(image.path);
  const forms = inlineForms(image);
  const out = new Map<bigint, RecordedSite>();
  const add = (
    { address, length }: { readonly address: bigint; readonly length: number },
    type: number | null,
    source: RecordedSite['source'],
  ): void => {
    const bytes = image.readText(address, length);
    const found = bytes === null ? null : callInRecord(bytes, address);
    if (found === null && (bytes?.toString('hex') !== BUILT_NATIVE || type === null)) {
      throw faults.damaged(
        `.${source} has a site at 0x${address.toString(16)}, but no call through a pointer is there`,
      );
    }
    out.set(address, {
      address,
      length,
      type,
      target: found?.target ?? null,
      call: address + BigInt(found?.from ?? 0),
      inline: forms.get(address) ?? null,
      source,
    });
  };
  for (const site of image.patchSites) add(site, site.type, 'parainstructions');
  for (const row of image.alternatives) {
    if (row.directCall && !out.has(row.address)) add(row, null, 'altinstructions');
  }
  const sites = [...out.values()];
  const oneTable = image.release !== null && compareRelease(image.release, '4.20') >= 0;
  const [wrong] = oneTable ? strayed(sites) : [];
  if (wrong !== undefined) {
    throw faults.damaged(
      `the site at 0x${wrong.address.toString(16)} calls through another word than its record says`,
    );
  }
  return sites;
}

/** Sites whose word is not where their index says, with one table for all groups. */
function strayed(sites: readonly RecordedSite[]): readonly RecordedSite[] {
  const baseOf = ({ target, type }: RecordedSite): bigint | null =>
    target === null || type === null ? null : target - BigInt(8 * type);
  const bases = sites.map(baseOf).filter((base) => base !== null);
  const base = bases.length < TELLING ? null : agreed(bases);
  return base === null ? [] : sites.filter((site) => (baseOf(site) ?? base) !== base);
}
