/** The parts of d3-flame-graph 5.0.0 (which ships no types) and d3-selection that the page uses. */
declare module 'd3-flame-graph' {
  import type { Selection } from 'd3-selection';

  /** A d3-hierarchy node around one of our data objects, laid out in 0..1. */
  export interface LaidOut<T> {
    readonly data: T;
    readonly depth: number;
    readonly x0: number;
    readonly x1: number;
  }

  export interface Tooltip<T> {
    (svg: Selection): void;
    show(event: MouseEvent, d: LaidOut<T>): void;
    hide(): void;
  }

  export interface FlameGraph<T> {
    (selection: Selection): void;
    width(pixels: number): FlameGraph<T>;
    height(pixels: number): FlameGraph<T>;
    cellHeight(pixels: number): FlameGraph<T>;
    inverted(on: boolean): FlameGraph<T>;
    transitionDuration(ms: number): FlameGraph<T>;
    getName(name: (d: LaidOut<T>) => string): FlameGraph<T>;
    getValue(value: (d: T) => number): FlameGraph<T>;
    getChildren(children: (d: T) => readonly T[]): FlameGraph<T>;
    label(label: (d: LaidOut<T>) => string): FlameGraph<T>;
    setColorMapper(colour: (d: LaidOut<T>, original: string) => string): FlameGraph<T>;
    setDetailsHandler(handler: (text: string | null) => void): FlameGraph<T>;
    tooltip(tooltip: Tooltip<T>): FlameGraph<T>;
    update(data: T): FlameGraph<T>;
  }

  export default function flamegraph<T>(): FlameGraph<T>;
}

declare module 'd3-selection' {
  export interface Selection {
    datum(data: unknown): Selection;
    call(f: (selection: Selection) => void): Selection;
    selectAll(selector: string): Selection;
    /** Added by d3-transition, which d3-flame-graph brings along. */
    interrupt(): Selection;
  }
  export function select(element: Element): Selection;
}
