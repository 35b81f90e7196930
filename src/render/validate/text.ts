/** A fix as plain text for its commit message: 72 columns, ASCII; worse as prominent as better. */
import type { Validation } from '../../report/validate-schema.js';
import { budgetLines } from '../shared/budget.js';
import { changedWords } from '../shared/changed-sites.js';
import { shellWord } from '../shared/limits.js';
import {
  formatChange,
  formatCount,
  formatOdds,
  formatWeight,
  plural,
  signedShort,
} from '../shared/numbers.js';
import { displayName } from '../shared/visible.js';
import { asciiLine, wrap } from '../text/layout.js';
import { halfWidth, verdictWord } from '../text/table.js';
import { table, type Row } from './text-table.js';
import {
  recoveredShort,
  recoveredWords,
  referenceOf,
  siteName,
  stateWords,
  warningWords,
} from './words.js';

/** Buckets in the few words that a table of three profiles has room for. */
const SHORT_WORDS: Readonly<Record<Validation['ledger'][number]['bucket'], string>> = {
  call: 'callees',
  site: "sites' own bytes",
  wait: 'idle, lock waiting',
  deferred: 'interrupts off',
  caller: 'around the sites',
  elsewhere: 'kernel, no site',
  rest: 'all other kernel',
  user: 'user space',
};

/** The longest list of one kind; the rest is counted. */
const MOST = 5;
const INDENT = ' '.repeat(9);

/** The whole document as lines of at most 72 columns, the last one ending in a newline. */
export function renderValidationText(of: Validation): string {
  const sections = [
    heading(of),
    answer(of),
    of.warnings.flatMap((warning) => wrap(`note: ${displayName(warningWords(warning))}`, '      ')),
    judged('GOT WORSE', of.worse, of),
    judged('GOT BETTER', of.better, of),
    moved(of),
    ledger(of),
    ops(of),
    sites(of),
    stillIndirect(of),
    undecided(of),
    functions(of),
    readingNotes(of),
    inputs(of),
  ];
  return (
    sections
      .filter((section) => section.length > 0)
      .map((section) => section.map(asciiLine).join('\n'))
      .join('\n\n') + '\n'
  );
}

function heading(of: Validation): string[] {
  const lines = of.title === null ? [] : wrap(displayName(of.title), '');
  for (const name of ['native', 'before', 'after'] as const) {
    const profile = of[name];
    if (profile === null) continue;
    const samples = profile.runs.reduce((sum, run) => sum + run.samples, 0);
    const label = profile.label === name ? '' : `${displayName(profile.label)}, `;
    lines.push(
      ...wrap(
        `${name.padEnd(9)}${label}${displayName(profile.kernel ?? 'kernel not recorded')}: ` +
          `${formatCount(samples)} samples in ${plural(profile.runs.length, 'run')}`,
        INDENT,
      ),
    );
  }
  const unit = of.unit === 'ns' ? 'ns of timer' : displayName(of.unit);
  return [
    ...lines,
    ...wrap(`event    ${displayName(of.event || '(unnamed)')}, counted in ${unit}`, INDENT),
  ];
}

function answer(of: Validation): string[] {
  const lines =
    of.recovered === null
      ? wrap('RECOVERED cannot be said without --native: what follows is after - before', '  ')
      : wrap(`RECOVERED ${recoveredWords(of.recovered)}`, '  ');
  const line = (what: string, change: Validation['change']) => {
    const percent = change.percent === null ? '' : ` (${signedShort(change.percent)} %)`;
    const [low, high] = change.percentInterval ?? [null, null];
    const sure = low === null ? 'no interval' : `${signedShort(low)} % to ${signedShort(high)} %`;
    return wrap(
      `  ${what.padEnd(16)} ${formatChange(change.delta, of.unit, 4)}${percent}, ${sure}: ${change.verdict}`,
      ' '.repeat(19),
    );
  };
  if (of.native !== null) {
    lines.push(...line('before - native', of.before));
    lines.push(...line('after - native', of.after));
  }
  lines.push(...line('after - before', of.change));
  for (const words of budgetLines(of.budget))
    lines.push(...wrap(`  ${of.native === null ? 'after' : 'residual'} ${words}`, '    '));
  return lines;
}

/** Ops and functions beyond noise between before and after. */
function judged(title: string, rows: Validation['worse'], of: Validation): string[] {
  // on a timer ops and sites are never called less, however much they fell
  const but = of.timer && title === 'GOT BETTER' ? ' that can be named (timer event)' : '';
  if (rows.length === 0)
    return wrap(`${title} beyond noise, before to after: no op or function${but}`, '  ');
  const shown = rows.slice(0, MOST);
  const lines = wrap(`${title} beyond noise, after - before, in % of before`, '  ');
  for (const row of shown) {
    const percent = row.percent === null ? '' : signedShort(row.percent);
    const number = `${percent.padStart(8)} ${halfWidth(row).padStart(7)}`;
    lines.push(
      ...wrap(`  ${number}  ${row.kind} ${displayName(row.name)}`, ' '.repeat(number.length + 6)),
    );
  }
  const rest = rows.slice(MOST);
  const sum = rest.reduce((all, row) => all + row.delta, 0);
  if (rest.length > 0)
    lines.push(...wrap(`  and ${rest.length} more, ${formatChange(sum, of.unit)} together`, '  '));
  return lines;
}

function moved({ moved: { weight, less, more }, unit }: Validation): string[] {
  if (weight === 0) return [];
  return wrap(
    `MOVED: of ${formatWeight(less, unit)} that ops and functions lost, ${formatWeight(weight, unit)} ` +
      `turned up in others (they gained ${formatWeight(more, unit)}): not won back.`,
    '  ',
  );
}

function ledger(of: Validation): string[] {
  const known = of.ledger.filter((row) => row.change !== null);
  const reference = referenceOf(of);
  const cell = (change: Validation['ledger'][number]['change']) =>
    change === null || change.percent === null ? '' : signedShort(change.percent);
  const line = (
    name: string,
    row: Pick<Validation['ledger'][number], 'overhead' | 'residual' | 'change' | 'bound'>,
    words: string,
  ) => {
    const { change } = row;
    const columns = [
      ...(of.native === null
        ? []
        : [cell(row.overhead).padStart(8), cell(row.residual).padStart(8)]),
      cell(change).padStart(8),
      (change === null ? '' : halfWidth(change)).padStart(7),
      change === null || change.percentInterval === null
        ? '     '
        : verdictWord(change.verdict, row.bound).padEnd(5),
    ];
    return `  ${name.padEnd(9)} ${columns.join(' ')} ${words}`.trimEnd();
  };
  const head =
    `  ${''.padEnd(9)} ` +
    (of.native === null ? '' : `${'before'.padStart(8)} ${'after'.padStart(8)} `) +
    `${'change'.padStart(8)} ${'+-'.padStart(7)}`;
  return [
    ...wrap(
      of.native === null
        ? 'WHERE IT WENT, after - before in % of before'
        : 'WHERE IT WENT, before and after against native in % of native; change is after - before in % of before',
      '  ',
    ),
    head,
    ...known.map((row) => line(row.bucket, row, SHORT_WORDS[row.bucket])),
    line(
      'total',
      {
        overhead: of.native === null ? null : of.before,
        residual: of.native === null ? null : of.after,
        change: of.change,
        bound: null,
      },
      reference === 'native' ? '' : 'after - before',
    ),
  ];
}

const common = (
  row: Validation['ops'][number] | Validation['functions'][number] | Validation['sites'][number],
): Omit<Row, 'name'> => ({
  native: row.native,
  before: row.before,
  after: row.after,
  change: row.change,
  bound: row.bound,
  samples: row.samples.before + row.samples.after + (row.samples.native ?? 0),
});

const perCall = (row: { perCall: Validation['ops'][number]['perCall'] }, unit: string) =>
  row.perCall === null
    ? undefined
    : `a call: ${formatWeight(row.perCall.before, unit)} -> ${formatWeight(row.perCall.after, unit)}`;

const below = (...parts: (string | undefined)[]) =>
  parts.filter((part) => part !== undefined).join('; ') || undefined;

function ops(of: Validation): string[] {
  return table(
    'PARAVIRT OPS',
    of.unit,
    of.ops.map((op) => ({
      ...common(op),
      name: op.op,
      below: below(
        op.recovered === null ? undefined : recoveredShort(op.recovered),
        perCall(op, of.unit),
      ),
    })),
  );
}

function sites(of: Validation): string[] {
  const { changed } = of.siteLists;
  const rows = of.sites.map((site, i) => ({
    ...common(site),
    name: siteName(site),
    below: below(
      `${site.op}, ${stateWords(site)}` +
        (changed.includes(i) && site.chance !== null
          ? `, by chance ${formatOdds(site.chance)}`
          : ''),
      perCall(site, of.unit),
    ),
  }));
  const moved = changed.flatMap((index) => of.sites[index] ?? []);
  const lines = table('CALL SITES', of.unit, rows);
  return of.sites.length === 0
    ? lines
    : [...lines, ...wrap(`  Of ${plural(of.sites.length, 'site')} ${changedWords(moved)}.`, '  ')];
}

function siteList(
  title: string,
  of: Validation,
  indexes: readonly number[],
  words: (site: Validation['sites'][number]) => string,
): string[] {
  if (of.sites.length === 0) return [];
  if (indexes.length === 0) return [`${title}: none`];
  const lines = wrap(`${title}: ${formatCount(indexes.length)}`, '  ');
  for (const index of indexes.slice(0, MOST)) {
    const site = of.sites[index];
    if (site === undefined) continue;
    lines.push(...wrap(`  ${displayName(siteName(site))} ${site.op}`, '      '));
    lines.push(...wrap(`      ${words(site)}`, '      '));
  }
  if (indexes.length > MOST) lines.push(`  and ${indexes.length - MOST} more (all with -f json)`);
  return lines;
}

function stillIndirect(of: Validation): string[] {
  return siteList(
    'NOT PATCHED, sites seen to call through the table after the fix',
    of,
    of.siteLists.stillIndirect,
    (site) => `${stateWords(site)}; told by ${plural(site.votes.after, 'sample')} after`,
  );
}

function undecided(of: Validation): string[] {
  return siteList(
    'NOT SAMPLED ENOUGH TO TELL, or in no state that samples tell',
    of,
    of.siteLists.undecided,
    (site) =>
      `${stateWords(site)}; told by ${site.votes.before} and ${plural(site.votes.after, 'sample')}` +
      (site.chance === null ? '' : `; as one-sided by chance ${formatOdds(site.chance)}`),
  );
}

function functions(of: Validation): string[] {
  return table(
    'FUNCTIONS, own time, builds lined up',
    of.unit,
    of.functions.map((row) => ({
      ...common(row),
      name: row.function,
      below: row.recovered === null ? undefined : recoveredShort(row.recovered),
    })),
  );
}

function readingNotes(of: Validation): string[] {
  return [
    ...((of.recovered?.interval ?? null) === null
      ? []
      : wrap(
          'The share is (before - after) / (before - native); its interval is the set of shares that ' +
            'the three noisy totals do not rule out (Fieller).',
          '  ',
        )),
    ...wrap(
      '+- is the wider side of the 95 % interval of after - before; noise: within it, or too likely by chance ' +
        'among so many rows; few: too little data; -: not judged.',
      '  ',
    ),
    ...(of.timer
      ? wrap(
          'A timer event: rows of ops and sites are lower bounds, so that no share of them is given ' +
            'as recovered, and none is called less.',
          '  ',
        )
      : []),
  ];
}

function inputs(of: Validation): string[] {
  const lines = ['INPUTS, each with its SHA-256'];
  for (const name of ['native', 'before', 'after'] as const) {
    for (const run of of[name]?.runs ?? []) {
      lines.push(...wrap(`  ${name.padEnd(6)} ${displayName(run.path)}`, '         '));
      lines.push(`    ${run.sha256}`);
      for (const skip of run.skipped)
        lines.push(
          ...wrap(
            `    skipped ${plural(skip.lines, 'line')}, the first is ${skip.firstLine}: ${displayName(skip.reason)}`,
            '      ',
          ),
        );
    }
  }
  const { tool, version, argv } = of.provenance;
  const words = [tool, ...argv].map((word) => shellWord(word, displayName));
  return [...lines, `MADE BY ${tool} ${version}:`, ...wrap(`  ${words.join(' ')}`, '    ')];
}
