/** The tables of a fix as data: the page and the Markdown form print the same rows. */
import type { Validation, ValidationChange } from '../../report/validate-schema.js';
import { BUCKET_WORDS } from '../shared/limits.js';
import {
  fixed,
  formatOdds,
  formatWeight,
  plural,
  signed,
  signedShort,
  weightScale,
  type WeightScale,
} from '../shared/numbers.js';
import { tableView, type Column, type TableView } from '../shared/table.js';
import { displayName } from '../shared/visible.js';
import { boundSign, changeBound, halfWidth, verdictWord } from '../text/table.js';
import { recoveredShort, siteName, stateWords } from './words.js';

type Row =
  Validation['ops'][number] | Validation['functions'][number] | Validation['sites'][number];
type Change = ValidationChange;

const sign = (bound: Row['bound'], change: number) =>
  boundSign(bound, change).replace('>=', '≥ ').replace('<=', '≤ ');

/** Rows are grey whose change is not beyond noise. */
const isQuiet = ({ change }: Row) => change.verdict !== 'more' && change.verdict !== 'less';

const percentCell = (change: Pick<Change, 'percent'> | null) => ({
  text: change === null || change.percent === null ? '' : signedShort(change.percent),
});

function scaleOf(rows: readonly Row[], unit: string): WeightScale {
  const weights = rows.flatMap((row) => [row.native ?? 0, row.before, row.after]);
  return weightScale(unit, Math.max(0, ...weights), 3);
}

/** Weights of the profiles and the change from before to after; all rows in one scale. */
function weightColumns<T extends Row>(rows: readonly T[], of: Validation): Column<T>[] {
  const scale = scaleOf(rows, of.unit);
  const weight = (value: number | null) => ({
    text: value === null ? '' : fixed(value / scale.divisor, scale.decimals),
  });
  const column = (head: string, cell: Column<T>['cell'], sub?: string): Column<T> => ({
    head,
    numeric: true,
    cell,
    ...(sub === undefined ? {} : { sub }),
  });
  const noun = displayName(scale.noun);
  return [
    ...(of.native === null ? [] : [column('native', (row) => weight(row.native), noun)]),
    column('before', (row) => weight(row.before), noun),
    column('after', (row) => weight(row.after), noun),
    column(
      'change',
      (row) => ({
        text:
          sign(changeBound(row), row.change.delta) +
          signed(row.change.delta / scale.divisor, scale.decimals),
      }),
      'after − before',
    ),
    column('%', (row) => percentCell(row.change), 'of before'),
    column('± 95 %', (row) => ({ text: halfWidth(row.change).slice(2) })),
    {
      head: 'verdict',
      numeric: false,
      cell: (row) => ({
        text:
          row.change.percentInterval === null
            ? ''
            : verdictWord(row.change.verdict, changeBound(row)),
      }),
    },
  ];
}

function recoveredColumn<T extends Row>(rows: readonly T[]): Column<T>[] {
  if (rows.every((row) => row.recovered === null)) return [];
  return [
    {
      head: 'recovered',
      sub: '95 % interval',
      numeric: false,
      cell: ({ recovered }) => ({
        text: recovered === null ? '' : (recoveredShort(recovered) ?? '').replace('recovered ', ''),
      }),
    },
  ];
}

function perCallColumn<T extends Row & { perCall: Validation['ops'][number]['perCall'] }>(
  rows: readonly T[],
  unit: string,
): Column<T>[] {
  if (rows.every((row) => row.perCall === null)) return [];
  return [
    {
      head: 'a call',
      sub: 'before → after',
      numeric: false,
      cell: ({ perCall }) => ({
        text:
          perCall === null
            ? ''
            : `${formatWeight(perCall.before, unit)} → ${formatWeight(perCall.after, unit)}`,
      }),
    },
  ];
}

/** Ops over the three profiles. */
export function opsView(of: Validation, top: number): TableView {
  const columns: Column<Validation['ops'][number]>[] = [
    { head: 'op', numeric: false, cell: (row) => ({ text: row.op, name: true }) },
    ...weightColumns(of.ops, of),
    ...recoveredColumn(of.ops),
    ...perCallColumn(of.ops, of.unit),
  ];
  return tableView({ id: 'ops', label: 'Paravirt ops', top }, columns, of.ops, isQuiet);
}

/** The functions' own time over the three profiles. */
export function functionsView(of: Validation, top: number): TableView {
  const columns: Column<Validation['functions'][number]>[] = [
    {
      head: 'function',
      numeric: false,
      cell: (row) => ({ text: displayName(row.function), name: true }),
    },
    ...weightColumns(of.functions, of),
    ...recoveredColumn(of.functions),
  ];
  return tableView({ id: 'functions', label: 'Functions', top }, columns, of.functions, isQuiet);
}

/** Call sites over the three profiles, with their states. */
export function sitesView(of: Validation, top: number): TableView {
  const changed = new Set(of.siteLists.changed);
  const rows = of.sites.map((site, i) => ({ ...site, hasChanged: changed.has(i) }));
  const columns: Column<(typeof rows)[number]>[] = [
    {
      head: 'site',
      numeric: false,
      cell: (row) => ({ text: displayName(siteName(row)), name: true, sub: row.op }),
    },
    { head: 'state', numeric: false, cell: (row) => ({ text: stateWords(row) }) },
    {
      head: 'by chance',
      sub: 'had nothing changed',
      numeric: false,
      cell: (row) => ({
        text: row.hasChanged && row.chance !== null ? formatOdds(row.chance) : '',
      }),
    },
    ...weightColumns(rows, of),
    ...perCallColumn(rows, of.unit),
  ];
  return tableView({ id: 'sites', label: 'Call sites', top }, columns, rows, isQuiet);
}

/** Sites of one of the lists, with what tells their state. */
export function siteListView(
  of: Validation,
  list: 'stillIndirect' | 'undecided',
  top: number,
): TableView {
  const rows = of.siteLists[list].flatMap((index) => of.sites[index] ?? []);
  const columns: Column<Validation['sites'][number]>[] = [
    {
      head: 'site',
      numeric: false,
      cell: (row) => ({ text: displayName(siteName(row)), name: true, sub: row.op }),
    },
    { head: 'state', numeric: false, cell: (row) => ({ text: stateWords(row) }) },
    {
      head: 'samples that tell',
      numeric: false,
      cell: ({ votes }) => ({ text: `${votes.before} before, ${votes.after} after` }),
    },
    {
      head: 'by chance',
      sub: 'had nothing changed',
      numeric: false,
      cell: ({ chance }) => ({ text: chance === null ? '' : formatOdds(chance) }),
    },
  ];
  return tableView(
    { id: list, label: list === 'undecided' ? 'Sites not told' : 'Sites not patched', top },
    columns,
    rows,
    () => false,
  );
}

/** Ops and functions beyond noise from before to after. */
export function judgedView(of: Validation, list: 'worse' | 'better', top: number): TableView {
  const columns: Column<Validation['worse'][number]>[] = [
    { head: 'name', numeric: false, cell: (row) => ({ text: displayName(row.name), name: true }) },
    { head: 'what', numeric: false, cell: (row) => ({ text: row.kind }) },
    { head: '% of before', numeric: true, cell: percentCell },
    { head: '± 95 %', numeric: true, cell: (row) => ({ text: halfWidth(row).slice(2) }) },
  ];
  const label = list === 'worse' ? 'What got worse' : 'What got better';
  return tableView({ id: list, label, top }, columns, of[list], () => false);
}

/** The three changes, bucket by bucket; the total stands last. */
export function ledgerView(of: Validation): TableView {
  type Entry = Pick<Validation['ledger'][number], 'overhead' | 'residual' | 'change' | 'bound'> & {
    name: string;
    words: string;
  };
  const total: Entry = {
    name: 'total',
    words: 'sum of the rows above',
    overhead: of.native === null ? null : of.before,
    residual: of.native === null ? null : of.after,
    change: of.change,
    bound: null,
  };
  const rows: Entry[] = [
    ...of.ledger
      .filter((row) => row.change !== null)
      .map((row) => ({ ...row, name: row.bucket, words: BUCKET_WORDS[row.bucket] })),
    total,
  ];
  const sure = (change: Change | null, bound: Entry['bound']) =>
    change === null || change.percentInterval === null
      ? ''
      : ` ±${halfWidth(change).slice(2)} ${verdictWord(change.verdict, bound)}`;
  const column = (head: string, sub: string, pick: (row: Entry) => Change | null) => ({
    head,
    sub,
    numeric: true,
    cell: (row: Entry) => {
      const change = pick(row);
      return {
        text:
          change === null
            ? ''
            : sign(row.bound, change.delta) +
              (percentCell(change).text || '0.00') +
              sure(change, row.bound),
      };
    },
  });
  const columns: Column<Entry>[] = [
    {
      head: 'where it went',
      numeric: false,
      cell: (row) => ({ text: row.name, sub: row.words }),
    },
    ...(of.native === null
      ? []
      : [
          column('before − native', '% of native', (row) => row.overhead),
          column('after − native', '% of native', (row) => row.residual),
        ]),
    column('after − before', '% of before', (row) => row.change),
  ];
  return tableView(
    { id: 'ledger', label: 'Where it went', top: rows.length },
    columns,
    rows,
    ({ change }) => change?.verdict !== 'more' && change?.verdict !== 'less',
  );
}

/** "3 runs, 49,609 samples". */
export function runsWords({ runs }: Validation['before']): string {
  const samples = runs.reduce((sum, run) => sum + run.samples, 0);
  return `${plural(runs.length, 'run')}, ${plural(samples, 'sample')}`;
}
