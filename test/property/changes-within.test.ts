import { afterEach, describe, expect, it, vi } from 'vitest';
import { noChanges } from '../../src/compare/changes.js';
import { changesWithin } from '../../src/compare/changes-within.js';
import { leaveDirtyMemory, leaveLargeMemory } from '../support/dirty-memory.js';
import { seeded } from '../unit/stats/support/random.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Instances of WebAssembly modules that `run` makes. */
function instancesIn(run: () => void): number {
  const { Instance } = WebAssembly;
  let made = 0;
  WebAssembly.Instance = class extends Instance {
    constructor(...args: ConstructorParameters<typeof Instance>) {
      super(...args);
      made++;
    }
  };
  try {
    run();
  } finally {
    WebAssembly.Instance = Instance;
  }
  return made;
}

const random = seeded(77);
const column = (length: number, value: () => number) => Float64Array.from({ length }, value);

/** Rows of all sizes, absent on a side, nearly all of the total, equal and far apart. */
function rows(count: number, scale: number) {
  const period = 1 + 1e6 * random();
  const sizes = (of: Float64Array) =>
    of.map((n) => (random() < 0.1 ? n : n * period * (0.5 + random())));
  const samples = () =>
    column(count, () => {
      const kind = random();
      if (kind < 0.1) return 0;
      if (kind < 0.15) return 9_900;
      return Math.floor(10 ** (4 * random()));
    });
  const [base, other] = [samples(), samples()];
  base[0] = other[0] = 0;
  base[1] = other[1] = 9_900;
  const total = () => ({ value: 1e4 * period, samples: 1e4, scale: scale * random() });
  return {
    columns: {
      base: { value: sizes(base), samples: base },
      new: { value: random() < 0.5 ? sizes(base) : sizes(other), samples: other },
    },
    totals: { base: total(), new: total() },
    noise: {
      phi: column(count, () => 0.5 + 3 * random()),
      df: column(count, () => (random() < 0.2 ? Infinity : 5 + 500 * random())),
    },
  };
}

describe('changes of rows with one run a side', () => {
  it.each([0, 1e-3])('are the same through WebAssembly, to the last digit (scale %d)', (scale) => {
    for (let round = 0; round < 30; round++) {
      const { columns, totals, noise } = rows(200, scale);
      if (round === 29) leaveLargeMemory();
      else leaveDirtyMemory();
      let quick = noChanges(0);
      expect(instancesIn(() => (quick = changesWithin(columns, totals, noise)))).toBe(1);
      vi.stubEnv('PVFLAME_WASM', 'off');
      let slow = noChanges(0);
      expect(instancesIn(() => (slow = changesWithin(columns, totals, noise)))).toBe(0);
      expect(quick).toEqual(slow);
      vi.unstubAllEnvs();
      expect(quick.p.some((p) => p < 0.05 && p > 0)).toBe(true);
      expect(quick.low.some(Number.isNaN)).toBe(true);
    }
  });

  it.each([
    ['weight', { value: 0, samples: 1e4 }],
    ['samples', { value: 1e9, samples: 0 }],
  ])('are none where a side has no %s', (_what, base) => {
    const { columns, noise } = rows(3, 0);
    const changes = changesWithin(columns, { base, new: { value: 1e9, samples: 1e4 } }, noise);
    expect([...changes.low]).toEqual([NaN, NaN, NaN]);
    expect([...changes.p]).toEqual([1, 1, 1]);
  });
});
