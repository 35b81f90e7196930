import { describe, expect, it } from 'vitest';
import { FoldNodes } from '../../../src/profile/fold-nodes.js';
import { StackTable } from '../../../src/profile/index.js';

describe('FoldNodes', () => {
  it('gives the nodes that StackTable gives, also past the size expected', () => {
    for (const expected of [0, 1, 300, 100_000]) {
      const nodes = new FoldNodes(expected);
      const table = new StackTable();
      let state = 1;
      for (let i = 0; i < 20_000; i++) {
        state = (Math.imul(state, 1103515245) + 12345) >>> 1;
        const parent = i === 0 ? -1 : (state % (table.size + 1)) - 1;
        const name = (state >>> 8) % 50;
        expect(nodes.child(parent, name)).toBe(table.child(parent, name));
      }
      const { parent, name } = nodes;
      expect(parent.length).toBe(table.size);
      const all = Array.from(parent.keys());
      expect([...parent]).toEqual(all.map((node) => table.parent(node)));
      expect([...name]).toEqual(all.map((node) => table.key(node)));
    }
  });
});
