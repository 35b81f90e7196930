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
  readonly svg: SVGSVGElement;
  draw(data: ChartData, pixels: number): void;
  groups(): FrameGroup[];
}

/**
 * d3-flame-graph draws; zoom, search, colours and words are ours, from the report's columns: the
 * library's own change with the zoom, and it takes search terms as patterns.
 */
export function makeChart(box: HTMLElement, context: GraphContext, first: ChartData): Chart {
  const host = document.createElement('div');
  host.id = 'live-graph';
  const tip = makeTip((frame) => frameLines(context, frame));
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
    .tooltip(tip)
    .width(box.clientWidth)
    .height(first.levels * ROW);
  const selection = select(host);
  box.append(host);
  selection.datum(first.root).call(chart);
  const svg = host.querySelector('svg');
  if (!svg) throw new Error('the graph library drew nothing');
  // The library's empty title text would be a nameless child of the tree of frames.
  svg.querySelector('text.title')?.remove();
  const groups = (): FrameGroup[] => [...svg.querySelectorAll<FrameGroup>('g.frame')];
  return {
    svg,
    groups,
    draw(data, pixels) {
      chart.width(pixels).update(data.root);
      const height = data.levels * ROW;
      svg.setAttribute('height', String(height));
      svg.setAttribute('viewBox', `0 0 ${String(pixels)} ${String(height)}`);
      for (const group of groups()) finish(context, group, pixels);
    },
  };
}

/**
 * What the library leaves to its timers (widths, places, labels) is set at once, so that frames do
 * not grow in from nothing; what it does not know (classes, roles, words) is added.
 */
function finish(context: GraphContext, group: FrameGroup, pixels: number): void {
  const { data, depth, x0, x1 } = group.__data__;
  const width = (x1 - x0) * pixels;
  group.setAttribute('transform', `translate(${String(x0 * pixels)},${String(depth * ROW)})`);
  group.removeAttribute('name');
  group.setAttribute('role', 'treeitem');
  group.setAttribute('aria-level', String(depth + 1));
  group.setAttribute('aria-label', frameSentence(context, data.frame));
  const rect = group.querySelector('rect');
  rect?.setAttribute('width', String(width));
  rect?.setAttribute('height', String(ROW - 1));
  rect?.setAttribute('class', lookClasses(data.look));
  const label = group.querySelector('foreignObject div');
  if (label) label.textContent = width < 20 ? '' : data.label;
}
