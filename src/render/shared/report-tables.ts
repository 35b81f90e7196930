/** The report's tables: ops, changed sites, all sites, functions, and what was moved. */
import { unweighed } from './limits.js';
import type { FunctionRow, OpRow, Report, SiteRow, Splice } from '../../report/schema.js';
import {
  fixed,
  formatCount,
  formatOdds,
  formatWeight,
  weightScale,
  type WeightScale,
} from './numbers.js';
import { intervalHead } from './noise.js';
import {
  countsCell,
  nameCell,
  tableView,
  weightColumns,
  type Cell,
  type Column,
  type TableView,
} from './table.js';
import { displayName } from './visible.js';

/** Rows of a table that stand in the page; its client adds the rest from the document. */
export const TOP = 30;
const TOP_SPLICES = 10;

function byChange<T>(rows: readonly T[], change: (row: T) => number): T[] {
  return [...rows].sort((a, b) => Math.abs(change(b)) - Math.abs(change(a)));
}

/** One scale for the table, so that its cells can be compared by eye. */
function scaleOf<T extends { base: number; new: number }>(
  unit: string,
  rows: readonly T[],
  change: (row: T) => number,
): WeightScale {
  const largest = Math.max(0, ...rows.slice(0, TOP).map((row) => Math.abs(change(row))));
  const gross = rows.slice(0, TOP).reduce((m, row) => Math.max(m, row.base, row.new), 0);
  return weightScale(unit, largest || gross, 4);
}

const isQuiet = (row: { verdict: string }, change: number): boolean =>
  row.verdict === 'within noise' || change === 0;

/** Ops, largest change first. */
export function opsTable(report: Report): TableView {
  const change = (row: OpRow): number => row.extra;
  const rows = byChange(report.ops, change);
  return tableView<OpRow>(
    { id: 'ops', label: 'Paravirt ops', top: TOP },
    [
      { head: 'op', numeric: false, cell: (r) => nameCell(r.op) },
      ...weightColumns<OpRow>(
        scaleOf(report.base.unit, rows, change),
        change,
        'extra',
        intervalHead(report),
      ),
      {
        head: 'sites',
        numeric: true,
        cell: (r) => ({ text: formatCount(r.sites), value: r.sites }),
      },
    ],
    rows,
    (row) => isQuiet(row, row.extra),
  );
}

/** All call sites, largest change first. */
export function sitesTable(report: Report): TableView {
  const change = (row: SiteRow): number => row.extra;
  const rows = byChange(report.sites, change);
  return tableView<SiteRow>(
    { id: 'sites', label: 'Call sites', top: TOP },
    [
      { head: 'function', numeric: false, cell: (r) => nameCell(r.function, siteOffsets(r)) },
      opColumn(rows),
      {
        head: 'state',
        sub: 'base → new',
        numeric: false,
        cell: (r) => withSub(stateCell(r, report), unweighed(report, r)),
      },
      { head: 'votes', sub: 'base · new', numeric: true, cell: (r) => countsCell(r.votes) },
      ...weightColumns<SiteRow>(
        scaleOf(report.base.unit, rows, change),
        change,
        'extra',
        intervalHead(report),
      ),
    ],
    rows,
    (row) => isQuiet(row, row.extra),
  );
}

/** The sites that ran otherwise in new than in base, largest change of weight first. */
export function changedTable(report: Report): TableView {
  const change = (row: SiteRow): number => row.extra;
  const rows = byChange(
    report.patching.changed.flatMap((index) => report.sites[index] ?? []),
    change,
  );
  return tableView<SiteRow>(
    { id: 'changed', label: 'Sites whose state changed', top: TOP },
    [
      { head: 'function', numeric: false, cell: (r) => nameCell(r.function, siteOffsets(r)) },
      opColumn(rows),
      { head: 'state', sub: 'base → new', numeric: false, cell: (r) => stateCell(r, report) },
      { head: 'votes', sub: 'base · new', numeric: true, cell: (r) => countsCell(r.votes) },
      { head: 'chance', sub: 'had nothing changed', numeric: true, cell: chanceCell },
      ...weightColumns<SiteRow>(
        scaleOf(report.base.unit, rows, change),
        change,
        'extra',
        intervalHead(report),
      ).slice(0, 3),
    ],
    rows,
    () => false,
  );
}

/** Functions by own time, largest change first. */
export function functionsTable(report: Report): TableView {
  const change = (row: FunctionRow): number => row.delta;
  const rows = byChange(report.functions, change);
  return tableView<FunctionRow>(
    { id: 'functions', label: 'Functions', top: TOP },
    [
      {
        head: 'function',
        numeric: false,
        cell: (r) => nameCell(r.function, functionSub(r, report.base.unit)),
      },
      { head: 'bucket', numeric: false, cell: (r) => ({ text: r.bucket }) },
      ...weightColumns<FunctionRow>(
        scaleOf(report.base.unit, rows, change),
        change,
        'change',
        intervalHead(report),
      ),
    ],
    rows,
    (row) => isQuiet(row, row.delta),
  );
}

/** Where it is, unless in the kernel as nearly all are, and what was moved into it. */
function functionSub({ dso, moved }: FunctionRow, unit: string): string {
  const parts: string[] = [];
  if (dso !== null && !dso.startsWith('[kernel')) parts.push(displayName(dso));
  if (moved.base !== 0) parts.push(`⇄ ${formatWeight(moved.base, unit)} of base moved here`);
  if (moved.new !== 0) parts.push(`⇄ ${formatWeight(moved.new, unit)} of new moved here`);
  return parts.join('; ');
}

const REASONS: Readonly<Record<Splice['reason'], string>> = {
  inlined: 'inlined in the other build',
  deferred: 'deferred',
  renamed: 'renamed',
};

/** What was counted elsewhere to line the builds up, heaviest first. */
export function splicesTable(report: Report): TableView {
  const rows = byChange(report.moved.splices, (splice) => splice.weight);
  const scale = weightScale(report.base.unit, rows[0]?.weight ?? 0, 4);
  return tableView<Splice>(
    { id: 'splices', label: 'Moved weight', top: TOP_SPLICES },
    [
      { head: 'callee', numeric: false, cell: (r) => nameCell(r.callee) },
      { head: 'caller', numeric: false, cell: (r) => nameCell(r.caller) },
      { head: 'out of line in', numeric: false, cell: (r) => ({ text: r.side }) },
      {
        head: 'weight',
        sub: scale.noun,
        numeric: true,
        cell: (r) => ({ text: fixed(r.weight / scale.divisor, scale.decimals), value: r.weight }),
      },
      { head: 'reason', numeric: false, cell: (r) => ({ text: REASONS[r.reason] }) },
    ],
    rows,
    () => false,
  );
}

/** Every table that the page shows, in its order; one without rows is not shown. */
export function reportTables(report: Report): TableView[] {
  return [opsTable, changedTable, sitesTable, functionsTable, splicesTable]
    .map((make) => make(report))
    .filter((view) => view.rows.length > 0);
}

function withSub(cell: Cell, sub: string | undefined): Cell {
  return sub === undefined ? cell : { ...cell, sub };
}

function stateCell(row: SiteRow, report: Report): Cell {
  const { base, new: newer } = row.state;
  // images say whether there is a site; without them one that was not seen may still be there
  const absent = report.images === null ? 'not seen' : 'no site';
  if (base === newer) return { text: base ?? absent };
  return { text: `${base ?? absent} → ${newer ?? absent}` };
}

/** The op of a site, its machine code below. */
function opColumn(rows: readonly SiteRow[]): Column<SiteRow> {
  const coded = rows.some((row) => row.code !== null);
  return {
    head: 'op',
    ...(coded ? { sub: 'as built → as patching would write it' } : {}),
    numeric: false,
    cell: (r) => nameCell(r.op, codeLine(r)),
  };
}

/** A site's bytes and instructions as built and as boot code patches it. */
function codeLine(row: SiteRow): string | null {
  if (row.code === null) return null;
  const { built, patched } = row.code;
  const line = (code: typeof built) => `${code.bytes} ${code.text}`.trim();
  return patched === null ? line(built) : `${line(built)} → ${line(patched)}`;
}

function chanceCell(row: SiteRow): Cell {
  return row.chance === null
    ? { text: 'not known', value: 2 }
    : { text: formatOdds(row.chance), value: row.chance };
}

function siteOffsets(row: SiteRow): string {
  const first = offsetPair(row.offset);
  const back = offsetPair(row.returnOffset);
  return [first, back === '' ? '' : `ret ${back}`].filter((part) => part !== '').join(' · ');
}

function offsetPair(offset: SiteRow['offset']): string {
  const known = [offset.base, offset.new].filter((value) => value !== null);
  return [...new Set(known)].map((value) => `+0x${value.toString(16)}`).join(' → ');
}
