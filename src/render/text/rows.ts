import type { Report } from '../../report/schema.js';
import { formatWeight, fixed, weightScale } from '../shared/numbers.js';
import { unweighed } from '../shared/limits.js';
import { displayName } from '../shared/visible.js';
import { wrap } from './layout.js';
import { table, type WeightRow } from './table.js';

const MOST_MOVED = 5;

type Common = Pick<
  Report['ops'][number],
  'base' | 'new' | 'percent' | 'percentInterval' | 'verdict' | 'samples'
>;
const common = (row: Common): Omit<WeightRow, 'change' | 'bound' | 'name'> => ({
  base: row.base,
  new: row.new,
  percent: row.percent,
  percentInterval: row.percentInterval,
  verdict: row.verdict,
  samples: row.samples,
});

/** The ops with what they weigh. */
export function ops(report: Report): string[] {
  return table(
    report.images === null
      ? 'PARAVIRT OPS, their callees'
      : 'PARAVIRT OPS, their sites and callees',
    report.base.unit,
    report.ops,
    (op) => op.extra,
    (op) => ({ ...common(op), change: op.extra, bound: op.bound, name: op.op }),
  );
}

/** The call sites: by their offsets in an image, else by where their callees return to. */
export function sites(report: Report): string[] {
  const byReturn = report.images === null;
  return table(
    byReturn ? 'CALL SITES, by return address' : 'CALL SITES',
    report.base.unit,
    report.sites,
    (site) => site.extra,
    (site) => {
      const state = siteState(site.state, byReturn ? 'not seen' : 'no site');
      return {
        ...common(site),
        change: site.extra,
        bound: site.bound,
        name: site.function + siteOffset(byReturn ? site.returnOffset : site.offset),
        below: [site.op, state, unweighed(report, site)]
          .filter((part) => part !== undefined)
          .join(', '),
      };
    },
  );
}

/** Where in its function a site is, both sides apart where they differ. */
export function siteOffset(offset: Report['sites'][number]['returnOffset']): string {
  const text = (value: number | null) => (value === null ? '' : `+0x${value.toString(16)}`);
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

/** The functions' own time. */
export function functions(report: Report): string[] {
  return table(
    'FUNCTIONS, own time, builds lined up',
    report.base.unit,
    report.functions,
    (f) => f.delta,
    (f) => ({
      ...common(f),
      change: f.delta,
      bound: null,
      name: f.function + (f.bucket === 'rest' ? '' : ` [${f.bucket}]`),
    }),
  );
}

/** What one build inlines and the other does not: it cancels, and is neither more nor less. */
export function moved(report: Report): string[] {
  const { splices, weight, gross } = report.moved;
  if (splices.length === 0) return [];
  const { unit } = report.base;
  const shown = splices.slice(0, MOST_MOVED);
  const scale = weightScale(unit, Math.max(...shown.map((s) => s.weight)), 3);
  const number = (value: number) => fixed(value / scale.divisor, scale.decimals);
  const width = Math.max(...shown.map((s) => number(s.weight).length));
  const lines = wrap(
    `MOVED, neither more nor less: ${formatWeight(weight, unit)} that one build inlines and the other ` +
      `does not, or that goes by another name, of ${formatWeight(gross, unit)} by which functions ` +
      `differ as built; in ${scale.noun}`,
    '  ',
  );
  for (const splice of shown) {
    const what =
      splice.reason === 'inlined'
        ? `${splice.callee} into ${splice.caller} (own function in ${splice.side})`
        : `${splice.callee} under ${splice.caller} (renamed)`;
    lines.push(
      ...wrap(
        `  ${number(splice.weight).padStart(width)}  ${displayName(what)}`,
        ' '.repeat(width + 6),
      ),
    );
  }
  const more = splices.length - shown.length;
  return more === 0 ? lines : [...lines, `  ${' '.repeat(width)}  and ${more} more`];
}
