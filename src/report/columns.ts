import {
  columnIn,
  instantiator,
  leaveMemory,
  putInto,
  type WasmAllocator,
} from '../ingest/index.js';
import type { Graph, NodeColumn } from './schema.js';

/** Nodes from which on it pays to make an instance of a module. */
const MANY = 1 << 12;

interface Exports extends WasmAllocator {
  release(at: number): void;
  begin(): void;
  putText(at: number, length: number): void;
  bytes(at: number, count: number): void;
  ints(at: number, count: number): void;
  areWhole(at: number, count: number): number;
  doubles(at: number, count: number): void;
  jsonAt(): number;
  jsonLength(): number;
}

/**
 * The graph's columns as `JSON.stringify` would write plain lists, which take three to four times as long to be made and
 * written. Of many nodes by WebAssembly, in bytes.
 */
export function columnsJson(nodes: Graph['nodes']): Uint8Array | string {
  const module = nodes.depth.length < MANY ? null : instantiator<Exports>('columns.wasm');
  const columns = Object.entries(nodes);
  if (module === null)
    return `{${columns.map(([key, column]) => `"${key}":${columnJson(column)}`).join(',')}}`;
  const wasm = module({});
  wasm.begin();
  const text = (of: string) => {
    const bytes = Buffer.from(of);
    const at = putInto(wasm, bytes);
    wasm.putText(at, bytes.length);
    wasm.release(at);
  };
  let before = '{';
  for (const [key, column] of columns) {
    text(`${before}"${key}":`);
    if (!putColumn(column, wasm)) text(columnJson(column));
    before = ',';
  }
  text('}');
  const json = columnIn(Uint8Array, wasm, wasm.jsonAt(), wasm.jsonLength()).slice();
  leaveMemory(wasm);
  return json;
}

/** Numbers are finite, and join as JSON has them. */
function columnJson(column: NodeColumn): string {
  return Array.isArray(column) ? JSON.stringify(column) : `[${column.join(',')}]`;
}

/** false: it is a list, or holds numbers that the module does not write. */
function putColumn(column: NodeColumn, wasm: Exports): boolean {
  if (Array.isArray(column)) return false;
  const { length } = column;
  const at = putInto(wasm, column);
  const isWritten = !(column instanceof Float64Array) || wasm.areWhole(at, length) !== 0;
  if (column instanceof Uint8Array) wasm.bytes(at, length);
  else if (column instanceof Int32Array) wasm.ints(at, length);
  else if (isWritten) wasm.doubles(at, length);
  wasm.release(at);
  return isWritten;
}
