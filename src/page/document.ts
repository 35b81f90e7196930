import type { Report } from '../report/schema.js';

/** Takes the report document out of the page: base64 of gzip of JSON, decoded without any request. */
export async function readReport(): Promise<Report> {
  const text = element('pvflame-report').textContent;
  const bytes = Uint8Array.from(atob(text.trim()), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const report = (await new Response(stream).json()) as Report;
  if (report.schema !== 'pvflame-report/1') throw new Error('not a pvflame report');
  return report;
}

/** The element of our own template with this id. */
export function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element #${id}`);
  return found;
}
