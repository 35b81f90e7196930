import type { Report } from '../../report/schema.js';

/** What the rows' intervals leave out, to stand behind "95 % interval"; "" where that is nothing. */
export function intervalNote(report: Report): string {
  return report.basis === 'sampling' ? ' (sampling noise only)' : '';
}

/** Head of a column of intervals. */
export function intervalHead(report: Report): string {
  return `95 % interval${intervalNote(report)}`;
}
