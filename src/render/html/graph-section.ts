import type { Report } from '../../report/schema.js';
import { cutTree, MIN_PIXELS, STATIC_WIDTH, type Cut } from '../shared/cut.js';
import type { GraphContext } from '../shared/describe.js';
import { formatCount, plural } from '../shared/numbers.js';
import { buildTree, frameWidths } from '../shared/tree.js';
import { legend } from './legend.js';
import { html, type Markup } from './markup.js';
import { staticGraph } from './static-graph.js';

/** The graph's words and numbers for a report; the page's client makes the same from the document. */
export function graphContext(report: Report): GraphContext {
  return {
    tree: buildTree(report.graph),
    baseTotal: report.total.base,
    newTotal: report.total.new,
    unit: report.base.unit,
  };
}

/** The graph with its controls, legend and the sentence that says what was folded. */
export function graphSection(report: Report): Markup {
  const context = graphContext(report);
  const widths = frameWidths(context.tree, 'larger');
  const cut =
    context.tree.size === 0
      ? { placed: [], frames: 0, drawn: 0, folds: 0, levels: 0 }
      : cutTree(context.tree, widths, { root: 0, pixels: STATIC_WIDTH });
  const oneRun = Math.min(report.base.runs.length, report.new.runs.length) < 2;
  return html`<section aria-labelledby="graph-h">
    <h2 id="graph-h">Differential flame graph</h2>
    <p class="note">
      Root at the top. Colour: change of the frame with all below it, in points (percent of the base
      total); the scale is fixed.
    </p>
    ${legend(
      context.tree,
      oneRun,
      report.graph.nodes.moved.some((weight) => weight !== 0),
    )}
    <div id="controls" class="controls" hidden>
      <label
        >Search <input id="search" type="search" autocomplete="off" spellcheck="false"
      /></label>
      <button id="paravirt" type="button">Show paravirt</button>
      <label
        >Width
        <select id="width">
          <option value="larger">larger of base and new</option>
          <option value="base">base</option>
          <option value="new">new</option>
          <option value="change">change of self weight</option>
        </select></label
      >
      <button id="reset" type="button" disabled>Reset zoom</button>
      <span id="search-status" role="status"></span>
    </div>
    <div id="graph-box" class="graph-box">${staticGraph(context, cut)}</div>
    <div id="details" class="details" hidden></div>
    <p id="graph-note" class="note">${cutSentence(cut)}</p>
    <p class="note" id="keys" hidden>
      Click or Enter zooms, Escape zooms out, arrow keys move between frames.
    </p>
  </section>`;
}

function cutSentence(cut: Cut): string {
  const rest = cut.frames - cut.drawn;
  const drawn = `${formatCount(cut.drawn)} of ${plural(cut.frames, 'frame')} drawn`;
  if (rest === 0) return `${drawn}. Width: the larger of base and new.`;
  return (
    `${drawn}; ${formatCount(rest)} narrower than ${String(MIN_PIXELS)} px of ${formatCount(STATIC_WIDTH)}, ` +
    `or beyond the widest, are folded in ${plural(cut.folds, 'place')} (marked …) or left as gaps. ` +
    `Width: the larger of base and new.`
  );
}
