import { columnsJson } from '../report/columns.js';
import { joined, opened } from '../report/json-parts.js';
import type { Report } from '../report/schema.js';

/** The report document itself, on one line: `jq` shows it, and its bytes are the same every time. */
export function renderJson(report: Report): Uint8Array {
  return joined([...reportParts(report), '\n']);
}

/** The same without the end of the line, in pieces. */
export function reportParts(report: Report): (string | Uint8Array)[] {
  return membersOf(report, (value) =>
    // the graph's other members stand before its columns
    value === report.graph
      ? [
          opened({ ...report.graph, nodes: undefined }),
          ',"nodes":',
          columnsJson(report.graph.nodes),
          '}',
        ]
      : [JSON.stringify(value)],
  );
}

/** An object as JSON in pieces, each member as `parts` gives it. */
export function membersOf(
  object: object,
  parts: (value: unknown) => (string | Uint8Array)[],
): (string | Uint8Array)[] {
  const members = Object.entries(object).filter(([, value]) => value !== undefined);
  return [
    ...members.flatMap(([key, value], i) => [
      `${i === 0 ? '{' : ','}${JSON.stringify(key)}:`,
      ...parts(value),
    ]),
    members.length === 0 ? '{}' : '}',
  ];
}
