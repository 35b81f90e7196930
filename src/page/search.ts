import { formatCount, formatPoints, formatShare, plural } from '../render/shared/numbers.js';
import { pointsOf } from '../render/shared/colour.js';
import type { GraphContext } from '../render/shared/describe.js';
import { INNER_MATCH, SELF_MATCH, type SearchResult } from '../render/shared/search.js';
import { at } from '../render/shared/tree.js';
import type { FrameGroup } from './chart.js';

/** Marks the drawn frames that match, and those with a match folded out of sight below them. */
export function markMatches(
  host: HTMLElement,
  context: GraphContext,
  groups: readonly FrameGroup[],
  result: SearchResult | null,
): void {
  host.classList.toggle('searching', result !== null);
  const frames = groups.map((group) => group.__data__.data);
  const drawn = new Set(frames.filter((f) => f.frame.fold === 0).map((f) => f.frame.node));
  groups.forEach((group) => {
    const { frame, children } = group.__data__.data;
    const own = frame.fold === 0 && ((result?.marks[frame.node] ?? 0) & SELF_MATCH) !== 0;
    // A drawn fold says it itself; where the rest is a gap, its parent has to.
    const speaks = frame.fold > 0 || !children.some((child) => child.frame.fold > 0);
    const inside = !own && speaks && hidesMatch(context, frame.node, drawn, result);
    const rect = group.querySelector('rect');
    rect?.classList.toggle('hit', own);
    rect?.classList.toggle('hit-inside', inside);
  });
}

/** Whether a child of `node` that is not drawn matches, or holds a match. */
function hidesMatch(
  { tree }: GraphContext,
  node: number,
  drawn: ReadonlySet<number>,
  result: SearchResult | null,
): boolean {
  if (result === null || ((result.marks[node] ?? 0) & INNER_MATCH) === 0) return false;
  for (let child = node + 1; child < at(tree.end, node); child = at(tree.end, child)) {
    if (!drawn.has(child) && result.marks[child] !== 0) return true;
  }
  return false;
}

/** What was found, in a sentence with the share of both sides. */
export function searchSentence(context: GraphContext, result: SearchResult | null): string {
  if (result === null) return '';
  if (result.frames === 0) return 'No frame matches.';
  const share = (value: number, total: number): string =>
    total > 0 ? formatShare((value / total) * 100) : formatCount(value);
  const points = pointsOf(result.new - result.base, context.baseTotal);
  const change = points === null ? '' : ` (${formatPoints(points)})`;
  const verb = result.frames === 1 ? 'matches' : 'match';
  return (
    `${plural(result.frames, 'frame')} under ${plural(result.names, 'name')} ${verb}: ` +
    `${share(result.base, context.baseTotal)} of base, ${share(result.new, context.newTotal)} of new${change}`
  );
}
