import type { Validation } from '../../report/validate-schema.js';
import { renderValidationJson } from './json.js';

export { renderValidationJson };

export type ValidationFormat = 'html' | 'text' | 'markdown' | 'json';

/** Renders the document of `pvflame validate`; `json`: its bytes, made once for all that need them. */
export async function renderValidation(
  validation: Validation,
  format: ValidationFormat,
  json = () => renderValidationJson(validation),
): Promise<string | Uint8Array> {
  switch (format) {
    case 'html':
      return (await import('./html.js')).renderValidationHtml(validation, json());
    case 'text':
      return (await import('./text.js')).renderValidationText(validation);
    case 'markdown':
      return (await import('./markdown.js')).renderValidationMarkdown(validation);
    case 'json':
      return json();
  }
}
