import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  foldProfile,
  mergeProfiles,
  StackTable,
  taskKey,
  taskName,
  type Profile,
} from '../../src/profile/index.js';
import { print, profileOf, type PlainSample } from '../unit/profile/support.js';
import { read, weightOf } from '../unit/ingest/support.js';

const sample: fc.Arbitrary<PlainSample> = fc.record({
  comm: fc.constantFrom('sh', 'nm', 'a b 12 [003]', 'x:y'),
  event: fc.constantFrom('cycles', 'faults'),
  period: fc.integer({ min: 0, max: 1_000_000 }),
  frames: fc.array(fc.constantFrom('k:a', 'k:b', 'k:c', 'main', 'f', 'g'), {
    minLength: 1,
    maxLength: 6,
  }),
});
const samples = fc.array(sample, { maxLength: 12 });
const EVENTS = ['cycles', 'faults'];
const FOLD = { kernel: false, jit: false, addrs: false };
const fold = (profile: Profile) => EVENTS.map((event) => foldProfile(profile, { ...FOLD, event }));

/** Everything a profile holds, ids included, so that equal means equal down to the columns. */
function contents(profile: Profile) {
  const { frames, stacks, runs } = profile;
  return {
    strings: frames.strings.values,
    frames: Array.from({ length: frames.size }, (_, id) => frames.frame(id)),
    stacks: Array.from({ length: stacks.size }, (_, n) => [stacks.parent(n), stacks.key(n)]),
    runs: runs.map((run) => ({
      ...run,
      columns: run.columns.map((c) => ({
        event: c.event,
        total: c.total,
        samples: c.samples,
        nodes: Array.from({ length: c.length }, (_, n) => [c.weight(n), c.count(n)]),
      })),
    })),
  };
}

describe('mergeProfiles', () => {
  const three = fc.tuple(samples, samples, samples);
  const profiles = (lists: PlainSample[][]) =>
    lists.map((list, i) => profileOf([print(list)], {}, [`run${i}`]));

  test('does not depend on the order, down to the ids', () => {
    fc.assert(
      fc.property(three, (lists) => {
        const [a, b, c] = profiles(lists) as [Profile, Profile, Profile];
        const all = contents(mergeProfiles([a, b, c]));
        expect(contents(mergeProfiles([c, a, b]))).toEqual(all);
        expect(contents(mergeProfiles([b, c, a]))).toEqual(all);
        expect(contents(mergeProfiles([mergeProfiles([a, b]), c]))).toEqual(all);
        expect(contents(mergeProfiles([a, mergeProfiles([c, b])]))).toEqual(all);
        expect(contents(mergeProfiles([mergeProfiles([a, b, c])]))).toEqual(all);
      }),
      { numRuns: 200 },
    );
  });

  test('keeps what the profiles say: folded stacks of all of it, and of one side read at once', () => {
    fc.assert(
      fc.property(three, (lists) => {
        const merged = mergeProfiles(profiles(lists));
        expect(fold(merged)).toEqual(fold(profileOf(lists.map(print))));
        expect(fold(merged)).toEqual(fold(profileOf([print(lists.flat())])));
      }),
      { numRuns: 200 },
    );
  });
});

describe('sums', () => {
  test('weight in is weight out, by event', () => {
    fc.assert(
      fc.property(fc.array(samples, { maxLength: 3 }), (lists) => {
        const profile = profileOf(lists.map(print));
        lists.forEach((list, i) => {
          const columns = profile.runs[i]?.columns ?? [];
          for (const event of EVENTS) {
            const own = list.filter((s) => s.event === event);
            const column = columns.find((c) => c.event === event);
            expect(column?.total ?? 0).toBe(weightOf(own));
            expect(column?.samples ?? 0).toBe(own.length);
            let nodes = 0;
            for (let n = 0; n < (column?.length ?? 0); n++) nodes += column?.weight(n) ?? 0;
            expect(nodes).toBe(weightOf(own));
          }
          expect(weightOf(read(print(list)).samples)).toBe(weightOf(list));
        });
      }),
      { numRuns: 200 },
    );
  });

  test('fold of a profile is the sum of its samples, folded by hand', () => {
    fc.assert(
      fc.property(samples, (list) => {
        const byHand = EVENTS.map((event) => {
          const sums = new Map<string, number>();
          for (const s of list.filter((each) => each.event === event)) {
            const names = [...s.frames].reverse().map((f) => f.replace(/^k:/, ''));
            const stack = [s.comm.replaceAll(' ', '_'), ...names].join(';');
            sums.set(stack, (sums.get(stack) ?? 0) + s.period);
          }
          const lines = [...sums].map(([stack, weight]) => `${stack} ${weight}`);
          return lines.sort();
        });
        expect(fold(profileOf([print(list)])).map((lines) => [...lines].sort())).toEqual(byHand);
      }),
      { numRuns: 300 },
    );
  });
});

describe('StackTable', () => {
  test('is a map from (parent, key) to node', () => {
    const step = fc.tuple(fc.nat(50), fc.integer({ min: -20, max: 20 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const table = new StackTable();
        const model = new Map<string, number>();
        for (const [p, key] of steps) {
          const parent = model.size === 0 ? -1 : (p % (model.size + 1)) - 1;
          const want = model.get(`${parent},${key}`) ?? model.size;
          model.set(`${parent},${key}`, want);
          expect(table.child(parent, key)).toBe(want);
          expect([table.parent(want), table.key(want)]).toEqual([parent, key]);
          expect(parent).toBeLessThan(want);
        }
        expect(table.size).toBe(model.size);
      }),
      { numRuns: 200 },
    );
  });

  test('keeps every node when it grows', () => {
    const table = new StackTable();
    const nodes: number[] = [];
    for (let i = 0; i < 50_000; i++) {
      nodes.push(table.child(i === 0 ? -1 : (nodes[i >> 1] ?? -1), i));
    }
    for (let i = 1; i < 50_000; i++) expect(table.child(nodes[i >> 1] ?? -1, i)).toBe(nodes[i]);
    expect(table.size).toBe(50_000);
  });

  test('task keys never meet frame ids', () => {
    fc.assert(
      fc.property(fc.nat(), (id) => {
        expect(taskKey(id)).toBeLessThan(0);
        expect(taskName(taskKey(id))).toBe(id);
      }),
    );
  });
});
