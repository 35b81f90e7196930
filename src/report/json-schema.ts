import * as z from 'zod';
import { CHECK_SCHEMA, checkSchema } from './check-schema.js';
import { REPORT_SCHEMA, reportSchema } from './schema.js';
import { SERIES_SCHEMA, seriesSchema } from './series-schema.js';
import { VALIDATE_SCHEMA, validateSchema } from './validate-schema.js';

/** The report document as JSON Schema (draft 2020-12), published with the package. */
export function reportJsonSchema(): object {
  return { title: REPORT_SCHEMA, ...z.toJSONSchema(reportSchema, { target: 'draft-2020-12' }) };
}

/** The document of `pvflame validate`, likewise. */
export function validateJsonSchema(): object {
  return {
    title: VALIDATE_SCHEMA,
    ...z.toJSONSchema(validateSchema, { target: 'draft-2020-12' }),
  };
}

/** The document of `pvflame series`, likewise. */
export function seriesJsonSchema(): object {
  return { title: SERIES_SCHEMA, ...z.toJSONSchema(seriesSchema, { target: 'draft-2020-12' }) };
}

/** The document of `pvflame check`, likewise. */
export function checkJsonSchema(): object {
  return { title: CHECK_SCHEMA, ...z.toJSONSchema(checkSchema, { target: 'draft-2020-12' }) };
}
