import type { Report } from '../report/schema.js';
import type { GraphContext } from '../render/shared/describe.js';
import { formatCount, plural } from '../render/shared/numbers.js';
import { reportTables } from '../render/shared/report-tables.js';
import { searchTree, type SearchResult } from '../render/shared/search.js';
import { at, buildTree, frameWidths, type WidthMode } from '../render/shared/tree.js';
import { chartData, type ChartData } from './chart-data.js';
import { makeChart, type Chart, type FrameGroup } from './chart.js';
import { showDetails } from './details.js';
import { listenToControls, searchFor, type Actions } from './controls.js';
import { element } from './document.js';
import { focusFrame, neighbour, setTabStop } from './keyboard.js';
import { listenToNames } from './names.js';
import { enlivenTables } from './tables.js';
import { markMatches, searchSentence } from './search.js';

const WIDTH_WORDS: Readonly<Record<WidthMode, string>> = {
  larger: 'the larger of base and new',
  base: 'base',
  new: 'new',
  change: 'change of self weight, absolute, added up',
};

interface State {
  zoom: number;
  mode: WidthMode;
  found: SearchResult | null;
  /** The node whose frame is in the tab order. */
  current: number;
}

/** Replaces the static graph by the interactive one and brings the controls to life. */
export function startPage(report: Report): void {
  const context: GraphContext = {
    tree: buildTree(report.graph),
    baseTotal: report.total.base,
    newTotal: report.total.new,
    unit: report.base.unit,
  };
  enlivenTables(() => reportTables(report));
  if (context.tree.size === 0) return;
  const state: State = { zoom: 0, mode: 'larger', found: null, current: 0 };
  const box = element('graph-box');
  const staticGraph = element('static-graph');
  const innerWidth = (): number => Math.max(200, box.clientWidth - 6);
  // Asked for once: asking lays the whole page out.
  let width = innerWidth();
  const data = (): ChartData =>
    chartData(context, frameWidths(context.tree, state.mode), state.zoom, width);
  const chart = makeChart(box, context);

  const redraw = (focus = false): void => {
    const now = data();
    chart.draw(now, width);
    const groups = chart.groups();
    markMatches(chart.host, context, groups, state.found);
    const stop = groupOf(groups, state.current) ?? groupOf(groups, state.zoom);
    if (focus) focusFrame(chart.host, stop);
    else setTabStop(chart.host, stop);
    element('graph-note').textContent = cutSentence(now, state);
    (element('reset') as HTMLButtonElement).disabled = state.zoom === 0;
  };
  const zoomTo = (node: number, focus: boolean): void => {
    state.zoom = node;
    state.current = node;
    redraw(focus);
  };
  const search = (term: string): void => {
    state.found = searchTree(context.tree, term);
    markMatches(chart.host, context, chart.groups(), state.found);
    element('search-status').textContent = searchSentence(context, state.found);
  };

  redraw();
  staticGraph.remove();
  for (const id of ['controls', 'details', 'keys']) element(id).hidden = false;
  listenToFrames(chart, context, state, zoomTo);
  const actions: Actions = {
    search,
    reset() {
      zoomTo(0, false);
    },
    widths(mode) {
      state.mode = mode;
      redraw();
    },
  };
  listenToControls(actions);
  listenToNames((name) => {
    searchFor(name, actions);
  });
  new ResizeObserver(() => {
    if (innerWidth() === width) return;
    width = innerWidth();
    redraw();
  }).observe(box);
}

function groupOf(groups: readonly FrameGroup[], node: number): FrameGroup | null {
  return (
    groups.find(({ __data__: d }) => d.data.frame.node === node && d.data.frame.fold === 0) ?? null
  );
}

function cutSentence(data: ChartData, state: State): string {
  const rest = data.cut.frames - data.cut.drawn;
  const where = state.zoom === 0 ? '' : ' of this subtree';
  const folded =
    rest === 0
      ? ''
      : `; ${formatCount(rest)} too narrow are folded in ${plural(data.cut.folds, 'place')} (marked …) or left as gaps`;
  return `${formatCount(data.cut.drawn)} of ${plural(data.cut.frames, 'frame')}${where} drawn${folded}. Width: ${WIDTH_WORDS[state.mode]}.`;
}

type Zoom = (node: number, focus: boolean) => void;

function listenToFrames(chart: Chart, context: GraphContext, state: State, zoomTo: Zoom): void {
  const panel = element('details');
  const groupAt = (target: EventTarget | null): FrameGroup | null =>
    target instanceof Element ? target.closest<FrameGroup>('g.frame') : null;
  const show = (group: FrameGroup): void => {
    showDetails(panel, context, group.__data__.data.frame);
  };
  // In the capture phase: the library's own zoom, which recolours, never sees the click.
  chart.host.addEventListener(
    'click',
    (event) => {
      event.stopPropagation();
      const group = groupAt(event.target);
      if (group) zoomTo(group.__data__.data.frame.node, true);
    },
    true,
  );
  chart.host.addEventListener('mouseover', (event) => {
    const group = groupAt(event.target);
    if (group) show(group);
  });
  chart.host.addEventListener('focusin', (event) => {
    const group = groupAt(event.target);
    if (!group) return;
    show(group);
    state.current = group.__data__.data.frame.node;
    setTabStop(chart.host, group);
  });
  chart.host.addEventListener('keydown', (event) => {
    const group = groupAt(event.target);
    if (!group || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = neighbour(chart.groups(), group, event.key);
    if (next) focusFrame(chart.host, next);
    else if (event.key === 'Enter' || event.key === ' ')
      zoomTo(group.__data__.data.frame.node, true);
    else if (event.key === 'Escape') zoomTo(Math.max(0, at(context.tree.parent, state.zoom)), true);
    else if (!event.key.startsWith('Arrow')) return;
    event.preventDefault();
  });
  showDetails(panel, context, (chart.groups()[0] as FrameGroup).__data__.data.frame);
}
