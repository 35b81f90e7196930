/** Takes the documents back out of a page, as `embed` put them in. The page may be anybody's. */
import { gunzipSync } from 'node:zlib';
import { ExitStatus, inputError, UserError } from '../../errors.js';
import { REPORT_SCHEMA, reportSchema, type Report } from '../../report/schema.js';
import { STACKS_SCHEMA, stacksSchema, type Stacks } from '../../report/stacks-schema.js';
import { REPORT_ELEMENT, STACKS_ELEMENT } from './embed.js';

/** What gzip may unpack to, whatever the page: a document of some millions of nodes. */
const MOST_BYTES = 1 << 28;
/** Documents unpack to four to thirty times their size; a bomb to a thousand. */
const MOST_RATIO = 200;
const SMALL = 1 << 24;
/** Deeper than any document of ours, and shallow enough for any parser. */
const MOST_NESTING = 32;

const ADVICE = 'give the HTML that pvflame wrote, whole and unchanged';

/**
 * The report document in a page: its bytes as `-f json` writes them, and what they say. Throws
 * UserError (exit status 3) for anything that is not one whole, valid document of this schema.
 */
export function embeddedReport(page: string, name: string): { json: string; report: Report } {
  const json = documentIn(page, REPORT_ELEMENT, name);
  if (json === undefined) {
    throw /<svg|<html/i.test(page)
      ? inputError(name, 'holds no pvflame report', cut(page) ?? ADVICE)
      : inputError(name, 'is no pvflame page', ADVICE);
  }
  const value = parsed(json, name, 'report document', REPORT_SCHEMA);
  const checked = reportSchema.safeParse(value);
  if (!checked.success) throw invalid(name, 'report document', checked.error.issues[0]);
  requireFitting(checked.data, name);
  // as it was written: zod puts keys into its own order, and verify writes the page again
  return { json: `${json}\n`, report: value as Report };
}

/** Both sides' folded stacks in a page; undefined where it has none. Throws like `embeddedReport`. */
export function embeddedStacks(page: string, name: string): Stacks | undefined {
  const json = documentIn(page, STACKS_ELEMENT, name);
  if (json === undefined) return undefined;
  const value = parsed(json, name, 'folded stacks', STACKS_SCHEMA);
  const checked = stacksSchema.safeParse(value);
  if (!checked.success) throw invalid(name, 'folded stacks', checked.error.issues[0]);
  return value as Stacks;
}

/** Text is escaped everywhere in a page, so that such a tag can only be an element. */
function documentIn(page: string, id: string, name: string): string | undefined {
  const tag = new RegExp(`<script\\b[^<>]*\\bid="${id}"[^<>]*>([^<]*)(</script>)?`, 'gi');
  const [found, second] = page.matchAll(tag);
  if (found === undefined) return undefined;
  if (second !== undefined) throw inputError(name, `holds more than one #${id}`, ADVICE);
  const [, text = '', end] = found;
  if (end === undefined) throw inputError(name, `ends inside #${id}`, 'get the whole file again');
  const base64 = text.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 !== 0)
    throw inputError(name, `#${id} is not base64`, `it was changed; ${ADVICE}`);
  return unpacked(Buffer.from(base64, 'base64'), id, name);
}

function unpacked(bytes: Buffer, id: string, name: string): string {
  const most = Math.min(MOST_BYTES, Math.max(SMALL, MOST_RATIO * bytes.length));
  let plain: Buffer;
  try {
    plain = gunzipSync(bytes, { maxOutputLength: most });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw inputError(
        name,
        `#${id} unpacks to more than ${most} bytes`,
        'no pvflame wrote it',
        error,
      );
    throw inputError(name, `#${id} is not whole gzip`, `it was changed; ${ADVICE}`, error);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain);
  } catch (error) {
    throw inputError(name, `#${id} is not UTF-8`, `it was changed; ${ADVICE}`, error);
  }
}

function parsed(json: string, name: string, what: string, schema: string): unknown {
  if (nesting(json) > MOST_NESTING)
    throw inputError(name, `its ${what} is nested too deeply`, ADVICE);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw inputError(name, `its ${what} is not JSON`, `it was changed; ${ADVICE}`, error);
  }
  const found = (value as { schema?: unknown } | null)?.schema;
  if (found === schema) return value;
  const known = typeof found === 'string' && /^pvflame-\w+\/\d{1,6}$/.test(found);
  throw known
    ? inputError(
        name,
        `its ${what} is ${found}, and this pvflame reads ${schema}`,
        'use the pvflame version that wrote it',
      )
    : inputError(name, `its ${what} names no pvflame schema`, ADVICE);
}

/** Brackets open at once, those in strings left out: parsers need memory for each. */
function nesting(json: string): number {
  let depth = 0;
  let most = 0;
  for (let i = 0; i < json.length; i++) {
    const c = json.charCodeAt(i);
    if (c === 0x22) {
      for (i++; i < json.length && json.charCodeAt(i) !== 0x22; i++)
        if (json.charCodeAt(i) === 0x5c) i++;
    } else if (c === 0x5b || c === 0x7b) most = Math.max(most, ++depth);
    else if (c === 0x5d || c === 0x7d) depth--;
  }
  return most;
}

/** What the schema cannot say: columns of one table are equally long, and indexes stay inside. */
function requireFitting({ graph, patching, sites }: Report, name: string): void {
  const { depth, ...columns } = graph.nodes;
  const wrong = Object.entries(columns).find(([, column]) => column.length !== depth.length)?.[0];
  const past =
    graph.dsos.length !== graph.names.length ||
    graph.nodes.name.some((id) => id >= graph.names.length) ||
    patching.changed.some((site) => site >= sites.length);
  if (wrong === undefined && !past) return;
  throw inputError(
    name,
    wrong === undefined
      ? 'its report document points past the end of a table'
      : `its report document has columns of different lengths (graph.nodes.${wrong})`,
    ADVICE,
  );
}

function invalid(
  name: string,
  what: string,
  issue: { path: PropertyKey[]; message: string } | undefined,
): UserError {
  const path = (issue?.path ?? []).map(String).join('.');
  return new UserError(
    `${name}: its ${what} is not valid at ${path || 'its top'} (${issue?.message ?? ''}); ${ADVICE}`,
    ExitStatus.input,
  );
}

/** A page of ours that lacks the document was cut short. */
function cut(page: string): string | undefined {
  return /<title>[^<]*pvflame<\/title>/.test(page) && !/<\/html>\s*$/.test(page)
    ? 'the file is cut short: get the whole file again'
    : undefined;
}
