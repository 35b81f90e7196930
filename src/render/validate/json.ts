import { joined } from '../../report/json-parts.js';
import type { Report } from '../../report/schema.js';
import type { Validation } from '../../report/validate-schema.js';
import { membersOf, reportParts } from '../json.js';

/** The document of `pvflame validate` on one line, the three comparisons in it as `pvflame diff -f json` writes them. */
export function renderValidationJson(of: Validation): Uint8Array {
  const pair = (report: Report | null) => (report === null ? ['null'] : reportParts(report));
  const parts = membersOf(of, (value) =>
    value === of.pairs
      ? membersOf(of.pairs, (report) => pair(report as Report | null))
      : [JSON.stringify(value)],
  );
  return joined([...parts, '\n']);
}
