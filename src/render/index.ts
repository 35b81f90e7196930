import type { Report } from '../report/schema.js';
import type { Stacks } from '../report/stacks-schema.js';
import type { Format } from './formats.js';

export { FORMATS, formatOfName, type Format } from './formats.js';

/** Renders the report document. Formats are loaded when asked for: most runs want one. */
export async function render(
  report: Report,
  format: Format,
  extra: { stacks?: Stacks } = {},
): Promise<string> {
  switch (format) {
    case 'html':
      return (await import('./html/index.js')).renderHtml(report, extra.stacks);
    case 'text':
      return (await import('./text/index.js')).renderText(report);
    case 'markdown':
      return (await import('./markdown/index.js')).renderMarkdown(report);
    case 'json':
      return (await import('./json.js')).renderJson(report);
    case 'folded':
      return (await import('./folded.js')).renderFolded(report);
  }
}
