/**
 * The report as plain text for a patch mail: 72 columns, ASCII, every number with what it counts and
 * how sure it is.
 */
import { SITE_STATES, type Bucket, type Report } from '../report/schema.js';
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
import { budgetLines } from './shared/budget.js';
import { intervalNote } from './shared/noise.js';
import { displayName } from './shared/visible.js';
import { asciiLine, wrap } from './text-layout.js';
import { boundSign, halfWidth, MOST_ROWS, table, verdictMark, type Bound } from './text-table.js';

const BUCKET_WORDS: Readonly<Record<Bucket, string>> = {
  call: 'out-of-line paravirt callees',
  site: "the sites' own bytes",
  wait: 'idle and lock waiting',
  deferred: 'spent before, interrupts off',
  caller: 'functions that contain sites',
  elsewhere: 'kernel code without a site',
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
    patching(report),
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
  for (const line of budgetLines(report.budget))
    lines.push(...wrap(`         ${line}`, '           '));
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
  const tested = isTested(report);
  const line = (
    name: string,
    bound: Bound,
    change: number,
    percent: number | null,
    words: string,
    sure: { half: string; mark: string } = { half: '', mark: '' },
  ) =>
    `  ${name.padEnd(9)} ${boundSign(bound, change).padStart(2)} ${signed(change / scale.divisor, scale.decimals).padStart(9)}` +
    ` ${(percent === null ? '' : signedShort(percent)).padStart(8)}` +
    (tested
      ? ` ${(sure.half === '' ? '' : `+-${sure.half}`).padStart(7)} ${sure.mark || ' '}`
      : '') +
    ` ${words}`;
  const lines = wrap(
    `WHERE IT WENT, new - base, in ${scale.noun} and in % of the base total`,
    '  ',
  );
  const named = known.filter((row) => row.bucket === 'call' || row.bucket === 'site');
  if (named.length > 1) {
    const net = named.reduce((sum, row) => sum + (row.delta ?? 0), 0);
    const share = named.reduce((sum, row) => sum + (row.percent ?? 0), 0);
    const bound = named[0]?.bound ?? null;
    lines.push(line('(net)', bound, net, share, 'call + site, what is named'));
  }
  for (const row of known) {
    lines.push(
      line(
        row.bucket,
        row.bound,
        row.delta ?? 0,
        row.percent,
        BUCKET_WORDS[row.bucket],
        sureOf(row),
      ),
    );
  }
  lines.push(
    line(
      'total',
      null,
      report.total.delta,
      report.total.percent,
      sumWords(report),
      sureOf(report.total),
    ),
  );
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
  lines.push(...windowLines(report), ...boundLines(report));
  if (tested) {
    lines.push(
      ...wrap(
        `  +- half of the 95 % interval${intervalNote(report)}; * more or less, ~ within noise, ? too little data.`,
        '  ',
      ),
      ...wrap(`  ${report.statistics.method}.`, '  '),
    );
  }
  return lines;
}

const sureOf = (row: Pick<Report['total'], 'percent' | 'percentInterval' | 'verdict'>) => ({
  half: halfWidth(row),
  mark: verdictMark(row.verdict),
});

/** Only a tested report has the columns. */
const isTested = (report: Report) =>
  [report.total, ...report.ledger].some((row) => row.percentInterval !== null);
const sureIn = (report: Report, row: Parameters<typeof sureOf>[0]) =>
  isTested(report) ? sureOf(row) : undefined;

const WINDOW_WORDS = {
  'own-bytes': "a site's weight is that of its own bytes (precise event)",
  near: "a site's weight is that of the 16 bytes from its start (the event skids)",
  timer: "a site's weight is that of its own bytes, irq sites left out (timer)",
} as const;

function windowLines(report: Report): string[] {
  const { siteWindow } = report;
  if (siteWindow === null) return [];
  const change = (value: number) => formatChange(value, report.base.unit);
  return wrap(
    `  ${WINDOW_WORDS[siteWindow.rule]}; with half the window site changes by ${change(siteWindow.half)}, ` +
      `with double by ${change(siteWindow.double)}.`,
    '  ',
  );
}

function boundLines(report: Report): string[] {
  const bounds = new Set([...report.ledger, ...report.ops].map((row) => row.bound));
  const lines: string[] = [];
  if (bounds.has('lower'))
    lines.push(
      ...wrap(
        '  >= and, of a fall, <=: at least so much. A timer does not see what runs with interrupts off, so that no such row is called less.',
        '  ',
      ),
    );
  if (bounds.has('at-most')) {
    lines.push(
      ...wrap(
        '  <= of a rise: at most so much. Base did the same work inline, where it cannot be told from other code.',
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
    ? 'nothing left over'
    : `rows miss ${formatWeight(report.sumCheck, report.base.unit)}`;
}

function ops(report: Report): string[] {
  return table(
    report.images === null
      ? 'PARAVIRT OPS, gross weight of their callees'
      : 'PARAVIRT OPS, gross weight of their sites and callees',
    report.base.unit,
    report.ops.map((op) => ({
      base: op.base,
      new: op.new,
      change: op.extra,
      percent: op.percent,
      sure: sureIn(report, op),
      bound: op.bound,
      name: op.op,
    })),
  );
}

function sites(report: Report): string[] {
  return table(
    report.images === null ? 'CALL SITES, by return address' : 'CALL SITES',
    report.base.unit,
    report.sites.map((site) => ({
      base: site.base,
      new: site.new,
      change: site.extra,
      percent: site.percent,
      sure: sureIn(report, site),
      bound: site.bound,
      name: `${site.function}${siteOffset(report.images === null ? site.returnOffset : site.offset)} ${site.op}`,
      state: siteState(site.state, report.images === null ? 'not seen' : 'no site'),
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

function siteState(state: Report['sites'][number]['state'], absent: string): string | undefined {
  const known = [state.base, state.new].some((s) => s !== null && s !== 'unknown');
  return known ? `${state.base ?? absent} -> ${state.new ?? absent}` : undefined;
}

/** What boot-time patching made of the sites, as far as samples show it. */
function patching(report: Report): string[] {
  const { base, new: other, changed } = report.patching;
  if (report.images === null && changed.length === 0) return [];
  const count = (side: typeof base) =>
    SITE_STATES.filter((state) => side[state].sites > 0)
      .map((state) => `${side[state].sites} ${state}`)
      .join(', ') || 'none';
  const lines = [
    'PATCHING, state of the sites that samples show',
    ...wrap(`  base  ${count(base)}`, '        '),
    ...wrap(`  new   ${count(other)}`, '        '),
    `  ${plural(changed.length, 'site')} changed:`,
  ];
  const shown = changed.slice(0, MOST_ROWS);
  for (const index of shown) {
    const site = report.sites[index];
    if (site === undefined) continue;
    const offset = siteOffset(report.images === null ? site.returnOffset : site.offset);
    const chance = site.chance === null ? '' : `, chance ${site.chance.toPrecision(2)}`;
    lines.push(
      ...wrap(`  ${displayName(site.function)}${offset} ${site.op}`, '    '),
      ...wrap(
        `      ${site.state.base} -> ${site.state.new}; ${site.votes.base} and ${plural(site.votes.new, 'sample')} tell${chance}`,
        '      ',
      ),
    );
  }
  if (changed.length > shown.length) lines.push(`  and ${changed.length - shown.length} more`);
  if (report.images !== null && changed.length > 0) {
    lines.push(...wrap('  chance: of samples that tell so much had nothing changed', '  '));
  }
  return lines;
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
      sure: sureIn(report, f),
      bound: null,
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
  if (report.images !== null) {
    for (const side of ['base', 'new'] as const) {
      const image = report.images[side];
      const id = image.buildId === null ? '' : `, build id ${image.buildId.slice(0, 16)}`;
      lines.push(
        ...wrap(
          `  ${side.padEnd(5)}${displayName(image.name)}: ${plural(image.sites, 'site')}, ` +
            `${(100 * image.agreement).toFixed(1)} % of the kernel addresses agree${id}`,
          '       ',
        ),
      );
    }
  }
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
