import { afterEach, describe, expect, it } from 'vitest';
import { countsByRow } from '../../src/compare/batch-counts.js';
import type { SideBatches } from '../../src/compare/batch-sums.js';
import { dispersion } from '../../src/compare/stats/index.js';
import { leaveDirtyMemory, leaveLargeMemory } from '../support/dirty-memory.js';
import { seeded } from '../support/both-readers.js';

const NODES = 60;

/** Batches of random entries, some of them empty, as between two runs. */
function batchesOf(random: () => number): SideBatches {
  const below = (n: number) => Math.floor(random() * n);
  const batches = 4 + below(40);
  const start = [0];
  const node: number[] = [];
  const samples: number[] = [];
  const size: number[] = [];
  for (let batch = 0; batch < batches; batch++) {
    const entries = random() < 0.1 ? 0 : 1 + below(30);
    let all = 0;
    for (let i = 0; i < entries; i++) {
      node.push(below(NODES));
      samples.push(1 + below(50));
      all += samples.at(-1) ?? 0;
    }
    // of some samples the batch may say nothing
    size.push(entries === 0 ? 0 : all + below(5));
    start.push(node.length);
  }
  return {
    batches,
    size: Float64Array.from(size),
    start: Int32Array.from(start),
    node: Int32Array.from(node),
    samples: Uint32Array.from(samples),
  };
}

describe('sums over batches', () => {
  afterEach(() => {
    delete process.env['PVFLAME_WASM'];
  });

  it('are the same with and without WebAssembly, to the last digit', () => {
    let known = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const random = seeded(seed);
      const batches = batchesOf(random);
      const rows = (count: number) => ({
        of: Int32Array.from({ length: NODES }, () => Math.floor(random() * (count + 1)) - 1),
        count,
      });
      const above = Int32Array.from({ length: 12 }, (_, i) => Math.floor(random() * (i + 1)) - 1);
      const placedRows = (count: number) => {
        const place = Int32Array.from({ length: 20 }, () => Math.floor(random() * (count + 1)) - 1);
        return { ...rows(20), count, place };
      };
      const kinds = [
        { ...placedRows(20), orElse: placedRows(5) },
        rows(30),
        rows(1),
        { ...placedRows(12), above },
      ];
      const found = (all: SideBatches) => {
        const { of, ...own } = dispersion(countsByRow(all, kinds.slice(0, 1)));
        return { own, others: of(countsByRow(all, kinds)) };
      };
      delete process.env['PVFLAME_WASM'];
      if (seed === 200) leaveLargeMemory();
      else leaveDirtyMemory();
      expect(countsByRow(batches, kinds).quickly).toBeDefined();
      const quick = found(batches);
      known += quick.own.pairs > 0 ? 1 : 0;
      process.env['PVFLAME_WASM'] = 'off';
      // others, of which no instance is kept
      const same = { ...batches };
      expect(countsByRow(same, kinds).quickly).toBeUndefined();
      expect(found(same), `seed ${seed}`).toEqual(quick);
    }
    expect(known).toBeGreaterThan(150);
  });
});
