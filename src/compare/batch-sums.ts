/** Sums over pairs of batches through WebAssembly (assembly/batches.ts): millions of steps that run once. */
import {
  columnIn,
  instantiator,
  leaveMemory,
  putInto,
  type WasmAllocator,
} from '../ingest/index.js';
import type { BatchCounts } from './stats/index.js';

/** A side's batches of consecutive samples, run after run, an empty one between two runs; in columns. */
export interface SideBatches {
  batches: number;
  /** Samples in a batch. */
  size: Float64Array;
  /** First entry of each batch, and the end of the last one. */
  start: Int32Array;
  /** An entry is a stack node, and how many samples it has in a batch (or in a part of it). */
  node: Int32Array;
  samples: Uint32Array;
}

/** Rows that stack nodes belong to. */
export interface PlacedRows {
  /** Of each node its row, or a number that has a row; -1: none. */
  of: Int32Array;
  /** The row of each such number; -1: none. */
  place?: Int32Array;
  count: number;
}

/** The same, of which counts are asked. */
export interface RowsOfNodes extends PlacedRows {
  /** The row above each (-1: none), which stands before it: a row is also counted there. */
  above?: Int32Array;
  /** Rows behind these, for nodes that are in none of these; a last one has all that is in neither. */
  orElse?: PlacedRows;
}

interface Exports extends WasmAllocator {
  setBatches(sizes: number, starts: number, nodes: number, samples: number): void;
  placeRows(of: number, nodes: number, place: number): void;
  fillRows(of: number, nodes: number, other: number, first: number, none: number): void;
  forgetKinds(): void;
  addKind(of: number, count: number, above: number): void;
  rowCount(): number;
  pairSums(batches: number): number;
  rowSums(pairs: number, at: number): number;
}

/** One instance a side's batches: they are asked for several kinds of rows. */
const instances = new WeakMap<SideBatches, Exports | null>();

/** `BatchCounts.quickly`; undefined without WebAssembly. */
export function quickSums(
  batches: SideBatches,
  kinds: readonly RowsOfNodes[],
): BatchCounts['quickly'] {
  let wasm = instances.get(batches);
  if (wasm === undefined) instances.set(batches, (wasm = instanceOf(batches)));
  if (wasm === null) return undefined;
  const module = wasm;
  const places = kinds.map((kind) => ({
    of: putRows(module, kind),
    count: rowsOf(kind),
    above: kind.above === undefined ? 0 : putInto(module, kind.above),
  }));
  const select = () => {
    module.forgetKinds();
    for (const { of, count, above } of places) module.addKind(of, count, above);
  };
  /** So many columns of doubles, one behind the other. */
  const columns = (at: number, length: number, count: number) =>
    Array.from({ length: count }, (_, i) =>
      columnIn(Float64Array, module, at + 8 * i * length, length).slice(),
    );
  return {
    ofPairs: () => {
      select();
      const pairs = Math.max(0, batches.batches - 1);
      const [squares, expected] = columns(module.pairSums(batches.batches), pairs, 2);
      return { squares: squares ?? NONE, expected: expected ?? NONE };
    },
    ofRows: (pairs) => {
      select();
      const at = module.rowSums(pairs.length, putInto(module, Int32Array.from(pairs)));
      const [squares, expected, samples] = columns(at, module.rowCount(), 3);
      return { squares: squares ?? NONE, expected: expected ?? NONE, samples: samples ?? NONE };
    },
  };
}

const NONE = new Float64Array(0);

/** How many rows there are, those behind included. */
export function rowsOf({ count, orElse }: RowsOfNodes): number {
  return orElse === undefined ? count : count + orElse.count + 1;
}

function putRows(module: Exports, { of, place, count, orElse }: RowsOfNodes): number {
  const at = putInto(module, of);
  if (place !== undefined) module.placeRows(at, of.length, putInto(module, place));
  if (orElse !== undefined)
    module.fillRows(at, of.length, putRows(module, orElse), count, count + orElse.count);
  return at;
}

/** No more sums of these batches are asked for. */
export function forgetSums(batches: SideBatches): void {
  const module = instances.get(batches);
  instances.delete(batches);
  if (module) leaveMemory(module);
}

function instanceOf({ size, start, node, samples }: SideBatches): Exports | null {
  const module = instantiator<Exports>('batches.wasm')?.({}) ?? null;
  module?.setBatches(
    putInto(module, size),
    putInto(module, start),
    putInto(module, node),
    putInto(module, samples),
  );
  return module;
}
