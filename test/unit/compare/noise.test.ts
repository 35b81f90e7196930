import { describe, expect, it } from 'vitest';
import { chiSquareQuantile } from '../../../src/compare/stats/distributions.js';
import { sdInterval, varianceRatioInterval } from '../../../src/compare/stats/index.js';
import { functionStarts, sameStarts } from '../../../src/compare/same-image.js';
import { budgetNeeds, noiseOf } from '../../../src/compare/index.js';
import { emptyHeader, FrameTable, StringTable } from '../../../src/ingest/index.js';
import { frameFacts } from '../../../src/paravirt/index.js';
import { StackTable, taskKey, WeightColumn, type Profile } from '../../../src/profile/index.js';

/** Nothing is known of the kernels. */
const ANY = [{ release: null, ops: null }];

describe('chi-square', () => {
  // scipy.stats.chi2.ppf
  it.each([
    [0.025, 1, 0.000982069117],
    [0.975, 2, 7.377758908],
    [0.025, 5, 0.8312116135],
    [0.975, 500, 563.8515295],
    [0.025, 5000, 4805.904731],
    [0.975, 50000, 50621.68716],
    [0.025, 50000, 49382.10144],
  ])('quantile %d at %d degrees of freedom', (p, df, value) =>
    expect(chiSquareQuantile(p, df) / value).toBeCloseTo(1, 7),
  );

  it('makes three runs’ sd uncertain by a factor of two down and six up', () => {
    const [low, high] = sdInterval(1, 2);
    expect(low).toBeCloseTo(0.5206583, 5);
    expect(high).toBeCloseTo(6.2847347, 5);
    expect(varianceRatioInterval(1, 2)[1]).toBeCloseTo(high ** 2, 9);
  });
});

describe('sameStarts', () => {
  const starts = (slide: number, n = 40, odd = 0) =>
    new Map(
      Array.from({ length: n }, (_, i): [string, number] => [
        `f${i}`,
        0x1000 * i + slide + (i < odd ? 7 : 0) - 2 ** 31,
      ]),
    );
  it.each([
    ['the same image', starts(0), starts(0), true],
    ['another slide', starts(0), starts(0x600000), true],
    ['a slide downwards', starts(0x600000), starts(0), true],
    ['a slide that KASLR does not make', starts(0), starts(0x1000), false],
    ['a tenth elsewhere', starts(0), starts(0, 40, 4), false],
    ['too few in common', starts(0, 10), starts(0, 10), null],
  ])('%s', (_what, a, b, same) => expect(sameStarts(a, b)).toBe(same));
});

describe('functionStarts', () => {
  it('subtracts offsets across 32 bits, and leaves out what was seen at two starts', () => {
    const frames = new FrameTable(new StringTable());
    const add = (symbol: string, address: bigint, offset: number, dso = '[kernel.kallsyms]') =>
      frames.id({
        ...{ addressHi: Number(address >> 32n), addressLo: Number(address & 0xffffffffn) },
        ...{ symbol, offset, dso, inlined: false },
      });
    add('across', 0xffffffff_00000010n, 0x20);
    add('across', 0xffffffff_0000001fn, 0x2f);
    add('twice', 0xffffffff_81000010n, 0x10);
    add('twice', 0xffffffff_81000010n, 0x20);
    add('bare', 0xffffffff_82000000n, -1);
    add('far', 0xffffffff_83000000n, 0x2000000);
    add('user', 0x7f00_00001000n, 0x10, '/bin/a');
    add('plain', 0xffffffff_84000123n, 0x23);
    const facts = frameFacts(frames, { exactSymbols: false, kernels: ANY });
    const profile = { frames } as unknown as Profile;
    expect([...functionStarts({ profile, facts })]).toEqual([
      ['across', -(2 ** 32) - 0x10],
      ['plain', 0x84000100 - 2 ** 32],
    ]);
    const used = (frame: number) => frame === 2;
    expect([...functionStarts({ profile, facts }, used)]).toEqual([
      ['twice', 0x81000000 - 2 ** 32],
    ]);
  });
});

/** Runs of which each row has its own samples of weight 1000, taken in turn. */
function profileOf(runs: number[][], header: (run: number) => object = () => ({})): Profile {
  const strings = new StringTable();
  const frames = new FrameTable(strings);
  const stacks = new StackTable();
  const task = stacks.child(-1, taskKey(strings.id('work')));
  const nodes = (runs[0] ?? []).map((_, row) =>
    stacks.child(
      task,
      frames.id({
        addressHi: 0xffffffff,
        addressLo: 0x81000000 + 64 * row,
        symbol: `f${row}`,
        offset: 4,
        dso: '[kernel.kallsyms]',
        inlined: false,
      }),
    ),
  );
  return {
    frames,
    stacks,
    runs: runs.map((counts, i) => {
      const column = new WeightColumn('cycles');
      for (let n = 0; n < Math.max(...counts); n++)
        counts.forEach((count, row) => {
          if (n < count) column.add(nodes[row] ?? 0, 1000);
        });
      return {
        path: `run${i}`,
        sha256: String(i),
        buildId: null,
        header: { ...emptyHeader(), ...header(i) },
        columns: [column],
        skipped: [],
        lost: 0,
        samples: column.samples,
        flatSamples: 0,
        samplesWithoutPeriod: 0,
        truncated: false,
        duration: null,
        lastTime: 100,
      };
    }),
  };
}

const noise = (profile: Profile) =>
  noiseOf(profile, frameFacts(profile.frames, { exactSymbols: false, kernels: ANY }), 'cycles');
const captured = (minute: number) => ({
  hostname: 'h',
  capturedOn: `Sun Nov 22 13:${String(minute).padStart(2, '0')}:00 2026`,
});

describe('noiseOf', () => {
  it('finds the spread between boots, its interval and what it could show', () => {
    const found = noise(
      profileOf([
        [500, 500],
        [505, 505],
        [495, 495],
      ]),
    );
    expect(found.mean).toBe(1_000_000);
    expect(found.spread?.percent).toBeCloseTo(1, 12);
    expect(found.spread?.df).toBe(2);
    expect(found.spread?.interval[1]).toBeCloseTo(6.2847347, 5);
    // (t(.975, 4) + t(.8, 4)) sqrt(2 / 3)
    expect(found.detectable?.percent).toBeCloseTo(3.5077, 3);
    expect(found.detectable?.runs).toBe(3);
    expect(found.functions).toBe(2);
  });

  it('takes runs of one boot as one repetition, by their mean', () => {
    const runs = [
      [500, 500],
      [600, 400],
      [505, 505],
      [495, 495],
    ];
    const shared = noise(profileOf(runs, (i) => captured([1, 2, 20, 40][i] ?? 0)));
    expect(shared.boot).toEqual([0, 0, 1, 2]);
    expect(shared.spread).toMatchObject({ percent: expect.closeTo(1, 9) as number, df: 2 });
    expect(shared.frames.boots).toBeNull();
    const one = noise(profileOf(runs, () => captured(1)));
    expect(one).toMatchObject({ boots: 1, spread: null, detectable: null, equal: false });
  });

  it('equal totals are no spread of nothing', () => {
    const found = noise(
      profileOf([
        [500, 500],
        [501, 499],
        [499, 501],
      ]),
    );
    expect(found).toMatchObject({ equal: true, spread: null, detectable: null });
  });

  it('compares every pair, and from four boots on every half', () => {
    const runs = (n: number) => Array.from({ length: n }, (_, i) => [500 + i, 500 - (i % 3)]);
    const counts = (n: number) => {
      const { runs: pairs, boots } = noise(profileOf(runs(n))).frames;
      return [pairs.comparisons, boots?.comparisons, boots?.a, boots?.b];
    };
    expect(counts(3)).toEqual([3, undefined, undefined, undefined]);
    expect(counts(4)).toEqual([6, 3, 2, 2]);
    expect(counts(5)).toEqual([10, 10, 2, 3]);
    expect(counts(6)).toEqual([5, 10, 3, 3]);
    expect(counts(13)).toEqual([10, 10, 6, 7]);
    expect(counts(8)).toEqual([7, 10, 4, 4]);
  });

  it('counts the frames that any change colours, without the root', () => {
    // two functions and their comm, which has the same in both
    const { runs } = noise(
      profileOf([
        [500, 500],
        [505, 495],
      ]),
    ).frames;
    expect(runs.frames).toBe(3);
    expect(runs.anyChange).toBeCloseTo(2 / 3, 12);
    expect(runs.pvflame).toEqual({ share: 0, any: 0 });
  });

  it('finds that stretches of alike samples are noisier than independent ones', () => {
    let state = 7;
    const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
    const stretches = (length: number) => {
      const profile = profileOf([[1], [1]].map(() => new Array<number>(20).fill(1)));
      for (const run of profile.runs) {
        const column = new WeightColumn('cycles');
        for (let i = 0; i < 20_000; i += length) {
          const row = Math.floor(random() * 20);
          for (let n = 0; n < length; n++) column.add(1 + row, 1000);
        }
        run.columns = [column];
      }
      return noise(profile).within;
    };
    const [alone, eight] = [stretches(1), stretches(8)];
    expect(alone?.interval[0]).toBeLessThanOrEqual(1.05);
    expect(eight?.dispersion).toBeGreaterThan(6.5);
    expect(eight?.dispersion).toBeLessThan(9.5);
    expect(eight?.interval[0]).toBeLessThan(8);
    expect(eight?.interval[1]).toBeGreaterThan(8);
  });
});

describe('budgetNeeds', () => {
  const found = noise(
    profileOf([
      [500, 500],
      [505, 505],
      [495, 495],
    ]),
  );
  it('more boots for a smaller budget, more samples among many rows', () => {
    const [wide, narrow] = [budgetNeeds(found, 2), budgetNeeds(found, 0.5)];
    expect(wide.boots?.needed).toBe(6);
    expect(narrow.boots?.needed).toBeGreaterThan(50);
    expect(narrow.boots?.interval[1]).toBeNull();
    expect(narrow.samples?.among).toBeGreaterThan(narrow.samples?.alone ?? Infinity);
  });
  it('nothing shows a change of nothing', () => {
    expect(budgetNeeds(found, 0)).toMatchObject({ boots: { needed: null }, samples: null });
    expect(budgetNeeds({ ...found, spread: null }, 1).boots).toBeNull();
  });
});
