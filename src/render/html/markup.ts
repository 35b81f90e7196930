import { visibleText } from '../shared/visible.js';

/** Text that is already HTML. Only `html` and `trusted` make it. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Content = Markup | string | number | readonly Content[] | null;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Makes any text safe between tags and inside quoted attributes, and visible to the reader. */
export function escapeText(text: string): string {
  return visibleText(text).replace(/[&<>"']/g, (c) => entities[c] ?? c);
}

function render(content: Content): string {
  if (content === null) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'object') return content.map(render).join('');
  return escapeText(String(content));
}

const squeezed = new WeakMap<TemplateStringsArray, readonly string[]>();

/** The template's own line ends and indents weigh as much as a table's content: one space does. */
function squeeze(parts: TemplateStringsArray): readonly string[] {
  let short = squeezed.get(parts);
  if (short === undefined) {
    short = parts.map((part) => part.replace(/\s*\n\s*/g, ' '));
    squeezed.set(parts, short);
  }
  return short;
}

/** A template whose values are escaped, unless they are Markup themselves. */
export function html(template: TemplateStringsArray, ...values: Content[]): Markup {
  const parts = squeeze(template);
  let text = parts[0] ?? '';
  values.forEach((value, i) => {
    text += render(value) + (parts[i + 1] ?? '');
  });
  return new Markup(text);
}

/** Our own text of several lines, escaped line by line so that the line ends stay. */
export function plainText(text: string): Markup {
  return new Markup(text.split('\n').map(escapeText).join('\n'));
}

/** Marks our own generated text as HTML. Never for anything that was recorded. */
export function trusted(text: string): Markup {
  return new Markup(text);
}
