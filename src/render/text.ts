/**
 * The report as plain text for a patch mail: 72 columns, ASCII, every number with what it counts and
 * how sure it is.
 */
import type { Bucket, Report } from '../report/schema.js';
import {
  fixed,
  formatChange,
  formatCount,
  formatWeight,
  plural,
  signed,
  signedShort,
  weightScale,
} from './shared/numbers.js';
import { displayName } from './shared/visible.js';

const WIDTH = 72;
const MOST_ROWS = 10;

const BUCKET_WORDS: Readonly<Record<Bucket, string>> = {
  call: 'out-of-line paravirt callees',
  site: "the sites' own bytes",
  wait: 'idle and lock waiting',
  deferred: 'spent before, with interrupts off',
  caller: 'functions that contain sites',
  elsewhere: 'kernel functions without a site',
  rest: 'all other kernel code',
  user: 'user space',
};

/** The whole report as lines of at most 72 columns, the last one ending in a newline. */
export function renderText(report: Report): string {
  const sections = [
    heading(report),
    answer(report),
    notes(report),
    ledger(report),
    ops(report),
    sites(report),
    functions(report),
    moved(report),
    provenance(report),
  ];
  return (
    sections
      .filter((section) => section.length > 0)
      .map((section) => section.map(asciiLine).join('\n'))
      .join('\n\n') + '\n'
  );
}

function heading(report: Report): string[] {
  const { base, new: other } = report;
  const simulated = report.warnings.some((w) => w.code === 'simulated');
  const lines = wrap(
    `pvflame ${report.provenance.version}: ${displayName(base.label)} (base) against ${displayName(other.label)} (new)`,
    '',
  );
  if (report.title !== null) lines.unshift(...wrap(displayName(report.title), ''));
  lines.push(...pair('kernel', base.kernel ?? 'not recorded', other.kernel ?? 'not recorded'));
  lines.push(...pair('machine', machine(base), machine(other)));
  lines.push(
    ...wrap(
      `event    ${displayName(base.event || '(unnamed)')}, weight in ${unitWords(base.unit)}${simulated ? ', SIMULATED' : ''}`,
      '         ',
    ),
  );
  const samples = (side: typeof base) =>
    `${formatCount(side.runs.reduce((sum, run) => sum + run.samples, 0))} in ${plural(side.runs.length, 'run')}`;
  lines.push(...pair('samples', samples(base), samples(other)));
  return lines;
}

function machine(side: Report['base']): string {
  const { cpu, cpusOnline } = side.recording;
  if (cpu === null) return 'not recorded';
  return displayName(cpu) + (cpusOnline === null ? '' : `, ${plural(cpusOnline, 'CPU')}`);
}

function unitWords(unit: string): string {
  return unit === 'ns' ? 'ns of timer' : unit;
}

function pair(word: string, base: string, other: string): string[] {
  const text = base === other ? `${base} on both sides` : `${base} -> ${other}`;
  return wrap(`${word.padEnd(9)}${displayName(text)}`, '         ');
}

function answer(report: Report): string[] {
  const { total, base, normalization } = report;
  const percent = total.percent === null ? '' : ` (${signedShort(total.percent)} %)`;
  const lines = wrap(
    `TOTAL    ${formatChange(total.delta, base.unit, 4)}${percent} per run: ` +
      fromTo(total.base, total.new, base.unit),
    '         ',
  );
  if (total.percentInterval === null) {
    lines.push(...wrap(`         no interval, verdict: ${total.verdict}`, '         '));
  } else {
    const [low, high] = total.percentInterval;
    lines.push(
      ...wrap(
        `         95 % interval ${signedShort(low)} % to ${signedShort(high)} %, verdict: ${total.verdict}`,
        '         ',
      ),
    );
  }
  if (normalization.mode !== 'none') {
    lines.push(
      `         new is scaled by ${normalization.factor.toPrecision(6)} (--normalize ${normalization.mode})`,
    );
  }
  return lines;
}

/** Two weights in one unit: "8.271 -> 8.414 s of timer". */
function fromTo(base: number, other: number, unit: string): string {
  const scale = weightScale(unit, Math.max(base, other), 4);
  const number = (value: number) => fixed(value / scale.divisor, scale.decimals);
  return `${number(base)} -> ${number(other)} ${scale.noun}`;
}

function notes(report: Report): string[] {
  return report.warnings.flatMap((warning) =>
    wrap(`note: ${displayName(warning.message)}`, '      '),
  );
}

function ledger(report: Report): string[] {
  const known = report.ledger.filter((row) => row.delta !== null);
  const scale = weightScale(
    report.base.unit,
    Math.max(Math.abs(report.total.delta), ...known.map((row) => Math.abs(row.delta ?? 0))),
    4,
  );
  const line = (
    name: string,
    bound: boolean,
    delta: number,
    percent: number | null,
    words: string,
  ) =>
    `  ${name.padEnd(9)} ${(bound ? '>=' : '').padStart(2)} ${signed(delta / scale.divisor, scale.decimals).padStart(10)}` +
    ` ${(percent === null ? '' : signedShort(percent)).padStart(9)}  ${words}`;
  const lines = [
    `WHERE IT WENT, new - base, in ${scale.noun} and in % of the base total`,
    ...known.map((row) =>
      line(
        row.bucket,
        report.base.timer && (row.bucket === 'call' || row.bucket === 'site'),
        row.delta ?? 0,
        row.percent,
        BUCKET_WORDS[row.bucket],
      ),
    ),
    line('total', false, report.total.delta, report.total.percent, sumWords(report)),
  ];
  const unknown = report.ledger.filter((row) => row.delta === null).map((row) => row.bucket);
  const asked = unknown.filter(
    (bucket) => bucket !== 'rest' && (bucket !== 'deferred' || report.base.timer),
  );
  if (asked.length > 0) {
    lines.push(
      ...wrap(
        `  Not known without kernel images, and part of the rows above: ${asked.join(', ')}.`,
        '  ',
      ),
    );
  }
  return lines;
}

function sumWords(report: Report): string {
  // a residue of floating point is no weight
  const size = Math.max(Math.abs(report.total.base), Math.abs(report.total.new), 1);
  return Math.abs(report.sumCheck) <= 1e-9 * size
    ? 'sum of the rows, nothing left over'
    : `the rows miss ${formatWeight(report.sumCheck, report.base.unit)}`;
}

interface WeightRow {
  base: number;
  new: number;
  change: number;
  percent: number | null;
  bound: boolean;
  name: string;
  state?: string | undefined;
}

/** A table of weights: base, new, change, percent, and the name at the end of the line. */
function table(title: string, unit: string, rows: readonly WeightRow[]): string[] {
  if (rows.length === 0) return [`${title}: none seen`];
  const shown = rows.slice(0, MOST_ROWS);
  const largest = Math.max(
    ...shown.map((row) => Math.max(row.base, row.new, Math.abs(row.change))),
  );
  const scale = weightScale(unit, largest, 4);
  const number = (value: number) => fixed(value / scale.divisor, scale.decimals);
  const cells = [
    ['base', 'new', 'change', '%'],
    ...shown.map((row) => [
      number(row.base),
      number(row.new),
      (row.bound ? '>= ' : '') + signed(row.change / scale.divisor, scale.decimals),
      row.percent === null ? '' : signedShort(row.percent),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((c) => Math.max(...cells.map((line) => (line[c] ?? '').length)));
  const heads = cells.map(
    (line) => '  ' + line.map((c, i) => c.padStart(widths[i] ?? 0)).join('  '),
  );
  const of = shown.length < rows.length ? `, ${shown.length} of ${formatCount(rows.length)}` : '';
  const lines = [...wrap(`${title}, in ${scale.noun}${of}`, '  '), heads[0] ?? ''];
  shown.forEach((row, i) => {
    const head = heads[i + 1] ?? '';
    const name =
      asciiLine(displayName(row.name)) + (row.state === undefined ? '' : ` [${row.state}]`);
    const room = WIDTH - head.length - 2;
    // a name too long for its column goes on below, under its own beginning
    const parts = breakName(name, room);
    lines.push(`${head}  ${parts[0] ?? ''}`);
    for (const part of parts.slice(1)) lines.push(' '.repeat(head.length + 4) + part);
  });
  return lines;
}

/** A name in pieces that fit a column, broken at blanks where there are any; later pieces are indented by 2. */
function breakName(name: string, room: number): string[] {
  if (name.length <= room) return [name];
  const blank = name.lastIndexOf(' ', room);
  const cut = blank > 0 ? blank : room;
  return [name.slice(0, cut), ...breakName(name.slice(cut).trimStart(), room - 2)];
}

function ops(report: Report): string[] {
  return table(
    'PARAVIRT OPS, gross weight of their callees',
    report.base.unit,
    report.ops.map((op) => ({
      base: op.base,
      new: op.new,
      change: op.extra,
      percent: op.percent,
      bound: op.bound === 'lower',
      name: op.op,
    })),
  );
}

function sites(report: Report): string[] {
  return table(
    'CALL SITES, by return address',
    report.base.unit,
    report.sites.map((site) => ({
      base: site.base,
      new: site.new,
      change: site.extra,
      percent: site.percent,
      bound: site.bound === 'lower',
      name: `${site.function}${siteOffset(site.returnOffset)} ${site.op}`,
      state: siteState(site.state),
    })),
  );
}

function siteOffset(offset: Report['sites'][number]['returnOffset']): string {
  const text = (value: number | null) => (value === null ? '-' : `+0x${value.toString(16)}`);
  return offset.base === offset.new || offset.base === null
    ? text(offset.new)
    : offset.new === null
      ? text(offset.base)
      : `${text(offset.base)}|${text(offset.new)}`;
}

function siteState(state: Report['sites'][number]['state']): string | undefined {
  const known = [state.base, state.new].some((s) => s !== null && s !== 'unknown');
  return known ? `${state.base ?? 'not seen'} -> ${state.new ?? 'not seen'}` : undefined;
}

function functions(report: Report): string[] {
  return table(
    'FUNCTIONS, own time after alignment',
    report.base.unit,
    report.functions.map((f) => ({
      base: f.base,
      new: f.new,
      change: f.delta,
      percent: f.percent,
      bound: false,
      name: f.function,
      state: f.bucket === 'rest' ? undefined : f.bucket,
    })),
  );
}

function moved(report: Report): string[] {
  const { splices, weight, gross } = report.moved;
  if (splices.length === 0) return [];
  const { unit } = report.base;
  const lines = wrap(
    `MOVED, not more or less: ${formatWeight(weight, unit)} that one build inlines and the other does not, ` +
      `or that goes by another name; the functions' changes before alignment add up to ${formatWeight(gross, unit)}`,
    '  ',
  );
  for (const splice of splices.slice(0, MOST_ROWS)) {
    const what =
      splice.reason === 'inlined'
        ? `${splice.callee} into ${splice.caller} (out of line in ${splice.side})`
        : `${splice.callee} under ${splice.caller} (renamed)`;
    lines.push(
      ...wrap(
        `  ${formatWeight(splice.weight, unit).padStart(18)}  ${displayName(what)}`,
        ' '.repeat(22),
      ),
    );
  }
  if (splices.length > MOST_ROWS) lines.push(`  and ${splices.length - MOST_ROWS} more`);
  return lines;
}

function provenance(report: Report): string[] {
  const lines = ['INPUTS'];
  for (const [word, side] of [
    ['base', report.base],
    ['new', report.new],
  ] as const) {
    for (const run of side.runs) {
      lines.push(...wrap(`  ${word.padEnd(5)}${displayName(run.path)}`, '       '));
      lines.push(`       sha256 ${run.sha256.slice(0, 32)}...`);
      for (const skip of run.skipped) {
        lines.push(
          ...wrap(
            `       skipped ${plural(skip.lines, 'line')} from line ${skip.firstLine}: ${skip.reason}`,
            '         ',
          ),
        );
      }
    }
    if (side.recording.command !== null) {
      lines.push(...wrap(`       ${displayName(side.recording.command)}`, '         '));
    }
  }
  lines.push(...wrap(`  pvflame ${report.provenance.argv.map(displayName).join(' ')}`, '    '));
  return lines;
}

/** Breaks at blanks so that no line is longer than 72; a word that is longer is broken anywhere. */
function wrap(words: string, indent: string): string[] {
  const text = asciiLine(words);
  const lines: string[] = [];
  const lead = /^ */.exec(text)?.[0] ?? '';
  let line = lead;
  let empty = true;
  for (const word of text.slice(lead.length).split(' ')) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
    while (line.length > WIDTH) {
      lines.push(line.slice(0, WIDTH));
      line = indent + line.slice(WIDTH);
    }
  }
  if (!empty) lines.push(line);
  return lines.map((l) => l.trimEnd());
}

/** Mail is ASCII: signs get their ASCII form, everything else its escape. */
function asciiLine(line: string): string {
  const plain = line
    .replaceAll('\u2212', '-')
    .replaceAll('\u00b5', 'u')
    .replaceAll('\u2026', '...')
    .replaceAll('\u2192', '->');
  return plain.replace(/[^\x20-\x7e]/gu, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`);
}
