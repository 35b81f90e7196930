import { basename } from 'node:path';
import { inputError, usageError } from '../errors.js';
import {
  findSites,
  readKernelImage,
  siteCoder,
  readListingFile,
  type KernelImage,
  type SiteTable,
} from '../paravirt/image/index.js';
import type { SitesDocument, SitesImage, SitesRow } from '../report/sites-schema.js';
import { requireDistinct } from './inputs.js';
import { requireWritable, writeOutput } from './outputs.js';
import { sha256Of } from './sha256.js';
import type { SiteFormat } from '../render/formats.js';
import { renderSites } from '../render/sites.js';

export interface SitesOptions {
  readonly format?: SiteFormat;
  readonly output?: string;
  readonly kallsyms?: string;
  readonly op?: string;
  readonly code?: boolean;
}

interface Read {
  readonly image: KernelImage;
  readonly table: SiteTable;
}

/** `irq` and `irq.*` are a group, `*_val` any op that ends so, anything else one op. */
export function opMatcher(pattern: string): (op: string) => boolean {
  if (!/^[\w.*+]+$/.test(pattern))
    throw usageError(`--op ${pattern}: give an op like irq.save_fl, or mmu.*`);
  const body = pattern.replace(/[.+]/g, '\\$&').replaceAll('*', '.*');
  const whole = new RegExp(`^${body}(\\..*)?$`);
  return (op) => whole.test(op);
}

function imagePart({ image, table }: Read, sha256: string): SitesImage {
  return {
    name: basename(image.path),
    sha256,
    buildId: image.buildId,
    release: image.release,
    arch: 'x86_64',
    kind: image.kind,
    module: image.module,
    symbols: image.symbols.origin,
    namedBy: table.namedBy,
    tables: table.tables
      .filter((t) => t.placed)
      .map(({ symbol, base, size }) => ({ symbol, address: `0x${base.toString(16)}`, size })),
    limits: [...table.limits],
  };
}

function rows({ image, table }: Read, wanted: (op: string) => boolean): SitesRow[] {
  return table.sites
    .filter((s) => wanted(s.op))
    .map(({ address, ...site }) => ({
      address: `0x${address.toString(16)}`,
      module: image.module,
      ...site,
    }));
}

type What = Pick<SitesOptions, 'kallsyms' | 'op'>;

function matcherOf({ op }: What): (op: string) => boolean {
  return op === undefined ? () => true : opMatcher(op);
}

/** Reads a kernel and its modules, which must be of one build. */
async function readImages(paths: readonly string[], { kallsyms }: What): Promise<readonly Read[]> {
  const listing = kallsyms === undefined ? undefined : await readListingFile(kallsyms);
  const reads: Read[] = [];
  let kernel: Read | null = null;
  for (const path of paths) {
    const image = await readKernelImage(path, listing === undefined ? {} : { listing });
    if (reads.length > 0 && image.kind !== 'module') {
      throw inputError(path, 'a second kernel image', 'give one kernel, then its modules');
    }
    checkRelease(kernel?.image ?? null, image);
    const read: Read = { image, table: await findSites(image, kernel) };
    if (image.kind !== 'module') kernel = read;
    reads.push(read);
  }
  return reads;
}

/** Reads a kernel and its modules and makes the site table document. */
export async function sitesDocument(
  paths: readonly [string, ...string[]],
  options: What = {},
): Promise<SitesDocument> {
  const wanted = matcherOf(options);
  const reads = await readImages(paths, options);
  const images: SitesImage[] = [];
  for (const read of reads) images.push(imagePart(read, await sha256Of(read.image.path)));
  const [first, ...rest] = images;
  if (first === undefined) throw usageError('sites: give a kernel image');
  return {
    schema: 'pvflame-sites/1',
    image: first,
    modules: rest,
    filter: options.op ?? null,
    sites: reads.flatMap((read) => rows(read, wanted)),
  };
}

/** A module's ops are words of its own kernel's table: another kernel's names would be wrong. */
function checkRelease(kernel: KernelImage | null, image: KernelImage): void {
  if (
    image.kind !== 'module' ||
    kernel === null ||
    kernel.release === null ||
    image.release === null
  )
    return;
  if (kernel.release === image.release) return;
  throw inputError(
    image.path,
    `module of Linux ${image.release}, but the kernel is ${kernel.release}`,
    'give modules of the same build',
  );
}

function formatOf(options: SitesOptions): SiteFormat {
  if (options.format !== undefined) return options.format;
  if (options.output?.endsWith('.json')) return 'json';
  return options.output?.endsWith('.tsv') ? 'tsv' : 'table';
}

/** Every site's machine code in both states, as lines under its row. */
async function codeListing(paths: readonly string[], options: SitesOptions): Promise<string> {
  const wanted = matcherOf(options);
  const lines: string[] = [];
  for (const { image, table } of await readImages(paths, options)) {
    const show = await siteCoder(image, table);
    for (const site of table.sites.filter((s) => wanted(s.op))) {
      const { built, patched } = show(site);
      const name =
        site.function === null ? '?' : `${site.function}+0x${(site.offset ?? 0).toString(16)}`;
      lines.push(`0x${site.address.toString(16)}  ${name}  ${site.op}`);
      lines.push(`    built    ${built.bytes.padEnd(14)}  ${built.text}`);
      lines.push(
        `    patched  ${(patched?.bytes ?? '-').padEnd(14)}  ${patched?.text ?? 'never, or not known to what'}`,
      );
    }
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** `pvflame sites`: the text it prints, or null after writing it to `-o FILE`. */
export async function runSites(
  paths: readonly [string, ...string[]],
  options: SitesOptions = {},
): Promise<string | null> {
  const format = formatOf(options);
  if (options.code === true && format !== 'table') {
    throw usageError(`--code lists machine code as text, not as ${format}: leave out one of them`);
  }
  if (options.output !== undefined) {
    requireDistinct(paths, [options.output], { ...options });
    requireWritable(options.output);
  }
  const text =
    options.code === true
      ? await codeListing(paths, options)
      : renderSites(await sitesDocument(paths, options), format);
  if (options.output === undefined || options.output === '-') return text;
  await writeOutput(options.output, text);
  return null;
}
