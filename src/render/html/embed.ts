import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Report } from '../../report/schema.js';

/** The id of the script element that carries the report document. */
export const REPORT_ELEMENT = 'pvflame-report';

/** The report document as base64 of gzip; same report, same bytes, on every system. */
export function embedReport(report: Report): string {
  const bytes = gzipSync(JSON.stringify(report), { level: 9 });
  bytes.fill(0, 4, 8);
  bytes[9] = 255;
  return bytes.toString('base64');
}

/** A source expression of a Content-Security-Policy for inline text. */
export function cspHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;
}

/** The page's policy: nothing but its own script and style, and no way out. */
export function contentSecurityPolicy(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src ${cspHash(script)}`,
    `style-src ${cspHash(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
