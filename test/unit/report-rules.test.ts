import { beforeAll, describe, expect, it } from 'vitest';
import { siteLists } from '../../src/report/validate-sites.js';
import type { Validation } from '../../src/report/validate-schema.js';
import {
  asCycles,
  frame,
  planted,
  recording,
  reportOf,
  SYSCALL,
  textOf,
  type Text,
} from '../support/recordings.js';

describe('sites of a validation', () => {
  type State = Validation['sites'][number]['state']['before'];
  const lists = (before: State, after: State) => {
    const state = { native: null, before, after };
    // only the state is looked at
    const site = { state } as Validation['sites'][number];
    return Object.entries(siteLists([site])).flatMap(([name, at]) => (at.length > 0 ? [name] : []));
  };

  it.each([
    ['indirect', 'inline', ['changed']],
    ['indirect', 'indirect', ['stillIndirect']],
    ['inline', 'inline', []],
    // part of the samples says so, part not: no state to change from or to
    ['mixed', 'inline', []],
    ['inline', 'mixed', ['stillIndirect']],
    ['indirect', 'mixed', ['stillIndirect']],
    ['indirect', 'unknown', ['undecided']],
    ['unknown', 'inline', ['undecided']],
    ['indirect', null, ['undecided']],
    [null, 'indirect', ['stillIndirect', 'undecided']],
  ] as [State, State, string[]][])('%s, then %s: %j', (before, after, expected) => {
    expect(lists(before, after)).toEqual(expected);
  });
});

describe('warnings', () => {
  let real: Text;
  beforeAll(() => {
    const whole = asCycles(textOf(recording('6.1', 'native')));
    real = { ...whole, samples: whole.samples.filter((_, i) => i % 20 === 0) };
  });
  const plus = (...callees: string[]): Text => ({
    ...real,
    samples: [
      ...real.samples,
      ...callees.flatMap((name) => planted(5, [frame(name, 3), frame('caller', 9), ...SYSCALL])),
    ],
  });
  const codes = async (base: Text, other: Text, options = {}) =>
    (await reportOf(base, other, options)).warnings.map(({ code }) => code);

  it('of swapped sides takes two ops that only base has, clocks left out', async () => {
    const two = ['native_set_pte', 'native_set_pmd'];
    expect(await codes(plus(...two), real)).toContain('swapped');
    expect(await codes(plus('native_set_pte'), real)).not.toContain('swapped');
    expect(await codes(plus('native_set_pte', 'native_sched_clock'), real)).not.toContain(
      'swapped',
    );
    expect(await codes(plus(...two), plus('native_write_msr'))).not.toContain('swapped');
    expect(await codes(real, plus(...two))).not.toContain('swapped');
  });

  it('of other events does not name the compared one, however each side writes it', async () => {
    const as = (event: string, more: Text['samples'] = []): Text => ({
      header: real.header.replaceAll('cycles', event),
      samples: [
        ...real.samples.map((s) => ({ ...s, head: s.head.replace('cycles:', `${event}:`) })),
        ...more,
      ],
    });
    const [base, other] = [as('cycles:ppp'), as('cycles:P')];
    const found = await codes(base, other);
    expect(found).toContain('other-event-chosen');
    expect(found).not.toContain('several-events');
    const faults = [
      {
        head: 'other 1 [000] 1.000000: 500751 page-faults: ',
        frames: [frame('handle_fault', 3), ...SYSCALL],
      },
    ];
    const report = await reportOf(base, as('cycles:P', faults));
    const message = report.warnings.find(({ code }) => code === 'several-events')?.message;
    expect(message).toContain('page-faults (1 samples)');
    expect(message).not.toMatch(/cycles:\S+ \(/);
  });
});
