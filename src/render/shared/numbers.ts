/** Numbers for people: thousands separated, explicit signs, a noun after every weight. */

const MINUS = '\u2212';

function group(digits: string): string {
  if (digits.length <= 3) return digits;
  const [whole = '', fraction] = digits.split('.');
  if (whole.length <= 3) return digits;
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** `value` with fixed decimals, thousands separated, U+2212 as minus; never "-0". */
export function fixed(value: number, decimals: number): string {
  const digits = Math.abs(value).toFixed(decimals);
  const text = group(digits);
  return value < 0 && /[1-9]/.test(digits) ? MINUS + text : text;
}

/** As `fixed`, but with + before what is above zero: for changes. */
export function signed(value: number, decimals: number): string {
  if (value === 0) return fixed(0, decimals);
  const text = group(Math.abs(value).toFixed(decimals));
  return (value > 0 ? '+' : MINUS) + text;
}

/** A count of things. */
export function formatCount(value: number): string {
  return fixed(value, 0);
}

/** "1 run", "3 runs". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`;
}

/** How a group of weights is written: divided by `divisor`, `decimals` digits, then `noun`. */
export interface WeightScale {
  readonly divisor: number;
  readonly decimals: number;
  readonly noun: string;
}

const TIME: readonly (readonly [number, string])[] = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
  [1, 'ns'],
];
const PLAIN: readonly (readonly [number, string])[] = [
  [1e12, 'T '],
  [1e9, 'G '],
  [1e6, 'M '],
  [1, ''],
];

/**
 * The scale for weights of `unit` of which `largest` is the largest: `digits` significant digits
 * for that one. A table takes one scale for all its cells, so that they can be compared by eye.
 */
export function weightScale(unit: string, largest: number, digits = 3): WeightScale {
  const size = Number.isFinite(largest) ? Math.abs(largest) : 0;
  const steps = unit === 'ns' ? TIME : PLAIN;
  const [divisor, prefix] = steps.find(([step]) => size >= step) ?? [1, unit === 'ns' ? 'ns' : ''];
  const scaled = size / divisor;
  const magnitude = scaled < 1 ? 0 : Math.floor(Math.log10(scaled));
  const whole = divisor === 1 && Number.isInteger(size);
  const decimals = whole ? 0 : Math.max(0, digits - 1 - magnitude);
  return { divisor, decimals, noun: unit === 'ns' ? `${prefix} of timer` : `${prefix}${unit}` };
}

/** A weight with its noun: "74.2 M instructions", "8.27 s of timer", "1,234 samples". */
export function formatWeight(value: number, unit: string, digits = 3): string {
  const scale = weightScale(unit, value, digits);
  return `${fixed(value / scale.divisor, scale.decimals)} ${scale.noun}`;
}

/** A change of weight with sign and noun. */
export function formatChange(value: number, unit: string, digits = 3): string {
  const scale = weightScale(unit, value, digits);
  return `${signed(value / scale.divisor, scale.decimals)} ${scale.noun}`;
}

/** A change in percent or points: two decimals, or enough to show that it is not zero. */
export function signedShort(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && size < 0.005) return signed(value, size < 0.0005 ? 4 : 3);
  return signed(value, size >= 1000 ? 0 : 2);
}

/** "+1.57 %". */
export function formatPercent(value: number): string {
  return `${signedShort(value)} %`;
}

/** "+0.62 points": differences of shares; one point is 1 % of the base total. */
export function formatPoints(value: number): string {
  return `${signedShort(value)} points`;
}

/** A share without sign: "3.20 %". */
export function formatShare(value: number): string {
  return `${fixed(value, 2)} %`;
}

/** Seconds of a recording: "8.34 s". */
export function formatSeconds(value: number): string {
  return `${fixed(value, value < 100 ? 2 : 0)} s`;
}

/** A chance as odds: "1 in 35". Beyond a million the figure says nothing more. */
export function formatOdds(chance: number): string {
  if (chance <= 1e-6) return 'under 1 in a million';
  if (chance > 0.5) return 'over 1 in 2';
  return `1 in ${formatCount(Math.round(1 / chance))}`;
}
