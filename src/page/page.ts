import type { Report } from '../report/schema.js';
import type { View } from '../render/shared/derive.js';
import type { GraphContext } from '../render/shared/describe.js';
import { foldWords } from '../render/shared/cut.js';
import { intervalNote } from '../render/shared/noise.js';
import { formatCount, plural } from '../render/shared/numbers.js';
import { reportTables } from '../render/shared/report-tables.js';
import { searchTree, type SearchResult } from '../render/shared/search.js';
import { at, buildTree, frameWidths, nodeName, type WidthMode } from '../render/shared/tree.js';
import { chartData, LIVE_FRAMES, type ChartData } from './chart-data.js';
import { makeChart, type Chart } from './chart.js';
import { listComms, listenToControls, showPlace, type Actions } from './controls.js';
import { element } from './document.js';
import { groupOf, listenToFrames } from './frames.js';
import { bringIntoSight, focusFrame, setTabStop } from './keyboard.js';
import { findPath, fromHash, pathOf, START, toHash, type Place } from './location.js';
import { listenToNames } from './names.js';
import { watchOverflow } from './overflow.js';
import { markMatches, searchSentence } from './search.js';
import { enlivenTables } from './tables.js';
import { shownView, type Shown } from './view.js';

const WIDTH_WORDS: Readonly<Record<WidthMode, string>> = {
  larger: 'the larger of base and new',
  base: 'base',
  new: 'new',
  change: 'change of self weight, absolute, added up',
};

/** The state of history entries that were shown: one without it is a link just followed. */
const SHOWN = 1;

/** Replaces the static graph by the interactive one and brings the controls to life. */
export function startPage(report: Report): void {
  const whole: GraphContext = {
    tree: buildTree(report.graph),
    baseTotal: report.total.base,
    newTotal: report.total.new,
    unit: report.base.unit,
    noise: intervalNote(report),
  };
  const tables = enlivenTables(() => reportTables(report));
  watchOverflow();
  if (whole.tree.size === 0) return;
  new GraphPage(whole, tables.show).start();
}

/** The graph's state, which the address mirrors. */
class GraphPage {
  private place: Place = START;
  private shown: Shown;
  private shownFor = '';
  private zoom = 0;
  /** The node whose frame is in the tab order, and which the buttons are about. */
  private current = 0;
  private found: SearchResult | null = null;
  /** Where callers and callees were last asked for: leaving them leads back there. */
  private outside: { place: Pick<Place, 'view' | 'path'>; frame: readonly string[] } | null = null;
  private readonly box = element('graph-box');
  private readonly main: Chart;
  private readonly callers: Chart;
  private width: number;
  private showCurrent: () => void = () => undefined;

  constructor(
    private readonly whole: GraphContext,
    /** Shows a name's rows in the tables. */
    private readonly showRows: (name: string) => boolean,
  ) {
    this.shown = { main: whole, callers: null, words: '' };
    // Asked for once: asking lays the whole page out.
    this.width = this.innerWidth();
    this.main = makeChart(this.box, 'live-graph', () => this.shown.main);
    this.callers = makeChart(
      element('callers-box'),
      'callers-graph',
      () => this.shown.callers ?? this.shown.main,
    );
  }

  start(): void {
    listComms(this.whole.tree);
    this.go(fromHash(location.hash));
    element('static-graph').remove();
    for (const id of ['controls', 'details', 'keys']) element(id).hidden = false;
    const actions = this.actions();
    listenToControls(actions);
    listenToNames((name) => {
      // an entry of its own: back leads to the row again
      this.visit({ search: name }, false);
      this.leadToGraph(this.main.host.querySelector('rect.hit, rect.hit-inside'));
    });
    this.showCurrent = listenToFrames(this.main, {
      context: () => this.shown.main,
      current: () => this.current,
      flame: () => this.place.flame,
      zoomTo: (node, focus) => {
        this.visit({ path: pathOf(this.shown.main.tree, node) }, focus);
      },
      zoomOut: () => {
        if (this.zoom === 0 && this.place.view.kind === 'around') {
          this.leaveAround();
          return;
        }
        const above = Math.max(0, at(this.shown.main.tree.parent, this.zoom));
        this.visit({ path: pathOf(this.shown.main.tree, above) }, true);
      },
      focused: (node) => {
        this.current = node;
        this.sayCurrent();
      },
      around: (node) => {
        this.showAround(this.shown.main, node);
      },
      rows: this.showRows,
    });
    listenToFrames(this.callers, {
      context: () => this.shown.callers ?? this.shown.main,
      current: () => 0,
      flame: () => true,
      zoomTo: (node) => {
        this.showAround(this.shown.callers ?? this.shown.main, node);
      },
      zoomOut: () => {
        this.leaveAround();
      },
      focused: () => undefined,
      around: (node) => {
        this.showAround(this.shown.callers ?? this.shown.main, node);
      },
      rows: this.showRows,
    });
    this.showCurrent();
    this.followLink(history.state);
    addEventListener('popstate', ({ state }) => {
      this.go(fromHash(location.hash));
      this.followLink(state);
    });
    new ResizeObserver(() => {
      if (this.innerWidth() === this.width) return;
      this.width = this.innerWidth();
      this.draw(false);
    }).observe(this.box);
  }

  private actions(): Actions {
    return {
      search: (term) => {
        this.place = { ...this.place, search: term };
        history.replaceState(SHOWN, '', toHash(this.place) || location.pathname + location.search);
        this.search();
      },
      reset: () => {
        // the button is disabled then, and would take the focus along
        this.visit({ view: { kind: 'all' }, path: [] }, true);
      },
      around: () => {
        this.showAround(this.shown.main, this.current);
      },
      change: (part) => {
        this.visit(part, false);
      },
    };
  }

  private showAround({ tree }: GraphContext, node: number): void {
    const name = nodeName(tree, node);
    const view: View =
      node === 0 && this.place.view.kind !== 'around' ? { kind: 'all' } : { kind: 'around', name };
    if (this.place.view.kind !== 'around')
      this.outside = { place: this.place, frame: pathOf(tree, node) };
    this.visit({ view, path: [] }, true);
  }

  private leaveAround(): void {
    const { view, path } = this.outside?.place ?? START;
    this.visit({ view, path }, true, this.outside?.frame);
  }

  /** A link that says what to show leads to the graph, which is far below the page's top. */
  private followLink(state: unknown): void {
    if (state !== null || toHash(fromHash(location.hash)) === '') return;
    history.replaceState(SHOWN, '');
    const frame = groupOf(this.main.groups(), this.current);
    focusFrame(this.main.host, frame, true);
    this.leadToGraph(frame);
  }

  private leadToGraph(frame: Element | null): void {
    element('controls').scrollIntoView();
    bringIntoSight(frame);
  }

  /** Goes somewhere new, which back undoes. */
  private visit(part: Partial<Place>, focus: boolean, frame?: readonly string[]): void {
    const next = { ...this.place, ...part };
    const hash = toHash(next);
    if (hash !== toHash(this.place)) {
      history.pushState(SHOWN, '', hash || location.pathname + location.search);
    }
    this.go(next, focus, frame);
  }

  /** Shows a place; `frame` is the path of the current one where that is not the zoomed one. */
  private go(place: Place, focus = false, frame?: readonly string[]): void {
    const notes: string[] = [];
    this.place = place;
    const key = JSON.stringify(place.view);
    if (key !== this.shownFor) {
      const shown = shownView(this.whole, place.view);
      if (shown === null) {
        notes.push('The function of this link is not in this report; this is the whole graph.');
        this.place = { ...place, view: { kind: 'all' }, path: [] };
      }
      this.shown = shown ?? { main: this.whole, callers: null, words: '' };
      this.shownFor = JSON.stringify(this.place.view);
      this.found = null;
    }
    const { tree } = this.shown.main;
    const { node, missing } =
      tree.size === 0 ? { node: 0, missing: 0 } : findPath(tree, this.place.path);
    if (missing > 0) {
      notes.push(
        `The frame of this link is not in this report: ${plural(missing, 'frame')} of its path ${missing === 1 ? 'is' : 'are'} missing; this is the nearest above it.`,
      );
    }
    this.zoom = node;
    this.current = frame === undefined ? node : findPath(tree, frame).node;
    if (this.shown.words !== '') notes.push(this.shown.words);
    const words = element('graph-view');
    words.textContent = notes.join(' ');
    words.hidden = notes.length === 0;
    showPlace(this.place, this.zoom !== 0);
    this.draw(focus);
    this.search();
    this.sayCurrent();
    this.showCurrent();
  }

  private draw(focus: boolean): void {
    const { main, callers } = this.shown;
    // drawing takes the frames away, and the focus with them
    const held = [this.main, this.callers].some(({ host }) =>
      host.contains(document.activeElement),
    );
    element('callers-box').hidden = callers === null;
    // frames taken together were not tested, as the view's own words say
    element('graph-tested').hidden = callers !== null;
    this.box.hidden = main.tree.size === 0;
    if (main.tree.size === 0) {
      element('graph-note').textContent = 'No frame belongs to this view.';
      return;
    }
    const most = callers === null ? LIVE_FRAMES : LIVE_FRAMES / 2;
    const widths = frameWidths(main.tree, this.place.width);
    const data = chartData(main, widths, this.zoom, this.width, most);
    // callers stand above what they call, and it above its callees
    this.main.draw(data, this.width, this.place.flame && callers === null);
    if (callers !== null) {
      const up = frameWidths(callers.tree, this.place.width);
      this.callers.draw(chartData(callers, up, 0, this.width, most), this.width, true);
      setTabStop(this.callers.host, groupOf(this.callers.groups(), 0));
    }
    const groups = this.main.groups();
    const stop = groupOf(groups, this.current) ?? groupOf(groups, this.zoom);
    // where nobody asked for the frame (back, another width of the window) nothing scrolls to it
    if (focus || held) focusFrame(this.main.host, stop, !focus);
    else setTabStop(this.main.host, stop);
    if (this.found !== null) markMatches(this.main.host, main, groups, this.found);
    element('graph-note').textContent = this.cutSentence(data);
  }

  private search(): void {
    const { main, callers } = this.shown;
    this.found = searchTree(main.tree, this.place.search);
    markMatches(this.main.host, main, this.main.groups(), this.found);
    if (callers !== null) {
      const found = searchTree(callers.tree, this.place.search);
      markMatches(this.callers.host, callers, this.callers.groups(), found);
    }
    element('search-status').textContent = searchSentence(main, this.found);
  }

  private sayCurrent(): void {
    const whole = this.place.view.kind !== 'around' && this.current === 0;
    (element('around') as HTMLButtonElement).disabled =
      whole || (this.place.view.kind === 'around' && this.current === 0);
  }

  private cutSentence(data: ChartData): string {
    const rest = data.cut.frames - data.cut.drawn;
    const where = this.zoom === 0 ? '' : ' of this subtree';
    const folded =
      rest === 0
        ? ''
        : `; ${formatCount(rest)} too narrow ${foldWords(data.cut)}, and ${rest === 1 ? 'comes' : 'come'} out when zoomed`;
    return `${formatCount(data.cut.drawn)} of ${plural(data.cut.frames, 'frame')}${where} drawn${folded}. Width: ${WIDTH_WORDS[this.place.width]}.`;
  }

  private innerWidth(): number {
    return Math.max(200, this.box.clientWidth - 6);
  }
}
