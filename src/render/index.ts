import type { Report } from '../report/schema.js';
import type { Format } from './formats.js';

export { FORMATS, formatOfName, type Format } from './formats.js';

/** What a report's outputs are made of beside it. */
export interface Extra {
  /** The document's JSON in bytes, as `renderJson` writes it: made once for all that need it. */
  json: () => Uint8Array;
  /** Both sides' folded stacks for the page, JSON in bytes. */
  stacks: () => Promise<Uint8Array>;
}

/** Renders the report document. Formats are loaded when asked for: most runs want one. */
export async function render(
  report: Report,
  format: Format,
  extra: Extra,
): Promise<string | Uint8Array> {
  switch (format) {
    case 'html':
      return htmlOf(report, extra);
    case 'text':
      return (await import('./text/index.js')).renderText(report);
    case 'markdown':
      return (await import('./markdown/index.js')).renderMarkdown(report);
    case 'json':
      return extra.json();
    case 'folded':
      return (await import('./folded.js')).renderFolded(report);
  }
}

/** Loads what renders a format, for when there is time before the report is there. */
export async function prepare(format: Format): Promise<void> {
  if (format === 'html') await (await import('./html/index.js')).prepare();
  else if (format === 'text') await import('./text/index.js');
}

async function htmlOf(report: Report, extra: Extra): Promise<string> {
  const json = extra.json();
  const { pack, packLine, renderPage } = await import('./html/index.js');
  // the document takes longest: it is packed while the stacks are folded and the page is written
  const packed = packLine(json);
  const stacks = pack(await extra.stacks());
  return renderPage(report, { report: packed, stacks });
}
