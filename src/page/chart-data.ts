import { cutTree, type Cut, type Placed } from '../render/shared/cut.js';
import { lookOf, type Look } from '../render/shared/colour.js';
import { frameLabel, type GraphContext } from '../render/shared/describe.js';
import { at } from '../render/shared/tree.js';

/** Fewer than in the static graph: d3-flame-graph takes five elements a frame, and a zoom draws all of them. */
export const LIVE_FRAMES = 300;
/** Wider than in the static graph, for the same reason. */
const LIVE_FOLD_PIXELS = 3;

/** One frame as d3-flame-graph takes it; `fade` is its word for what stands above the zoom. */
export interface ChartFrame {
  readonly frame: Placed;
  readonly look: Look;
  readonly label: string;
  readonly value: number;
  readonly children: ChartFrame[];
  /** Set on ancestors of the zoomed frame, and written by the library. */
  fade: boolean;
}

export interface ChartData {
  readonly root: ChartFrame;
  readonly cut: Cut;
  readonly levels: number;
}

/**
 * Cuts the subtree of `zoom` from the columns for the width at hand and hangs it under its chain of
 * ancestors, each as wide as the graph. Zooming therefore shows what the overview had folded, and
 * never draws more than the overview may.
 */
export function chartData(
  context: GraphContext,
  widths: Float64Array,
  zoom: number,
  pixels: number,
  maxFrames: number,
): ChartData {
  const cut = cutTree(context.tree, widths, {
    root: zoom,
    pixels,
    maxFrames,
    foldPixels: LIVE_FOLD_PIXELS,
  });
  const frames = cut.placed.map((frame) => chartFrame(context, frame));
  frames.forEach((frame) => {
    frames[frame.frame.parent]?.children.push(frame);
  });
  const top = frames[0];
  if (!top) throw new Error('nothing to draw');
  let root = top;
  let above = 0;
  for (let p = at(context.tree.parent, zoom); p >= 0; p = at(context.tree.parent, p)) {
    const parent = chartFrame(context, ancestor(context, p, top.value));
    parent.fade = true;
    parent.children.push(root);
    root = parent;
    above += 1;
  }
  return { root, cut, levels: cut.levels + above };
}

function chartFrame(context: GraphContext, frame: Placed): ChartFrame {
  const look = lookOf(context.tree, frame, context.baseTotal);
  const label = frameLabel(context.tree, frame, look);
  return { frame, look, label, value: frame.width, children: [], fade: false };
}

function ancestor(context: GraphContext, node: number, width: number): Placed {
  const { tree } = context;
  return {
    node,
    parent: -1,
    level: 0,
    x: 0,
    width,
    fold: 0,
    base: at(tree.base, node),
    new: at(tree.new, node),
  };
}
