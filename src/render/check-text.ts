/** The document of `pvflame check` for a mail: 72 columns, ASCII, every number with what it means. */
import type { CheckReport } from '../report/check-schema.js';
import { fixed, formatCount, formatWeight, plural, weightScale } from './shared/numbers.js';
import { displayName, visibleText } from './shared/visible.js';
import { asciiLine, wrap } from './text/layout.js';

/** The noise of one kernel for a terminal or a mail: 72 columns, ASCII. */
export function renderCheckText(check: CheckReport): string {
  const sections = [
    heading(check),
    totals(check),
    check.warnings.flatMap(({ message }) => wrap(`note: ${visibleText(message)}`, '      ')),
    between(check),
    within(check),
    frames(check),
    detectable(check),
    budget(check),
  ];
  return (
    sections
      .filter((section) => section.length > 0)
      .map((section) => section.map(asciiLine).join('\n'))
      .join('\n\n') + '\n'
  );
}

const paragraph = (text: string): string[] => wrap(`  ${text}`, '  ');

/** Three digits of a percentage, without an exponent. */
function percent(value: number): string {
  if (value === 0) return '0 %';
  return `${fixed(value, value >= 10 ? 1 : value >= 1 ? 2 : 3)} %`;
}

function heading({ kernel, recording, event, unit, provenance }: CheckReport): string[] {
  const { cpu, cpusOnline, hostname } = recording;
  const line = (word: string, text: string) =>
    wrap(`${word.padEnd(9)}${displayName(text)}`, ' '.repeat(9));
  return [
    ...wrap(`pvflame ${provenance.version} check: how much runs of one kernel differ`, ''),
    ...line('kernel', [kernel ?? 'not recorded', hostname ?? ''].filter(Boolean).join(', ')),
    ...line(
      'machine',
      cpu === null
        ? 'not recorded'
        : cpu + (cpusOnline === null ? '' : `, ${plural(cpusOnline, 'CPU')}`),
    ),
    ...line('event', `${event || '(unnamed)'}, counted in ${unit === 'ns' ? 'ns of timer' : unit}`),
  ];
}

function totals({ runs, boots, unit, total }: CheckReport): string[] {
  const scale = weightScale(unit, Math.max(...runs.map((run) => run.weight)), 5);
  const cells = runs.map((run) => [
    fixed(run.weight / scale.divisor, scale.decimals),
    formatCount(run.samples),
    String(run.boot + 1),
  ]);
  const head = [scale.noun, 'samples', 'boot'];
  const widths = head.map((word, i) =>
    Math.max(word.length, ...cells.map((line) => line[i]?.length ?? 0)),
  );
  const row = (line: readonly string[], name: string) =>
    wrap(
      `  ${line.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  ')}  ${displayName(name)}`,
      ' '.repeat(8),
    );
  return [
    ...wrap(
      `TOTAL    ${formatWeight(total.mean, unit, 4)}, mean of ${plural(boots, 'boot')} in ${plural(runs.length, 'run')}`,
      ' '.repeat(9),
    ),
    ...row(head, 'run'),
    ...runs.flatMap((run, i) => row(cells[i] ?? [], run.path)),
  ];
}

function between({ total, boots }: CheckReport): string[] {
  const { spread } = total;
  if (spread === null) return ['BETWEEN BOOTS: not known'];
  const [low, high] = spread.interval;
  return [
    'BETWEEN BOOTS',
    ...paragraph(
      `The total's standard deviation is ${percent(spread.percent)} of the mean. From ${plural(boots, 'boot')} that is ` +
        `itself uncertain: 95 % interval ${percent(low)} to ${percent(high)} (chi-square, ` +
        `${plural(spread.df, 'degree')} of freedom).`,
    ),
  ];
}

function within({ within: found }: CheckReport): string[] {
  if (found === null)
    return wrap('WITHIN A RUN: not known (too few samples, or their order is lost)', '  ');
  const [low, high] = found.interval;
  const ratio = (value: number) => fixed(value, 2);
  return [
    'WITHIN A RUN',
    ...paragraph(
      `Samples are ${ratio(found.dispersion)} times as noisy (variance) as independent ones; 95 % interval ` +
        `${ratio(low)} to ${ratio(high)}, from ${plural(found.pairs, 'pair')} of neighbouring batches. 1 is the least that is possible.`,
    ),
    ...(found.weights > 1.005
      ? paragraph(`Unequal periods multiply this by ${ratio(found.weights)}.`)
      : []),
  ];
}

function frames({ frames: { runs, boots } }: CheckReport): string[] {
  const share = (value: number) => percent(100 * value).padStart(8);
  const any = (n: number, of: number) => (of === 1 ? '' : `, any in ${n} of ${of} comparisons`);
  return [
    'FRAMES COLOURED THOUGH NOTHING CHANGED',
    ...paragraph(
      `Run against run (${plural(runs.comparisons, 'comparison')}, ${formatCount(Math.round(runs.frames))} frames):`,
    ),
    ...wrap(`  ${share(runs.anyChange)}  by a differ that colours any change`, ' '.repeat(12)),
    ...wrap(
      `  ${share(runs.pvflame.share)}  by pvflame, one run a side${any(runs.pvflame.any, runs.comparisons)}`,
      ' '.repeat(12),
    ),
    ...(boots === null
      ? paragraph('Repeated boots against each other: that takes four boots.')
      : [
          ...paragraph(
            `${boots.a} boots against ${boots.b} (${plural(boots.comparisons, 'comparison')}, ${formatCount(Math.round(boots.frames))} frames):`,
          ),
          ...wrap(
            `  ${share(boots.pvflame.share)}  by pvflame, repeated runs${any(boots.pvflame.any, boots.comparisons)}`,
            ' '.repeat(12),
          ),
        ]),
  ];
}

function detectable({ detectable: effect, statistics }: CheckReport): string[] {
  if (effect === null) return ['DETECTABLE CHANGE OF THE TOTAL: not known'];
  const [low, high] = effect.interval;
  return [
    'DETECTABLE CHANGE OF THE TOTAL',
    ...paragraph(
      `${percent(effect.percent)} or more, with ${plural(effect.runs, 'boot')} a side like these: such a change is found in ` +
        `${100 * statistics.power} % of comparisons, at the ${100 * statistics.alpha} % level. The spread's interval ` +
        `makes it ${percent(low)} to ${percent(high)}. Smaller ones are not excluded by a verdict "within noise".`,
    ),
  ];
}

function budget({ budget: needs, timer }: CheckReport): string[] {
  if (needs === null) return [];
  const boots = (n: number | null) => (n === null ? 'over 1,000' : formatCount(n));
  const lines = [`BUDGET ${needs.limit} %, what it takes to see a change of that size`];
  if (needs.limit === 0)
    return [...lines, ...paragraph('No number of boots shows a change of nothing.')];
  lines.push(
    ...paragraph(
      needs.boots === null
        ? 'The total: not known, since the spread between boots is not.'
        : `The total: ${boots(needs.boots.needed)} boots a side; for the ends of the spread's interval ` +
            `${boots(needs.boots.interval[0])} to ${boots(needs.boots.interval[1])}.`,
    ),
  );
  if (timer)
    lines.push(...paragraph('An op: on a timer event no budget below the total is decided.'));
  else if (needs.samples !== null) {
    const { alone, among, rows } = needs.samples;
    lines.push(
      ...paragraph(
        `An op of that size that only new has: ${formatCount(alone)} samples a side, all runs together, if it is the only ` +
          `row tested, ${formatCount(among)} among ${plural(rows, 'row')}. That is sampling noise alone: what ` +
          'boots differ by comes on top.',
      ),
    );
  }
  return lines;
}
