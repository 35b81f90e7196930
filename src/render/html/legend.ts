import { STEPS, stepClass } from '../shared/colour.js';
import type { FrameTree } from '../shared/tree.js';
import { html, trusted, type Markup } from './markup.js';

function swatch(classes: string): Markup {
  return trusted(
    `<svg class="swatch" width="22" height="14" aria-hidden="true">` +
      `<rect class="${classes}" x="1" y="1" width="20" height="12"/></svg>`,
  );
}

function item(classes: string, text: string): Markup {
  return html`<li>${swatch(classes)} ${text}</li>`;
}

/** The fixed colour scale in numbers, the marks, and whether significance was tested. */
export function legend(tree: FrameTree, sampling: boolean, moved: boolean): Markup {
  const less = STEPS.map((lower, i) => [
    stepClass(-(i + 1)),
    i === 3 ? `▼ −${String(lower)} and below` : `▼ −${String(lower)} to −${String(STEPS[i + 1])}`,
  ]).reverse();
  const more = STEPS.map((lower, i) => [
    stepClass(i + 1),
    i === 3 ? `▲ +${String(lower)} and above` : `▲ +${String(lower)} to +${String(STEPS[i + 1])}`,
  ]);
  const neutral = tree.tested
    ? `under ±${String(STEPS[0])}, within noise, or too little data`
    : `under ±${String(STEPS[0])}`;
  return html`<ul
      class="legend"
      aria-label="Colours: change in points, 1 point = 1 % of the base total"
    >
      ${less.map(([classes = '', text = '']) => item(classes, text))} ${item('z', neutral)}
      ${more.map(([classes = '', text = '']) => item(classes, text))}
    </ul>
    <ul class="legend">
      ${item('m2 new', 'new: not in base')} ${item('l2 gone', 'gone: not in new')}
      ${item('z op', 'pv:… paravirt op')}
      ${moved ? html`<li>⇄ holds weight that was moved to line up inlining</li>` : null}
    </ul>
    <p id="graph-tested" class="note">${significance(tree.tested, sampling)}</p>`;
}

function significance(tested: boolean, sampling: boolean): string {
  if (!tested)
    return 'Colours show the measured change. Significance was not tested: no frame holds enough samples. A colour here may be noise.';
  const coloured = sampling
    ? 'Coloured frames changed beyond sampling noise (false discovery rate 5 %). That leaves out the spread between boots, which fewer than two runs a side cannot show'
    : 'Coloured frames changed significantly (false discovery rate 5 %)';
  return `${coloured}; grey ones did not, or hold too few samples to say.`;
}
