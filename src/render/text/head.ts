import type { Report } from '../../report/schema.js';
import { anchorWords } from '../shared/anchors.js';
import { budgetLines } from '../shared/budget.js';
import {
  fixed,
  formatChange,
  formatCount,
  plural,
  signedShort,
  weightScale,
} from '../shared/numbers.js';
import { normalizationWords } from '../shared/normalization.js';
import { displayName, visibleText } from '../shared/visible.js';
import { wrap } from './layout.js';

const INDENT = ' '.repeat(9);

/** What was compared: labels, kernels, machine, event, samples. */
export function heading(report: Report): string[] {
  const { base, new: other } = report;
  const simulated = report.warnings.some((w) => w.code === 'simulated');
  const lines = wrap(
    `${displayName(base.label)} (base) against ${displayName(other.label)} (new)`,
    '',
  );
  if (report.title !== null) lines.unshift(...wrap(displayName(report.title), ''));
  lines.push(...pair('kernel', base.kernel ?? 'not recorded', other.kernel ?? 'not recorded'));
  lines.push(...pair('machine', machine(base), machine(other)));
  lines.push(
    ...wrap(
      `event    ${displayName(base.event || '(unnamed)')}, counted in ${unitWords(base.unit)}${simulated ? '; SIMULATED' : ''}`,
      INDENT,
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
  return unit === 'ns' ? 'ns of timer' : displayName(unit);
}

function pair(word: string, base: string, other: string): string[] {
  const text = base === other ? `${base} on both sides` : `${base} -> ${other}`;
  return wrap(`${word.padEnd(9)}${displayName(text)}`, INDENT);
}

/** How much, how sure, and the budget. */
export function answer(report: Report): string[] {
  const { total, base } = report;
  const percent = total.percent === null ? '' : ` (${signedShort(total.percent)} %)`;
  const lines = wrap(
    `TOTAL    ${formatChange(total.delta, base.unit, 4)}${percent} per run: ` +
      fromTo(total.base, total.new, base.unit),
    INDENT,
  );
  const sure =
    total.percentInterval === null
      ? `no interval, verdict: ${total.verdict}`
      : `95 % interval ${signedShort(total.percentInterval[0])} % to ${signedShort(total.percentInterval[1])} %, verdict: ${total.verdict}`;
  lines.push(...wrap(INDENT + sure, INDENT));
  for (const line of budgetLines(report.budget)) lines.push(...wrap(INDENT + line, `${INDENT}  `));
  const anchored = anchorWords(report);
  if (anchored !== null) lines.push(...wrap(INDENT + anchored, INDENT));
  const scaled = normalizationWords(report);
  if (scaled !== null) lines.push(...wrap(INDENT + scaled, INDENT));
  return lines;
}

/** Two weights in one unit: "8.271 -> 8.414 s of timer". */
function fromTo(base: number, other: number, unit: string): string {
  const scale = weightScale(unit, Math.max(base, other), 4);
  const number = (value: number) => fixed(value / scale.divisor, scale.decimals);
  return `${number(base)} -> ${number(other)} ${scale.noun}`;
}

/** The report's warnings, a note each. */
export function notes(report: Report): string[] {
  return report.warnings.flatMap((warning) =>
    wrap(`note: ${visibleText(warning.message)}`, '      '),
  );
}
