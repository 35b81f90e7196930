/** Tables as data: the static page and its client make the same rows from the report document. */
import type { FunctionRow, OpRow, SiteRow } from '../../report/schema.js';
import { boundPrefix, grossPrefix, verdictWords } from './bounds.js';
import { fixed, formatCount, signed, signedShort, type WeightScale } from './numbers.js';
import { displayName } from './visible.js';

/** What stands in one cell; plain text, nothing in it is markup. */
export interface Cell {
  readonly text: string;
  /** Small print below. */
  readonly sub?: string;
  /** A recorded name, which can be looked up in the graph. */
  readonly name?: boolean;
  /** What the column is sorted by, where that is not the text. */
  readonly value?: number;
}

export interface Column<T> {
  readonly head: string;
  readonly sub?: string;
  readonly numeric: boolean;
  readonly cell: (row: T) => Cell;
}

export interface RowView {
  /** Nothing to see: unchanged, or within noise. */
  readonly quiet: boolean;
  readonly cells: readonly Cell[];
}

export interface TableView {
  readonly id: string;
  /** What the table is called to assistive technology. */
  readonly label: string;
  readonly heads: readonly Omit<Column<never>, 'cell'>[];
  /** All rows, in the order in which they are first shown. */
  readonly rows: readonly RowView[];
  /** How many of them stand in the page at first. */
  readonly top: number;
}

/** Applies the columns to the rows. */
export function tableView<T>(
  spec: Pick<TableView, 'id' | 'label' | 'top'>,
  columns: readonly Column<T>[],
  rows: readonly T[],
  quiet: (row: T) => boolean,
): TableView {
  return {
    ...spec,
    heads: columns.map(({ head, sub, numeric }) => ({
      head,
      numeric,
      ...(sub === undefined ? {} : { sub }),
    })),
    rows: rows.map((row) => new LazyRow(row, columns, quiet)),
  };
}

/** A row whose cells are made when they are looked at: the page shows few of thousands. */
class LazyRow<T> implements RowView {
  private made: readonly Cell[] | undefined;

  constructor(
    private readonly row: T,
    private readonly columns: readonly Column<T>[],
    private readonly isQuiet: (row: T) => boolean,
  ) {}

  get quiet(): boolean {
    return this.isQuiet(this.row);
  }

  get cells(): readonly Cell[] {
    return (this.made ??= this.columns.map((column) => column.cell(this.row)));
  }
}

/** A recorded name as a cell. */
export function nameCell(name: string, sub?: string | null): Cell {
  const shown = displayName(name);
  const below = sub === undefined || sub === null || sub === '' ? {} : { sub };
  return shown === '' ? { text: '(no name)', ...below } : { text: shown, name: true, ...below };
}

/** Two counts, base and new; sorted by both together. */
export function countsCell(counts: { base: number; new: number }): Cell {
  return {
    text: `${formatCount(counts.base)} · ${formatCount(counts.new)}`,
    value: counts.base + counts.new,
  };
}

type Measured = (OpRow | SiteRow | FunctionRow) & { readonly bound?: OpRow['bound'] };

/** The columns that every row with weights has: base, new, change, samples, verdict. */
export function weightColumns<T extends Measured>(
  scale: WeightScale,
  change: (row: T) => number,
  word: string,
  interval: string,
): Column<T>[] {
  const gross = (row: T, value: number): Cell => ({
    text: grossPrefix(row.bound ?? null, value) + fixed(value / scale.divisor, scale.decimals),
    value,
  });
  return [
    { head: 'base', sub: scale.noun, numeric: true, cell: (r) => gross(r, r.base) },
    { head: 'new', sub: scale.noun, numeric: true, cell: (r) => gross(r, r.new) },
    {
      head: word,
      sub: scale.noun,
      numeric: true,
      cell: (r) => ({
        text:
          boundPrefix(r.bound ?? null, change(r)) +
          signed(change(r) / scale.divisor, scale.decimals),
        value: change(r),
      }),
    },
    {
      head: 'points',
      sub: '% of base total',
      numeric: true,
      cell: (r) =>
        r.percent === null
          ? { text: '–', value: 0 }
          : { text: signedShort(r.percent), value: r.percent },
    },
    { head: 'samples', sub: 'base · new', numeric: true, cell: (r) => countsCell(r.samples) },
    {
      head: 'verdict',
      sub: interval,
      numeric: false,
      cell: (r) => ({
        text: verdictWords(r),
        ...(r.percentInterval === null ? {} : { sub: intervalText(r) }),
      }),
    },
  ];
}

/** Points where known; the document's `interval` is in the unit, too wide for a column. */
export function intervalText(row: Pick<OpRow, 'percentInterval'>): string {
  if (row.percentInterval === null) return 'none';
  const [low, high] = row.percentInterval;
  return `${signedShort(low)} to ${signedShort(high)}`;
}
