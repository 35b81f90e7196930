import { fallbackFill, lookClasses, lookOf, type Look } from '../shared/colour.js';
import { STATIC_WIDTH, type Cut, type Placed } from '../shared/cut.js';
import { frameLabel, frameTitle, type GraphContext } from '../shared/describe.js';
import { shorten } from '../shared/visible.js';
import { escapeText, trusted, type Markup } from './markup.js';

export const ROW = 18;
/** Narrower frames get no label; the rest are clipped by their own nested <svg>. */
const LABEL_PIXELS = 30;
/** Labels hold what would fit twice the width that the cut was made for. */
const PIXELS_PER_LETTER = 3.2;

/**
 * The graph as plain SVG: an icicle that needs no script, no style sheet and no pixel width.
 * Positions are percentages, so it is as wide as the page; fills are attributes that the style
 * sheet's classes override.
 */
export function staticGraph(
  context: GraphContext,
  cut: Cut,
  as = { id: 'static-graph', frames: 'f', name: 'Differential flame graph, root at the top' },
): Markup {
  const whole = cut.placed[0]?.width ?? 0;
  const nameId = as.id.replace('static-graph', 'graph-name');
  const frames =
    whole > 0 ? cut.placed.map((frame) => frameSvg(context, frame, whole, as.frames)) : [];
  return trusted(
    `<svg id="${as.id}" class="graph" width="100%" height="${String(cut.levels * ROW)}" ` +
      `role="img" aria-labelledby="${nameId}" font-family="sans-serif" font-size="12">` +
      `<title id="${nameId}">${escapeText(as.name)}</title>` +
      `${frames.join('')}</svg>`,
  );
}

function percent(part: number, whole: number): string {
  return `${String(Number(((part / whole) * 100).toFixed(3)))}%`;
}

function frameSvg(context: GraphContext, frame: Placed, whole: number, prefix: string): string {
  const look = lookOf(context.tree, frame, context.baseTotal);
  const title = frameTitle(context, frame).map(escapeText).join('\n');
  const id = frame.fold > 0 ? '' : ` id="${prefix}${String(frame.node)}"`;
  return (
    `<svg${id} x="${percent(frame.x, whole)}" y="${String(frame.level * ROW)}" ` +
    `width="${percent(frame.width, whole)}" height="${String(ROW - 1)}">` +
    `<title>${title}</title>` +
    `<rect class="${lookClasses(look)}" width="100%" height="100%" fill="${fallbackFill(look.step)}"${borderAttributes(look)}/>` +
    `${labelSvg(context, frame, look, whole)}</svg>`
  );
}

/** Borders for viewers without the style sheet; half of each lies outside and is clipped. */
function borderAttributes(look: Look): string {
  if (look.op) return ' stroke="#6a2fa0" stroke-width="4"';
  if (look.border === 'new') return ' stroke="#222" stroke-width="2"';
  if (look.border === 'gone') return ' stroke="#222" stroke-width="2" stroke-dasharray="4 3"';
  return '';
}

function labelSvg(context: GraphContext, frame: Placed, look: Look, whole: number): string {
  const pixels = (frame.width / whole) * STATIC_WIDTH;
  if (pixels < LABEL_PIXELS) return '';
  const label = shorten(
    frameLabel(context.tree, frame, look),
    Math.floor(pixels / PIXELS_PER_LETTER),
  );
  return `<text x="4" y="13">${escapeText(label)}</text>`;
}
