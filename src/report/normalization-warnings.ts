import { mean, type Comparison, type Side } from '../compare/index.js';
import type { Warning, WarningInput } from './warnings.js';

/** Totals apart by more than this factor are hardly of the same work. */
const UNLIKE = 1.5;
/** Share of user space that may shift between its functions before it is no yardstick; noise comes on top. */
const SHIFT = 0.1;

/** Where the way that the sides were made comparable looks wrong. */
export function normalizationWarnings(input: WarningInput): Warning[] {
  const { comparison, kernelOnly } = input;
  const { mode } = comparison.normalization;
  const warnings: Warning[] = [];
  if (mode === 'none') warnings.push(...sameDuration(input), ...unlikeTotals(comparison));
  if (comparison.timer && (mode === 'user' || kernelOnly)) {
    warnings.push({
      code: 'normalization',
      message:
        `${mode === 'user' ? '--normalize user' : '--kernel-only'} inherits the timer's bias: ` +
        "time with interrupts off partly shows on user space's first instruction",
    });
  }
  if (mode === 'total') {
    warnings.push({
      code: 'normalization',
      message: 'totals were made equal (--normalize total): an overhead spread evenly cannot show',
    });
  }
  if (mode === 'user') warnings.push(...changedUser(input));
  return warnings;
}

function sameDuration({ base, new: other }: WarningInput): Warning[] {
  const seconds = [base, other].flatMap((side) => side.profile.runs.map((run) => run.duration));
  const whole = new Set(seconds.map((s) => (s === null || !isWhole(s) ? null : Math.round(s))));
  if (whole.size !== 1 || whole.has(null)) return [];
  return [
    {
      code: 'same-duration',
      message:
        'both recordings last the same whole number of seconds: if a clock ended them, the totals ' +
        'say how busy the machine was, not what the work cost; see --normalize',
    },
  ];
}

function isWhole(seconds: number): boolean {
  return seconds > 0.9 && Math.abs(seconds - Math.round(seconds)) < 0.02;
}

function unlikeTotals({ total }: Comparison): Warning[] {
  const [base, other] = [mean(total.base), mean(total.new)];
  if (base <= 0 || other <= 0) return [];
  const factor = Math.max(base, other) / Math.min(base, other);
  if (factor <= UNLIKE) return [];
  return [
    {
      code: 'unlike-totals',
      message:
        `the totals differ by a factor of ${factor.toFixed(1)}: compared as recorded, that counts as overhead, ` +
        'and is one only where both sides did the same work; see --normalize',
    },
  ];
}

/** User space can only be a yardstick where it did the same on both sides. */
function changedUser({ base, new: other }: WarningInput): Warning[] {
  const [b, n] = [userFunctions(base), userFunctions(other)];
  let moved = 0;
  let noise = 0;
  for (const name of new Set([...b.shares.keys(), ...n.shares.keys()])) {
    const [p, q] = [b.shares.get(name) ?? 0, n.shares.get(name) ?? 0];
    moved += Math.abs(p - q) / 2;
    noise += Math.sqrt((p + q) / 2 / b.samples + (p + q) / 2 / n.samples) / 2;
  }
  if (moved <= SHIFT + noise) return [];
  return [
    {
      code: 'user-changed',
      message:
        `${(100 * moved).toFixed(0)} % of user space moved between its functions: it did not do the same on both ` +
        'sides, and is no yardstick (--normalize user)',
    },
  ];
}

function userFunctions({ profile, facts, columns }: Side) {
  const weights = new Map<string, number>();
  let [total, samples] = [0, 0];
  for (const column of columns) {
    for (let node = 0; node < (column?.length ?? 0); node++) {
      const frame = profile.stacks.key(node);
      if (frame < 0 || facts.kind[frame] !== 'user') continue;
      const weight = column?.weight(node) ?? 0;
      const name = `${facts.name[frame] ?? ''}\0${facts.dso[frame] ?? ''}`;
      weights.set(name, (weights.get(name) ?? 0) + weight);
      total += weight;
      samples += column?.count(node) ?? 0;
    }
  }
  const shares = new Map([...weights].map(([name, weight]) => [name, weight / (total || 1)]));
  return { shares, samples: samples || 1 };
}
