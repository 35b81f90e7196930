import type { Validation } from '../../report/validate-schema.js';
import { fixed } from '../shared/numbers.js';

type Recovered = NonNullable<Validation['recovered']>;

const percent = (value: number) => `${fixed(value, Math.abs(value) < 9.95 ? 1 : 0)} %`;

/** What was won back, in words that say no more than the interval does. */
export function recoveredWords({ percent: share, interval, verdict }: Recovered): string {
  if (verdict === 'no overhead')
    return 'nothing to recover: before is not dearer than native beyond noise';
  if (share === null)
    return 'cannot be said: too little data, and before does not cost more than native in them';
  if (interval === null)
    return `${percent(share)} of the overhead; no interval, verdict: ${verdict}`;
  const [low, high] = interval;
  return (
    `${percent(share)} of the overhead, 95 % interval ${percent(low)} to ${percent(high)}: ` +
    VERDICT_WORDS[verdict]
  );
}

/** The same for a row, short. */
export function recoveredShort({ percent: share, interval }: Recovered): string | undefined {
  if (share === null || interval === null) return undefined;
  return `recovered ${percent(share)} (${percent(interval[0])} to ${percent(interval[1])})`;
}

const VERDICT_WORDS: Readonly<Record<Recovered['verdict'], string>> = {
  all: 'all of it, as far as the data tell',
  part: 'part of it',
  none: 'none that the data show',
  'more than all': 'more than there was',
  worse: 'worse than before',
  'cannot tell': 'cannot tell, all and none both fit the data',
  'no overhead': 'nothing to recover',
  'too little data': 'too little data',
};

/** A site's states: native where it has any, before, after. */
export function stateWords({ state, offset }: Validation['sites'][number]): string {
  // without images a site that was not seen may still be there
  const absent = offset.before === null && offset.after === null ? 'not seen' : 'no site';
  const native = state.native === null ? '' : `native ${state.native}, `;
  return `${native}${state.before ?? absent} -> ${state.after ?? absent}`;
}

/** `function+0x1c`; both offsets where the builds differ. */
export function siteName(site: Validation['sites'][number]): string {
  const has = site.offset.before !== null || site.offset.after !== null;
  const at = has ? site.offset : site.returnOffset;
  const hex = (value: number | null) => (value === null ? '' : `+0x${value.toString(16)}`);
  if (at.before === at.after || at.before === null) return site.function + hex(at.after);
  return at.after === null
    ? site.function + hex(at.before)
    : `${site.function}${hex(at.before)}|${hex(at.after)}`;
}

/** What a profile's change is measured against. */
export function referenceOf({ native }: Pick<Validation, 'native'>): 'native' | 'before' {
  return native === null ? 'before' : 'native';
}

/** "native-before: message" where a warning is of one comparison only. */
export function warningWords({ pair, message }: Validation['warnings'][number]): string {
  return pair === 'all' ? message : `${pair.replace('-', ' to ')}: ${message}`;
}
