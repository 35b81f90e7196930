/** Pointer and keys on the drawn frames. */
import { nodeName } from '../render/shared/tree.js';
import type { GraphContext } from '../render/shared/describe.js';
import type { Chart, FrameGroup } from './chart.js';
import { showDetails } from './details.js';
import { element } from './document.js';
import { focusFrame, neighbour, setTabStop } from './keyboard.js';

/** What frames ask of the page; nodes are of the chart's own tree. */
export interface FrameActions {
  context(): GraphContext;
  current(): number;
  /** Root at the bottom. */
  flame(): boolean;
  zoomTo(node: number, focus: boolean): void;
  zoomOut(): void;
  focused(node: number): void;
  around(node: number): void;
  /** Shows a name's rows in the tables; false where there are none. */
  rows(name: string): boolean;
}

/** The drawn frame of a node; null where it is folded or outside. */
export function groupOf(groups: readonly FrameGroup[], node: number): FrameGroup | null {
  return (
    groups.find(({ __data__: d }) => d.data.frame.node === node && d.data.frame.fold === 0) ?? null
  );
}

/** Listens; what is returned shows the details of the current frame. */
export function listenToFrames(chart: Chart, actions: FrameActions): () => void {
  const panel = element('details');
  const groupAt = (target: EventTarget | null): FrameGroup | null =>
    target instanceof Element ? target.closest<FrameGroup>('g.frame') : null;
  const show = (group: FrameGroup): void => {
    const { frame } = group.__data__.data;
    const context = actions.context();
    const name = nodeName(context.tree, frame.node);
    showDetails(panel, context, frame, {
      around: () => {
        actions.around(frame.node);
      },
      rows: () => actions.rows(name),
    });
  };
  // In the capture phase: the library's own zoom, which recolours, never sees the click.
  chart.host.addEventListener(
    'click',
    (event) => {
      event.stopPropagation();
      const group = groupAt(event.target);
      if (group) actions.zoomTo(group.__data__.data.frame.node, true);
    },
    true,
  );
  chart.host.addEventListener('mouseover', (event) => {
    const group = groupAt(event.target);
    if (group) show(group);
  });
  // the details' buttons are about the frame that was clicked, not the last one passed over
  const showCurrent = (): void => {
    const group = groupOf(chart.groups(), actions.current());
    if (group) show(group);
  };
  chart.host.addEventListener('mouseleave', showCurrent);
  chart.host.addEventListener('focusin', (event) => {
    const group = groupAt(event.target);
    if (!group) return;
    show(group);
    actions.focused(group.__data__.data.frame.node);
    setTabStop(chart.host, group);
  });
  chart.host.addEventListener('keydown', (event) => {
    const group = groupAt(event.target);
    if (!group || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = neighbour(chart.groups(), group, turned(event.key, actions.flame()));
    if (next) focusFrame(chart.host, next);
    else if (event.key === 'Enter' || event.key === ' ')
      actions.zoomTo(group.__data__.data.frame.node, true);
    else if (event.key === 'c') actions.around(group.__data__.data.frame.node);
    else if (event.key === 'Escape') actions.zoomOut();
    else if (!event.key.startsWith('Arrow')) return;
    event.preventDefault();
  });
  return showCurrent;
}

/** With the root at the bottom, callees are up. */
function turned(key: string, flame: boolean): string {
  if (!flame) return key;
  return key === 'ArrowUp' ? 'ArrowDown' : key === 'ArrowDown' ? 'ArrowUp' : key;
}
