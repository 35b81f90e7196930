import { asDocument, columnsJson } from '../report/columns.js';
import type { Report } from '../report/schema.js';

/** The report document itself, on one line: `jq` shows it, and its bytes are the same every time. */
export function renderJson(report: Report): Uint8Array {
  const nodes = columnsJson(report.graph.nodes);
  if (nodes === null) return Buffer.from(JSON.stringify(asDocument(report)) + '\n');
  const parts: Uint8Array[] = [];
  let before = '{';
  for (const [key, value] of Object.entries(report)) {
    if (value === undefined) continue;
    parts.push(Buffer.from(`${before}"${key}":`));
    if (value === report.graph) {
      const rest = JSON.stringify({ ...report.graph, nodes: undefined });
      parts.push(Buffer.from(`${rest.slice(0, -1)},"nodes":`), nodes);
      parts.push(Buffer.from('}'));
    } else parts.push(Buffer.from(JSON.stringify(value)));
    before = ',';
  }
  return Buffer.concat([...parts, Buffer.from('}\n')]);
}
