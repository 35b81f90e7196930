import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { inputError, usageError } from '../errors.js';
import { findSites, readKernelImage, readListingFile, type Site } from '../paravirt/image/index.js';
import { imageCode, savedCode, type ImageCode } from '../paravirt/index.js';
import { parseSites } from '../report/sites-schema.js';
import type { DiffOptions } from './diff-options.js';

/** Both sides' kernel code, from images or saved site tables; undefined where none was given. */
export async function readImages(
  options: DiffOptions,
): Promise<{ base: ImageCode; new: ImageCode } | undefined> {
  const sources = {
    base: source('base', options.baseVmlinux, options.baseSites, options.baseKallsyms),
    new: source('new', options.newVmlinux, options.newSites, options.newKallsyms),
  };
  if (sources.base === undefined && sources.new === undefined) return undefined;
  if (sources.base === undefined || sources.new === undefined) {
    const [has, lacks] = sources.base === undefined ? ['new', 'base'] : ['base', 'new'];
    throw usageError(
      `--${has}-vmlinux needs --${lacks}-vmlinux too: the ledger counts both sides by one rule ` +
        '(give one image twice where both sides ran it)',
    );
  }
  const base = await readCode(sources.base, options);
  // one image on both sides is read once
  const same = JSON.stringify(sources.base) === JSON.stringify(sources.new);
  return { base, new: same ? base : await readCode(sources.new, options) };
}

interface Source {
  vmlinux: string | undefined;
  sites: string | undefined;
  kallsyms: string | undefined;
}

function source(
  side: string,
  vmlinux: string | undefined,
  sites: string | undefined,
  kallsyms: string | undefined,
): Source | undefined {
  if (vmlinux !== undefined && sites !== undefined) {
    throw usageError(`--${side}-sites: the image itself is given too; give one of them`);
  }
  return vmlinux === undefined && sites === undefined ? undefined : { vmlinux, sites, kallsyms };
}

async function readCode(from: Source, options: DiffOptions): Promise<ImageCode> {
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
      'give the vmlinux of the build, or a copy of /proc/kallsyms with --base-kallsyms/--new-kallsyms',
    );
  }
  const equivalents = options.nativeEquivalents === 'on';
  return imageCode(image, await findSites(image), { name: basename(from.vmlinux), equivalents });
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
  const sites: Site[] = saved.sites
    .filter((site) => site.module === null)
    .map((site) => ({ ...site, address: BigInt(site.address) }));
  return savedCode(
    { release: saved.image.release, buildId: saved.image.buildId, sites },
    basename(path),
  );
}
