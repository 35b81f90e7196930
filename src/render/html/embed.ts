import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { trusted, type Markup } from './markup.js';

/** The id of the script element that carries the report document. */
export const REPORT_ELEMENT = 'pvflame-report';
/** The id of the one that carries both sides' folded stacks. */
export const STACKS_ELEMENT = 'pvflame-stacks';

/** A document as base64 of gzip in a data element; same document, same bytes, on every system. */
export function embed(id: string, document: object): Markup {
  const bytes = gzipSync(JSON.stringify(document), { level: 9 });
  bytes.fill(0, 4, 8);
  bytes[9] = 255;
  return trusted(
    `<script type="application/octet-stream" id="${id}">${bytes.toString('base64')}</script>`,
  );
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
