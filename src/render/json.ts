import { columnsJson } from '../report/columns.js';
import { joined, opened } from '../report/json-parts.js';
import type { Report } from '../report/schema.js';

/** The report document itself, on one line: `jq` shows it, and its bytes are the same every time. */
export function renderJson(report: Report): Uint8Array {
  const nodes = columnsJson(report.graph.nodes);
  const members = Object.entries(report).filter(([, value]) => value !== undefined);
  const parts = members.flatMap(([key, value], i) => [
    `${i === 0 ? '{' : ','}"${key}":`,
    // the graph's other members stand before its columns
    ...(value === report.graph
      ? [opened({ ...report.graph, nodes: undefined }), ',"nodes":', nodes, '}']
      : [JSON.stringify(value)]),
  ]);
  return joined([...parts, '}\n']);
}
