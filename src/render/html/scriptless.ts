import { paletteCss } from '../shared/colour.js';
import { contentSecurityPolicy } from './embed.js';
import { html, trusted, type Markup } from './markup.js';

/** A whole page that runs no script: title, style, body, and the data that it carries. */
export function scriptlessPage(of: {
  title: string;
  css: string;
  body: Markup;
  data: Markup;
}): string {
  const css = (paletteCss() + of.css).trim();
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(null, css)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${of.title}</title>
        ${trusted(`<style>${css}</style>`)}
      </head>
      <body>
        <main>${of.body}</main>
        ${of.data}
      </body>
    </html> `;
  return `${page.text.trim()}\n`;
}
