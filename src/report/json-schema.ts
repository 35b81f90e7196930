import { z } from 'zod';
import { REPORT_SCHEMA, reportSchema } from './schema.js';

/** The report document as JSON Schema (draft 2020-12), published with the package. */
export function reportJsonSchema(): object {
  return { title: REPORT_SCHEMA, ...z.toJSONSchema(reportSchema, { target: 'draft-2020-12' }) };
}
