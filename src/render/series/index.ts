import type { Series } from '../../report/series-schema.js';

export type SeriesFormat = 'html' | 'text' | 'markdown' | 'json';

/** Renders the document of `pvflame series`. */
export async function renderSeries(series: Series, format: SeriesFormat): Promise<string> {
  switch (format) {
    case 'html':
      return (await import('./html.js')).renderSeriesHtml(series);
    case 'text':
      return (await import('./text.js')).renderSeriesText(series);
    case 'markdown':
      return (await import('./markdown.js')).renderSeriesMarkdown(series);
    case 'json':
      return JSON.stringify(series) + '\n';
  }
}
