import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatches, judgeBudget, type BudgetEntry } from '../../../src/compare/index.js';

describe('globMatches', () => {
  it.each([
    ['mmu.*', 'mmu.set_pte', true],
    ['mmu.*', 'mmuXset_pte', false],
    ['mmu.*', 'mmu.', true],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*_pte', 'set_pte', true],
    ['*_pte', 'set_pte_at', false],
    ['a*b*c', 'aXbXbXc', true],
    ['[ab]', 'a', false],
    ['(x+)+', '(x+)+', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['a\\', 'a\\', true],
    ['?', '\u{1f600}', true],
  ])('%s on %s: %s', (pattern, text, matches) => expect(globMatches(pattern, text)).toBe(matches));

  it('agrees with the regular expression that it stands for', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.'), maxLength: 8 });
    fc.assert(
      fc.property(letters, letters, (pattern, text) => {
        const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
        expect(globMatches(pattern, text)).toBe(new RegExp(`^${source}$`).test(text));
      }),
    );
  });

  it('is not slowed by many stars', () => {
    const start = process.cpuUsage().user;
    expect(globMatches('*a'.repeat(500), 'a'.repeat(5000) + 'b')).toBe(false);
    expect(process.cpuUsage().user - start).toBeLessThan(2e6);
  });
});

describe('judgeBudget', () => {
  const measured = (...runs: number[]) => ({
    runs: Float64Array.from(runs),
    samples: Math.round(runs.reduce((a, b) => a + b, 0) / 10),
  });
  const row = (
    name: string,
    base: number[],
    other: number[],
    interval: [number, number] | null,
    more: Partial<{ verdict: 'more' | 'within noise'; bound: 'at-most' }> = {},
  ) => ({
    name,
    base: measured(...base),
    new: measured(...other),
    tested: { interval, verdict: more.verdict ?? ('more' as const) },
    bound: more.bound ?? null,
  });
  const rows = {
    total: row('total', [99_000, 101_000], [101_500, 102_500], [500, 3500]),
    buckets: new Map([
      ['call', row('call', [1000, 1010], [1400, 1410], [390, 410])],
      ['site', null],
    ]),
    ops: [
      row('mmu.a', [0, 0], [400, 410], [395, 415]),
      row('mmu.b', [100, 100], [150, 160], [-10, 120], { verdict: 'within noise' }),
      row('irq.c', [0, 0], [900, 910], [880, 930], { bound: 'at-most' }),
      row('irq.d', [0, 0], [300, 320], [290, 330], { verdict: 'within noise' }),
    ],
    functions: [row('f', [10, 10], [10, 10], [-50, 50])],
    sites: [row('f:mmu.a', [0, 0], [200, 210], [195, 215])],
    timer: false,
    repeated: true,
  };
  const judge = (entry: Partial<BudgetEntry>, of: Partial<typeof rows> = {}) =>
    judgeBudget([{ target: 'op', match: ['*'], of: 'each', limit: 0.2, ...entry }], {
      ...rows,
      ...of,
    })[0];

  it.each([
    [{ target: 'total', match: [], limit: 0.4 }, 'exceeded', null],
    [{ target: 'total', match: [], limit: 1 }, 'cannot tell', 'noise'],
    [{ target: 'total', match: [], limit: 4 }, 'within', null],
    [{ target: 'bucket', match: ['call'] }, 'exceeded', null],
    [{ target: 'bucket', match: ['call'], limit: 0.41 }, 'within', null],
    [{ target: 'bucket', match: ['site'] }, 'cannot tell', 'not-known'],
    [{ target: 'bucket', match: ['call', 'site'], of: 'sum' }, 'cannot tell', 'not-known'],
    [{ match: ['mmu.a'], limit: 0.39 }, 'exceeded', null],
    [{ match: ['mmu.b'], limit: 0.1 }, 'cannot tell', 'noise'],
    [{ match: ['mmu.b'], limit: 0.12 }, 'within', null],
    // not a verdict of its own among the many rows: not beyond doubt
    [{ match: ['irq.d'] }, 'cannot tell', 'noise'],
    // what base did the same inline is not known: only a pass can be said
    [{ match: ['irq.c'] }, 'cannot tell', 'at-most'],
    [{ match: ['irq.c'], limit: 1 }, 'within', null],
    [{ match: ['irq.*'], of: 'sum' }, 'cannot tell', 'at-most'],
    [{ match: ['lock.*'] }, 'cannot tell', 'no-match'],
    [{ target: 'function', match: ['f'] }, 'within', null],
    [{ target: 'site', match: ['f'], limit: 0.1 }, 'exceeded', null],
    [{ target: 'site', match: ['*:mmu.*'], limit: 0.1 }, 'exceeded', null],
    [{ target: 'site', match: ['g:mmu.*'] }, 'cannot tell', 'no-match'],
  ] as [Partial<BudgetEntry>, string, string | null][])('%o is %s', (entry, outcome, reason) =>
    expect(judge(entry)).toMatchObject({ outcome, reason }),
  );

  it('of several rows the worst counts, and all that are beyond the limit are listed', () => {
    const found = judge({ match: ['mmu.*', 'irq.d'], limit: 0.1 });
    expect(found).toMatchObject({ outcome: 'exceeded', rows: 3, percent: null });
    expect(found?.beyond.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['mmu.a', 'exceeded'],
      ['irq.d', 'cannot tell'],
      ['mmu.b', 'cannot tell'],
    ]);
  });

  it('a sum is tested on its own runs, not on its rows’ intervals', () => {
    // two rows that vary against each other: their sum does not vary
    const ops = [
      row('a', [0, 0], [3000, 1000], [-5000, 9000]),
      row('b', [0, 0], [1010, 3000], [-5000, 9000]),
    ];
    const sum = judge({ of: 'sum', limit: 3 }, { ops });
    expect(sum).toMatchObject({ outcome: 'exceeded', rows: 2 });
    expect(sum?.percent).toBeCloseTo(4.005, 9);
    expect(judge({ limit: 3 }, { ops })?.outcome).toBe('cannot tell');
  });

  it('a row that was not seen is within what it could have been', () => {
    const buckets = new Map([['wait', row('wait', [0, 0], [0, 0], null)]]);
    // total: 20,000 samples a side and 10 of weight each; 3.84 samples in two runs
    const judged = (limit: number) =>
      judge({ target: 'bucket', match: ['wait'], limit }, { buckets });
    expect(judged(0.02)).toMatchObject({ outcome: 'within' });
    expect(judged(0.02)?.percentInterval?.[1]).toBeCloseTo((100 * 3.8415 * 10) / 2 / 100_000, 4);
    expect(judged(0.01)).toMatchObject({ outcome: 'cannot tell', reason: 'noise' });
  });

  it('on a timer decides nothing below the total', () => {
    for (const target of ['bucket', 'op', 'function', 'site'] as const)
      for (const of of ['each', 'sum'] as const)
        expect(
          judge({ target, match: ['c*', 'm*', 'f*'], of, limit: 50 }, { timer: true }),
        ).toEqual(expect.objectContaining({ outcome: 'cannot tell', reason: 'timer' }));
    expect(judge({ target: 'total', limit: 4 }, { timer: true })?.outcome).toBe('within');
  });

  it('with one boot a side decides nothing, whatever sampling says of the rows', () => {
    expect(judge({ limit: 50 }, { repeated: false })).toMatchObject({
      outcome: 'cannot tell',
      reason: 'no-interval',
    });
    expect(judge({ of: 'sum', limit: 50 }, { repeated: false })?.reason).toBe('no-interval');
  });
});
