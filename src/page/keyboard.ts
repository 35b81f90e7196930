import type { FrameGroup } from './chart.js';

/** Where an arrow key leads from a frame; null where there is nothing. */
export function neighbour(
  groups: readonly FrameGroup[],
  from: FrameGroup,
  key: string,
): FrameGroup | null {
  const here = from.__data__;
  const sameLevel = (g: FrameGroup): boolean => g.__data__.depth === here.depth;
  const byPlace = (a: FrameGroup, b: FrameGroup): number => a.__data__.x0 - b.__data__.x0;
  switch (key) {
    case 'ArrowDown':
      return (
        groups
          .filter(
            ({ __data__: d }) =>
              d.depth === here.depth + 1 && d.x0 >= here.x0 && d.x1 <= here.x1 + 1e-9,
          )
          .sort((a, b) => b.__data__.x1 - b.__data__.x0 - (a.__data__.x1 - a.__data__.x0))[0] ??
        null
      );
    case 'ArrowUp':
      return (
        groups.find(
          ({ __data__: d }) =>
            d.depth === here.depth - 1 && d.x0 <= here.x0 && d.x1 >= here.x1 - 1e-9,
        ) ?? null
      );
    case 'ArrowLeft':
      return (
        groups
          .filter((g) => sameLevel(g) && g.__data__.x0 < here.x0)
          .sort(byPlace)
          .at(-1) ?? null
      );
    case 'ArrowRight':
      return groups.filter((g) => sameLevel(g) && g.__data__.x0 > here.x0).sort(byPlace)[0] ?? null;
    case 'Home':
      return groups.find((g) => g.__data__.depth === 0) ?? null;
    default:
      return null;
  }
}

/**
 * Exactly one frame is in the page's tab order: the one that had the focus last. The others carry no
 * tabindex at all, since setting one on every frame takes a third of a zoom.
 */
export function setTabStop(host: HTMLElement, stop: FrameGroup | null): void {
  for (const old of host.querySelectorAll('g.frame[tabindex]')) {
    if (old !== stop) old.removeAttribute('tabindex');
  }
  stop?.setAttribute('tabindex', '0');
}

/** Gives a frame the focus, and brings it into sight unless `still`. */
export function focusFrame(host: HTMLElement, frame: FrameGroup | null, still = false): void {
  // the old one loses its tabindex after its focus: the other way round lays the page out once more
  frame?.setAttribute('tabindex', '0');
  frame?.focus({ preventScroll: true });
  if (!still) bringIntoSight(frame);
  setTabStop(host, frame);
}

/** Scrolls no further than it takes; frames are as wide as the graph at most, which never scrolls sideways. */
export function bringIntoSight(frame: Element | null): void {
  frame?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}
