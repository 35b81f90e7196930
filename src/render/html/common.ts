import { plural } from '../shared/numbers.js';
import { displayName } from '../shared/visible.js';
import { html, type Content, type Markup } from './markup.js';

/** Warnings stand at the top: each can change what the numbers mean. */
export function warningList(warnings: readonly { code: string; words: string }[]): Markup | null {
  if (warnings.length === 0) return null;
  return html`<section class="warnings" aria-labelledby="warnings-h">
    <h2 id="warnings-h">${plural(warnings.length, 'warning')}</h2>
    <ul>
      ${warnings.map((w) => html`<li><code>${w.code}</code> ${withSigns(w.words)}</li>`)}
    </ul>
  </section>`;
}

/** Messages are ASCII, for terminals; a sign inside a name is part of it. */
function withSigns(message: string): string {
  return message.replace(/(?<![^\s(])[<>]=(?![^\s)\d])/g, (sign) => (sign === '>=' ? '≥' : '≤'));
}

/**
 * What may be wider than the window, in a box that scrolls with the keyboard too. Where it is not wider the
 * page's client takes the tab stop away.
 */
export function scrollBox(name: string, content: Content): Markup {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${name}">${content}</div>`;
}

/** Recordings with their hashes; `head` says what the first column tells apart. */
export function inputTable(
  head: string,
  rows: readonly { of: string; path: string; sha256: string; samples: number }[],
): Markup {
  return scrollBox(
    'Inputs',
    html`<table aria-label="Inputs">
      <thead>
        <tr>
          <th scope="col">${head}</th>
          <th scope="col" class="name">file</th>
          <th scope="col" class="name">SHA-256</th>
          <th scope="col" class="num">samples</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              <th scope="row"><bdi>${displayName(row.of)}</bdi></th>
              <td class="name"><bdi>${displayName(row.path)}</bdi></td>
              <td class="name"><code class="hash">${row.sha256}</code></td>
              <td class="num">${plural(row.samples, 'sample')}</td>
            </tr>`,
        )}
      </tbody>
    </table>`,
  );
}
