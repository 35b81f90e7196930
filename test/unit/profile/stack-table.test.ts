import { describe, expect, it } from 'vitest';
import { StackTable } from '../../../src/profile/index.js';

describe('StackTable', () => {
  it('gives each parent and key one node, in order of first sight, also past the size expected', () => {
    for (const expected of [0, 1, 300, 100_000]) {
      const nodes = new StackTable(expected);
      const known = new Map<string, number>();
      let state = 1;
      for (let i = 0; i < 20_000; i++) {
        state = (Math.imul(state, 1103515245) + 12345) >>> 1;
        const parent = i === 0 ? -1 : (state % (known.size + 1)) - 1;
        const key = (state >>> 8) % 50;
        const text = `${parent} ${key}`;
        const node = known.get(text) ?? known.size;
        known.set(text, node);
        expect(nodes.child(parent, key)).toBe(node);
      }
      const { parents, keys } = nodes.columns;
      expect(nodes.size).toBe(known.size);
      expect(Array.from(parents, (parent, node) => `${parent} ${keys[node] ?? ''}`)).toEqual([
        ...known.keys(),
      ]);
    }
  });

  it('finds nodes that were taken over', () => {
    const nodes = new StackTable();
    nodes.take({
      parents: Int32Array.from({ length: 10_000 }, (_, node) => node - 1),
      keys: Int32Array.from({ length: 10_000 }, (_, node) => node % 7),
    });
    for (let node = 0; node < 10_000; node++) expect(nodes.child(node - 1, node % 7)).toBe(node);
    expect(nodes.child(3, 6)).toBe(10_000);
  });
});
