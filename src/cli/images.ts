import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { inputError, usageError } from '../errors.js';
import { findSites, readKernelImage, readListingFile, type Site } from '../paravirt/image/index.js';
import { imageCode, savedCode, type ImageCode } from '../paravirt/index.js';
import { parseSites } from '../report/sites-schema.js';
import type { DiffOptions } from './diff-options.js';
import { sha256Of } from './sha256.js';

/** Where a side's kernel code comes from. */
export interface ImageSource {
  vmlinux: string | undefined;
  sites: string | undefined;
  kallsyms: string | undefined;
}

/** Both sides' kernel code, from images or saved site tables; undefined where none was given. */
export async function readImages(
  options: DiffOptions,
): Promise<{ base: ImageCode; new: ImageCode } | undefined> {
  const { baseVmlinux, baseSites, baseKallsyms, newVmlinux, newSites, newKallsyms } = options;
  const codes = await readImagesOf(
    new Map([
      ['base', { vmlinux: baseVmlinux, sites: baseSites, kallsyms: baseKallsyms }],
      ['new', { vmlinux: newVmlinux, sites: newSites, kallsyms: newKallsyms }],
    ] as const),
    options.nativeEquivalents === 'on',
  );
  const [base, other] = [codes?.get('base'), codes?.get('new')];
  return base === undefined || other === undefined ? undefined : { base, new: other };
}

/** The kernel code of each side, all or none; an image that several sides ran is read once. */
export async function readImagesOf<Name extends string>(
  sources: ReadonlyMap<Name, ImageSource>,
  equivalents: boolean,
  optionOf: (name: Name) => string = (name) => `--${name}-vmlinux`,
): Promise<ReadonlyMap<Name, ImageCode> | undefined> {
  for (const [name, { vmlinux, sites }] of sources) {
    if (vmlinux !== undefined && sites !== undefined)
      throw usageError(`--${name}-sites: the image itself is given too; give one of them`);
  }
  const isGiven = ([, from]: [Name, ImageSource]) =>
    from.vmlinux !== undefined || from.sites !== undefined;
  const [has] = [...sources].find(isGiven) ?? [];
  if (has === undefined) return undefined;
  const [lacks] = [...sources].find((source) => !isGiven(source)) ?? [];
  if (lacks !== undefined) {
    throw usageError(
      `${optionOf(has)} needs ${optionOf(lacks)} too: the ledger counts ${sources.size === 2 ? 'both' : 'all'} sides by one rule ` +
        '(give one image twice where both sides ran it)',
    );
  }
  const [image] = [...sources].find(([, from]) => from.vmlinux !== undefined) ?? [];
  const [table] = [...sources].find(([, from]) => from.sites !== undefined) ?? [];
  if (image !== undefined && table !== undefined) {
    throw usageError(
      `--${table}-sites and ${optionOf(image)}: a saved table knows less than an image, and the ledger counts all ` +
        'sides by one rule: give images, or tables, for every side (pvflame sites IMAGE -f json makes a table)',
    );
  }
  const read = new Map<string, ImageCode>();
  const codes = new Map<Name, ImageCode>();
  for (const [name, from] of sources) {
    const key = JSON.stringify(from);
    const code = read.get(key) ?? (await readCode(from, equivalents));
    read.set(key, code);
    codes.set(name, code);
  }
  return codes;
}

async function readCode(from: ImageSource, equivalents: boolean): Promise<ImageCode> {
  if (from.vmlinux === undefined) return readSaved(from.sites ?? '');
  const image = await readKernelImage(
    from.vmlinux,
    from.kallsyms === undefined ? {} : { listing: await readListingFile(from.kallsyms) },
  );
  if (image.kind === 'module') {
    throw inputError(from.vmlinux, 'is a module', 'give the kernel image');
  }
  if (image.symbols.functions.length === 0) {
    throw inputError(
      from.vmlinux,
      'has no symbols',
      "give the vmlinux of the build, or a copy of /proc/kallsyms with that side's --...-kallsyms",
    );
  }
  return imageCode(image, await findSites(image), {
    name: basename(from.vmlinux),
    equivalents,
    sha256: await sha256Of(from.vmlinux),
  });
}

async function readSaved(path: string): Promise<ImageCode> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw inputError(path, `cannot be read (${code})`, 'check the path', error);
  }
  const saved = parseSites(text, path);
  if (saved.filter !== null) {
    throw inputError(
      path,
      `holds only the sites of --op ${saved.filter}`,
      'make it again without --op: all others would count as no sites',
    );
  }
  if (saved.sites.length === 0) {
    throw inputError(
      path,
      'holds no site, so that nothing says which functions are which',
      'a kernel without sites needs its image, and then every side needs its own',
    );
  }
  const sites: Site[] = saved.sites
    .filter((site) => site.module === null)
    .map((site) => ({ ...site, address: BigInt(site.address) }));
  return savedCode(
    { release: saved.image.release, buildId: saved.image.buildId, sites },
    { name: basename(path), sha256: createHash('sha256').update(text).digest('hex') },
  );
}
