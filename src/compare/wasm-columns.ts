import {
  columnIn,
  putInto,
  type Column,
  type ColumnType,
  type WasmAllocator,
} from '../ingest/index.js';

/** Columns in a WebAssembly module's memory: what came out of it need not be put there again. */
export class WasmColumns {
  /** Where columns lie that are there as well. */
  private readonly places = new WeakMap<Column, number>();

  constructor(private readonly module: WasmAllocator & { release(at: number): void }) {}

  /** Puts a column there for one use; to be released. */
  put(column: Column): number {
    return putInto(this.module, column);
  }

  /** Where a column lies; it is put there if it does not. */
  at(column: Column): number {
    let at = this.places.get(column);
    if (at === undefined) this.places.set(column, (at = this.put(column)));
    return at;
  }

  /** A copy of what lies at a place and stays there, for `at`. */
  kept<T extends Column>(type: ColumnType<T>, at: number, length: number): T {
    const column = this.copied(type, at, length);
    this.places.set(column, at);
    return column;
  }

  /** A copy of what lies at a place, which is released. */
  taken<T extends Column>(type: ColumnType<T>, at: number, length: number): T {
    const column = this.copied(type, at, length);
    this.module.release(at);
    return column;
  }

  copied<T extends Column>(type: ColumnType<T>, at: number, length: number): T {
    return columnIn(type, this.module, at, length).slice() as T;
  }

  release(places: readonly number[]): void {
    for (const at of places) this.module.release(at);
  }

  /** Gives up the memory of columns that nobody asks for there any more. */
  forget(columns: readonly Column[]): void {
    for (const column of columns) {
      const at = this.places.get(column);
      if (at !== undefined) this.module.release(at);
      this.places.delete(column);
    }
  }
}
