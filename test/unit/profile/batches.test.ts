import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batches, WeightColumn } from '../../../src/profile/index.js';

function contents(batches: Batches): Map<number, number>[] {
  return Array.from({ length: batches.count }, (_, batch) => {
    const counts = new Map<number, number>();
    batches.each(batch, (node, n) => counts.set(node, (counts.get(node) ?? 0) + n));
    return counts;
  });
}

const tallied = (nodes: readonly number[]) => {
  const counts = new Map<number, number>();
  for (const node of nodes) counts.set(node, (counts.get(node) ?? 0) + 1);
  return counts;
};

describe('batches of consecutive samples', () => {
  it('hold every full stretch of samples in order, 32 to 64 of them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 1000 }),
        fc.integer({ min: 1, max: 5 }),
        (some, repeat) => {
          const nodes = Array.from({ length: repeat }, () => some).flat();
          const batches = new Batches();
          for (const node of nodes) batches.add(node);
          const found = contents(batches);
          expect(found.length).toBe(Math.floor(nodes.length / batches.size));
          expect(found.length).toBeLessThanOrEqual(64);
          if (nodes.length >= 64) expect(found.length).toBeGreaterThanOrEqual(32);
          found.forEach((counts, b) => {
            expect(counts).toEqual(tallied(nodes.slice(b * batches.size, (b + 1) * batches.size)));
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('keep their samples under other ids', () => {
    const column = new WeightColumn('cycles');
    for (let i = 0; i < 500; i++) column.add(i % 7, 10 + (i % 2));
    const map = [5, 5, 4, 3, 2, 1, 0];
    const copy = column.mapped(map);
    expect([copy.total, copy.squares, copy.samples]).toEqual([
      column.total,
      column.squares,
      column.samples,
    ]);
    const there = contents(column.batches ?? new Batches());
    const here = contents(copy.batches ?? new Batches());
    expect(here.length).toBe(there.length);
    here.forEach((counts, b) => {
      expect(counts.get(5)).toBe((there[b]?.get(0) ?? 0) + (there[b]?.get(1) ?? 0));
      expect(counts.get(0)).toBe(there[b]?.get(6));
    });
  });

  it('are not there where sums of samples were added', () => {
    const column = new WeightColumn('cycles');
    column.add(0, 5);
    column.add(1, 20, 4);
    column.add(1, 5);
    expect(column.batches).toBeNull();
    expect(column.squares).toBe(25 + 100 + 25);
    expect(column.mapped([0, 1]).batches).toBeNull();
  });
});
