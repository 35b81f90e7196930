import type { Report } from '../../report/schema.js';
import { cutTree, foldWords, MIN_PIXELS, STATIC_WIDTH, type Cut } from '../shared/cut.js';
import type { GraphContext } from '../shared/describe.js';
import { intervalNote } from '../shared/noise.js';
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
    noise: intervalNote(report),
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
  return html`<section aria-labelledby="graph-h">
    <h2 id="graph-h">Differential flame graph</h2>
    <p class="note">
      Root at the top. Colour: change of the frame with all below it, in points (percent of the base
      total); the scale is fixed.
    </p>
    ${legend(
      context.tree,
      report.basis === 'sampling',
      report.graph.nodes.moved.some((weight) => weight !== 0),
    )}
    <div id="controls" class="controls" hidden>
      <label
        >Search <input id="search" type="search" autocomplete="off" spellcheck="false"
      /></label>
      <label
        >Show
        <select id="view">
          <option value="all">everything</option>
          <option value="kernel">kernel only</option>
          <option value="paravirt">paravirt only</option>
          <option value="around" hidden>one function</option>
        </select></label
      >
      <label id="comm-label"
        >Process
        <select id="comm">
          <option value="">all</option>
        </select></label
      >
      <label
        >Width
        <select id="width">
          <option value="larger">larger of base and new</option>
          <option value="base">base</option>
          <option value="new">new</option>
          <option value="change">change of self weight</option>
        </select></label
      >
      <label
        >Root
        <select id="root">
          <option value="top">at the top</option>
          <option value="bottom">at the bottom</option>
        </select></label
      >
      <button id="around" type="button" disabled>Callers and callees</button>
      <button id="reset" type="button" disabled>Reset</button>
      <span id="search-status" role="status"></span>
    </div>
    <p id="graph-view" class="note" role="status" hidden></p>
    <div id="callers-box" class="graph-box" hidden></div>
    <div id="graph-box" class="graph-box">${staticGraph(context, cut)}</div>
    <div id="details" class="details" hidden></div>
    <p id="graph-note" class="note">${cutSentence(cut)}</p>
    <p class="note" id="keys" hidden>
      Click or Enter zooms, Escape zooms out, arrow keys move between frames, c shows callers and
      callees, which Escape leaves. The address follows what is shown: copy it to link to a frame.
    </p>
  </section>`;
}

function cutSentence(cut: Cut): string {
  const rest = cut.frames - cut.drawn;
  const drawn = `${formatCount(cut.drawn)} of ${plural(cut.frames, 'frame')} drawn`;
  if (rest === 0) return `${drawn}. Width: the larger of base and new.`;
  return (
    `${drawn}; ${formatCount(rest)} narrower than ${String(MIN_PIXELS)} px of ${formatCount(STATIC_WIDTH)}, ` +
    `or beyond the widest, ${foldWords(cut)}. ` +
    `Width: the larger of base and new.`
  );
}
