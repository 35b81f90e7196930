/** The output formats by name. Apart from the renderers, so that naming them loads none. */
export const FORMATS = ['html', 'text', 'markdown', 'json', 'folded'] as const;
export type Format = (typeof FORMATS)[number];

/** The format that a file name's ending stands for. */
export function formatOfName(name: string): Format | undefined {
  const ending = /\.([a-z]+)$/.exec(name.toLowerCase())?.[1];
  return ENDINGS.get(ending ?? '');
}

const ENDINGS: ReadonlyMap<string, Format> = new Map([
  ['html', 'html'],
  ['htm', 'html'],
  ['txt', 'text'],
  ['text', 'text'],
  ['md', 'markdown'],
  ['markdown', 'markdown'],
  ['json', 'json'],
  ['folded', 'folded'],
]);

/** Of `pvflame sites`. */
export const SITE_FORMATS = ['table', 'tsv', 'json'] as const;
export type SiteFormat = (typeof SITE_FORMATS)[number];
