import type { Validation } from '../../report/validate-schema.js';

export type ValidationFormat = 'html' | 'text' | 'markdown' | 'json';

/** Renders the document of `pvflame validate`. */
export async function renderValidation(
  validation: Validation,
  format: ValidationFormat,
): Promise<string> {
  switch (format) {
    case 'html':
      return (await import('./html.js')).renderValidationHtml(validation);
    case 'text':
      return (await import('./text.js')).renderValidationText(validation);
    case 'markdown':
      return (await import('./markdown.js')).renderValidationMarkdown(validation);
    case 'json':
      return JSON.stringify(validation) + '\n';
  }
}
