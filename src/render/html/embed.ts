import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { trusted, type Markup } from './markup.js';

/** The id of the script element that carries the report document. */
export const REPORT_ELEMENT = 'pvflame-report';
/** The id of the one that carries both sides' folded stacks. */
export const STACKS_ELEMENT = 'pvflame-stacks';

/** Level 9 takes ten times as long on a wide report and makes its page 4 % smaller. */
const LEVEL = 5;

const gzipInThread = promisify(gzip);

/**
 * JSON as base64 of gzip, made in zlib's own thread: begin it early and await it late. Same bytes in,
 * same bytes out.
 */
export async function pack(json: Uint8Array): Promise<string> {
  // room for all output: for every chunk of it the thread would wait until this one is idle
  const bytes = await gzipInThread(json, { level: LEVEL, chunkSize: json.length + 1024 });
  bytes.fill(0, 4, 8);
  bytes[9] = 255;
  return bytes.toString('base64');
}

/** The same of a document's JSON as it is written to a file, with the end of its line, which a page leaves out. */
export function packLine(json: Uint8Array): Promise<string> {
  return pack(json.subarray(0, json.length - 1));
}

/** A document to be packed that nothing else needs as JSON. */
export function packDocument(document: object): Promise<string> {
  return pack(Buffer.from(JSON.stringify(document)));
}

/** What `pack` gave, in a data element. */
export function embed(id: string, packed: string): Markup {
  return trusted(`<script type="application/octet-stream" id="${id}">${packed}</script>`);
}

/** A source expression of a Content-Security-Policy for inline text. */
export function cspHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;
}

/** The page's policy: nothing but its own script (null: none at all) and style, and no way out. */
export function contentSecurityPolicy(script: string | null, style: string): string {
  return [
    "default-src 'none'",
    `script-src ${script === null ? "'none'" : cspHash(script)}`,
    `style-src ${cspHash(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
