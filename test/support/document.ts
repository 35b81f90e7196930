import { renderJson } from '../../src/render/json.js';
import type { Report } from '../../src/report/schema.js';

/** The report document as somebody reads it who got the file. */
export function documentOf(report: Report): unknown {
  return JSON.parse(Buffer.from(renderJson(report)).toString());
}
