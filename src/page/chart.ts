import flamegraph, { type LaidOut } from 'd3-flame-graph';
import { select } from 'd3-selection';
import { fallbackFill, lookClasses } from '../render/shared/colour.js';
import { frameLines, frameSentence, type GraphContext } from '../render/shared/describe.js';
import type { ChartData, ChartFrame } from './chart-data.js';
import { makeTip } from './tip.js';

const ROW = 18;

/** A frame's group as the library draws it, with the node it bound to it. */
export interface FrameGroup extends SVGGElement {
  readonly __data__: LaidOut<ChartFrame>;
}

export interface Chart {
  readonly host: HTMLElement;
  /** `flame`: root at the bottom. */
  draw(data: ChartData, pixels: number, flame: boolean): void;
  groups(): FrameGroup[];
}

/**
 * d3-flame-graph draws; zoom, search, colours and words are ours, from the report's columns: the
 * library's own change with the zoom, and it takes search terms as patterns.
 */
export function makeChart(box: HTMLElement, id: string, context: () => GraphContext): Chart {
  const host = document.createElement('div');
  host.id = id;
  host.className = 'live';
  box.append(host);
  const tip = makeTip((frame) => frameLines(context(), frame));
  const chart = flamegraph<ChartFrame>()
    .cellHeight(ROW)
    .inverted(true)
    .transitionDuration(0)
    .getName((d) => d.data.label)
    .getValue((d) => d.value)
    .getChildren((d) => d.children)
    .label(() => '')
    .setDetailsHandler(() => undefined)
    .setColorMapper((d) => fallbackFill(d.data.look.step))
    .tooltip(tip);
  const groups = (): FrameGroup[] => [...host.querySelectorAll<FrameGroup>('g.frame')];
  let drawn = false;
  return {
    host,
    groups,
    draw(data, pixels, flame) {
      const height = data.levels * ROW;
      chart.width(pixels).height(height).inverted(!flame);
      // Calling the chart twice on one element breaks it; later data goes through update.
      if (drawn) chart.update(data.root);
      else select(host).datum(data.root).call(chart);
      drawn = true;
      const svg = host.querySelector('svg');
      if (svg) dress(svg, pixels, height, flame);
      const now = groups();
      for (const group of now) finish(group, pixels, flame ? data.levels : 0);
      sayLater(() => {
        for (const group of now) say(context(), group);
      });
      // Thousands of pending transitions towards what is already there.
      select(host).selectAll('g, rect, foreignObject, foreignObject div').interrupt();
    },
  };
}

/** Makes the drawing a tree of frames for assistive technology, and scalable for print. */
function dress(svg: SVGSVGElement, pixels: number, height: number, flame: boolean): void {
  // The library's empty title text would be a nameless child of the tree.
  svg.querySelector('text.title')?.remove();
  svg.setAttribute('height', String(height));
  svg.setAttribute('viewBox', `0 0 ${String(pixels)} ${String(height)}`);
  svg.setAttribute('role', 'tree');
  svg.setAttribute(
    'aria-label',
    `Differential flame graph, root at the ${flame ? 'bottom' : 'top'}`,
  );
  // Chromium would put the drawing itself in the tab order, before its frames.
  svg.setAttribute('tabindex', '-1');
}

/** Roles and words for assistive technology: right behind the painting, which they would hold up. */
function say(context: GraphContext, group: FrameGroup): void {
  const { data, depth } = group.__data__;
  group.setAttribute('role', 'treeitem');
  group.setAttribute('aria-level', String(depth + 1));
  group.setAttribute('aria-label', frameSentence(context, data.frame));
}

function sayLater(work: () => void): void {
  requestAnimationFrame(() => {
    setTimeout(work);
  });
}

/**
 * What the library leaves to its timers (widths, places, labels) is set at once, so that frames do
 * not grow in from nothing; what it does not know (classes) is added. `levels` is of the whole drawing
 * where its root is at the bottom, else 0.
 */
function finish(group: FrameGroup, pixels: number, levels: number): void {
  const { data, depth, x0, x1 } = group.__data__;
  const width = (x1 - x0) * pixels;
  group.setAttribute(
    'transform',
    `translate(${String(x0 * pixels)},${String((levels === 0 ? depth : levels - 1 - depth) * ROW)})`,
  );
  group.removeAttribute('name');
  const rect = group.querySelector('rect');
  rect?.setAttribute('width', String(width));
  rect?.setAttribute('height', String(ROW - 1));
  rect?.setAttribute('class', lookClasses(data.look));
  const box = group.querySelector('foreignObject');
  const label = box?.firstElementChild;
  if (!box || !label) return;
  // Most frames are too narrow for a label; laying out their empty boxes is half of a zoom.
  const narrow = width < 20;
  if (narrow) box.setAttribute('display', 'none');
  else box.removeAttribute('display');
  label.textContent = narrow ? '' : data.label;
}
