import type { Report } from '../report/schema.js';

/** The report document itself, on one line: `jq` shows it, and its bytes are the same every time. */
export function renderJson(report: Report): string {
  return JSON.stringify(report) + '\n';
}
