import type { Report } from '../report/schema.js';
import type { Stacks } from '../report/stacks-schema.js';

export const FORMATS = ['html', 'text', 'json', 'folded'] as const;
export type Format = (typeof FORMATS)[number];

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
    case 'json':
      return (await import('./json.js')).renderJson(report);
    case 'folded':
      return (await import('./folded.js')).renderFolded(report);
  }
}

/** The format that a file name's ending stands for. */
export function formatOfName(name: string): Format | undefined {
  const ending = /\.([a-z]+)$/.exec(name.toLowerCase())?.[1];
  const formats: Readonly<Record<string, Format>> = {
    html: 'html',
    htm: 'html',
    txt: 'text',
    text: 'text',
    json: 'json',
    folded: 'folded',
  };
  return ending === undefined ? undefined : formats[ending];
}
