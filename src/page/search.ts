import { formatCount, formatPoints, formatShare, plural } from '../render/shared/numbers.js';
import { pointsOf } from '../render/shared/colour.js';
import type { GraphContext } from '../render/shared/describe.js';
import { INNER_MATCH, SELF_MATCH, type SearchResult } from '../render/shared/search.js';
import type { FrameGroup } from './chart.js';

/** Marks the drawn frames that match, and those with a match folded out of sight below them. */
export function markMatches(
  host: HTMLElement,
  groups: readonly FrameGroup[],
  result: SearchResult | null,
): void {
  host.classList.toggle('searching', result !== null);
  const withChildren = new Set(groups.map((g) => g.__data__.data));
  for (const group of groups) {
    const { data } = group.__data__;
    const mark = result?.marks[data.frame.node] ?? 0;
    const rect = group.querySelector('rect');
    const own = data.frame.fold === 0 && (mark & SELF_MATCH) !== 0;
    const hidden =
      (mark & INNER_MATCH) !== 0 &&
      !data.children.some(
        (c) =>
          withChildren.has(c) && c.frame.fold === 0 && (result?.marks[c.frame.node] ?? 0) !== 0,
      );
    rect?.classList.toggle('hit', own);
    rect?.classList.toggle('hit-inside', !own && hidden);
  }
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
