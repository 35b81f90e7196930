/**
 * The site table document of `pvflame sites -f json`, which `--base-sites/--new-sites` read back.
 * Field names and meanings: docs/sites.md. What cannot be known is null; arrays are never null.
 */
import * as z from 'zod';
import { inputError } from '../errors.js';

export const SITES_SCHEMA = 'pvflame-sites/1';

export const SITE_SOURCES = ['parainstructions', 'altinstructions', 'static_call', 'text'] as const;

const hex = z.string().regex(/^([0-9a-f]{2})*$/);
const count = z.number().int().nonnegative();

const image = z.strictObject({
  /** File name without its folder. */
  name: z.string(),
  /** Of the file as given, packed or not. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  buildId: hex.nullable(),
  release: z.string().nullable(),
  arch: z.literal('x86_64'),
  kind: z.enum(['vmlinux', 'bzImage', 'module']),
  /** A module's own name ("xfs"), as kallsyms has it in brackets; null for a kernel. */
  module: z.string().nullable(),
  /** Where function names came from; null: there were none. */
  symbols: z.enum(['symtab', 'system-map', 'kallsyms', 'built-in']).nullable(),
  /** What named the ops. */
  namedBy: z.enum(['btf', 'word-index', 'pointers', 'none']),
  /** Paravirt tables found. Empty: the kernel was built without paravirt (or has no site). */
  tables: z.array(z.strictObject({ symbol: z.string(), address: z.string(), size: count })),
  /** What could not be known of this image, one sentence each. */
  limits: z.array(z.string()),
});

const site = z.strictObject({
  /** Linked address; for a module an image offset, as docs/sites.md defines it. */
  address: z.string().regex(/^0x[0-9a-f]{1,16}$/),
  /** Name of the module that holds the site; null for the kernel itself. */
  module: z.string().nullable(),
  function: z.string().nullable(),
  offset: count.nullable(),
  length: count,
  op: z.string(),
  inline: hex.nullable(),
  section: z.string(),
  source: z.enum(SITE_SOURCES),
  tabled: z.boolean(),
});

export const sitesSchema = z.strictObject({
  schema: z.literal(SITES_SCHEMA),
  image,
  modules: z.array(image),
  /** What `--op` left; null: all sites. */
  filter: z.string().nullable().default(null),
  sites: z.array(site),
});

export type SitesDocument = z.infer<typeof sitesSchema>;
export type SitesImage = SitesDocument['image'];
export type SitesRow = SitesDocument['sites'][number];

/** Reads a saved site table; `where` names the file in errors. */
export function parseSites(text: string, where: string): SitesDocument {
  const advice = 'make it again with: pvflame sites VMLINUX -f json -o FILE';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw inputError(where, 'site table is not JSON', advice, error);
  }
  const parsed = sitesSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path.map(String).join('.') ?? '';
  throw inputError(where, `not a ${SITES_SCHEMA} document (at "${path}")`, advice, parsed.error);
}
