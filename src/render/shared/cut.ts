import { plural } from './numbers.js';
import { at, type FrameTree } from './tree.js';

/** Frames under this many pixels are folded, at the width that the graph is drawn for. */
export const MIN_PIXELS = 0.5;
/** Folded frames stand for many and say little: they need more room to be worth drawing. */
const FOLD_PIXELS = 1.5;
/**
 * More frames make a page slow: drawing takes about 0.1 ms a frame. Folded frames come on top, so
 * that some 2,000 are drawn in all.
 */
export const MAX_FRAMES = 1500;
/** The width that the static graph is cut for; it is fluid when shown. */
export const STATIC_WIDTH = 1200;

/** A frame to draw. `x` and `width` are in weight, `x` from the left edge of the cut's root. */
export interface Placed {
  readonly node: number;
  /** Index of the parent in the list of placed frames; -1 for the first. */
  readonly parent: number;
  readonly level: number;
  readonly x: number;
  readonly width: number;
  /** 0: a frame. Else this stands for `fold` frames (of `node`, its parent) too narrow to draw. */
  readonly fold: number;
  /** Inclusive weights of what is drawn here. */
  readonly base: number;
  readonly new: number;
}

export interface Cut {
  readonly placed: readonly Placed[];
  /** Frames below the root of the cut, itself included. */
  readonly frames: number;
  /** Frames drawn as themselves. */
  readonly drawn: number;
  /** Places where narrow frames are drawn as one. */
  readonly folds: number;
  /** Levels drawn. */
  readonly levels: number;
}

/** What became of the frames that are not drawn, behind their number. */
export function foldWords({ frames, drawn, folds }: Cut): string {
  const one = frames - drawn === 1;
  if (folds === 0) return one ? 'is left as a gap' : 'are left as gaps';
  return `${one ? 'is' : 'are'} folded in ${plural(folds, 'place')} (marked …) or left as gaps`;
}

export interface CutOptions {
  readonly root: number;
  readonly pixels: number;
  readonly minPixels?: number;
  readonly maxFrames?: number;
  /** Folded frames narrower than this are left as gaps. */
  readonly foldPixels?: number;
}

/**
 * Chooses what to draw of a subtree: frames of at least `minPixels`, the widest `maxFrames` of them.
 * A parent is never narrower than its child and stands before it, so no chosen frame lacks its
 * parent. What is left out below a frame is drawn as one folded frame at its right end.
 */
export function cutTree(tree: FrameTree, widths: Float64Array, options: CutOptions): Cut {
  const { root, pixels, minPixels = MIN_PIXELS, maxFrames = MAX_FRAMES } = options;
  const foldPixels = options.foldPixels ?? Math.min(FOLD_PIXELS, 3 * minPixels);
  const end = at(tree.end, root);
  const smallest = (at(widths, root) / pixels) * minPixels;
  const keep = chooser(widths, root, end, smallest, maxFrames);
  const placed: Placed[] = [];
  const place: { index: number; children: number }[] = [];
  let drawn = 0;
  let levels = 0;
  for (let i = root; i < end;) {
    if (!keep(i)) {
      i = at(tree.end, i);
      continue;
    }
    const level = levelOf(tree, i) - levelOf(tree, root);
    place.length = level;
    const above = place[level - 1];
    const parent = above ? placed[above.index] : undefined;
    const width = at(widths, i);
    placed.push({
      node: i,
      parent: above?.index ?? -1,
      level,
      x: above && parent ? parent.x + above.children : 0,
      width,
      fold: 0,
      base: at(tree.base, i),
      new: at(tree.new, i),
    });
    if (above) above.children += width;
    place[level] = { index: placed.length - 1, children: 0 };
    levels = Math.max(levels, level + 1);
    drawn += 1;
    i += 1;
  }
  const folds = foldRest(tree, widths, placed, keep, (at(widths, root) / pixels) * foldPixels);
  for (const fold of folds) levels = Math.max(levels, fold.level + 1);
  return { placed: [...placed, ...folds], frames: end - root, drawn, folds: folds.length, levels };
}

function levelOf(tree: FrameTree, node: number): number {
  return tree.graph.nodes.depth[node] ?? 0;
}

/** Says whether a node is drawn; must be asked in preorder for frames of the limit's own width. */
function chooser(
  widths: Float64Array,
  root: number,
  end: number,
  smallest: number,
  maxFrames: number,
): (node: number) => boolean {
  const chosen = new Uint8Array(end - root);
  const candidates: number[] = [];
  for (let i = root; i < end; i++) {
    const width = widths[i] ?? 0;
    if (width >= smallest && width > 0) candidates.push(i);
  }
  let limit = smallest;
  let ties = Infinity;
  if (candidates.length > maxFrames) {
    const sorted = Float64Array.from(candidates, (i) => widths[i] ?? 0).sort();
    limit = sorted[sorted.length - maxFrames] ?? smallest;
    ties = maxFrames;
    for (const width of sorted) if (width > limit) ties -= 1;
  }
  for (const i of candidates) {
    const width = widths[i] ?? 0;
    if (width > limit || (width === limit && ties-- > 0)) chosen[i - root] = 1;
  }
  chosen[0] = 1;
  return (node) => chosen[node - root] === 1;
}

interface Rest {
  x: number;
  width: number;
  fold: number;
  base: number;
  new: number;
}

/** One folded frame a parent, for the children that are not drawn; narrower ones stay a gap. */
function foldRest(
  tree: FrameTree,
  widths: Float64Array,
  placed: readonly Placed[],
  keep: (node: number) => boolean,
  smallest: number,
): Placed[] {
  const folds: Placed[] = [];
  placed.forEach((frame, index) => {
    const rest: Rest = { x: frame.x, width: 0, fold: 0, base: 0, new: 0 };
    const last = at(tree.end, frame.node);
    for (let child = frame.node + 1; child < last; child = tree.end[child] ?? last) {
      const width = widths[child] ?? 0;
      if (keep(child)) {
        rest.x += width;
        continue;
      }
      rest.width += width;
      rest.fold += (tree.end[child] ?? last) - child;
      rest.base += tree.base[child] ?? 0;
      rest.new += tree.new[child] ?? 0;
    }
    if (rest.fold > 0 && rest.width > 0 && rest.width >= smallest) {
      folds.push({ ...rest, node: frame.node, parent: index, level: frame.level + 1 });
    }
  });
  return folds;
}
