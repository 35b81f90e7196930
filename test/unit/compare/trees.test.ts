import type { UnionSide } from '../../../src/compare/columns.js';
import { describe, expect, it } from 'vitest';
import { KeyPairs, KeyTree } from '../../../src/compare/key-tree.js';
import { keyOrder, KeyTable, type NodeKind } from '../../../src/compare/keys.js';
import { unionTree } from '../../../src/compare/union-tree.js';
import { seeded } from '../stats/support/random.js';

describe('KeyTree', () => {
  it('finds what was put in, through growth, and nothing else', () => {
    const random = seeded(7);
    const tree = new KeyTree();
    const known = new Map<string, number>();
    for (let i = 0; i < 20_000; i++) {
      // wide nodes and deep ones, many asked for again
      const parent = Math.floor(random() * Math.min(tree.size + 1, 400)) - 1;
      const key = Math.floor(random() * 120);
      const text = `${parent},${key}`;
      expect(tree.find(parent, key)).toBe(known.get(text) ?? -1);
      const node = tree.child(parent, key);
      expect(node).toBe(known.get(text) ?? known.size);
      known.set(text, node);
    }
    expect(tree.size).toBe(known.size);
    for (const [text, node] of known)
      expect(`${tree.parent[node] ?? ''},${tree.key[node] ?? ''}`).toBe(text);
  });
});

describe('KeyPairs', () => {
  it('has a pair once, whichever is asked for when', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = seeded(seed);
      const pairs = new KeyPairs();
      const known = new Map<string, number>();
      for (let i = 0; i < 400; i++) {
        const [caller, callee] = [Math.floor(random() * 60), Math.floor(random() * 3)];
        const text = `${caller},${callee}`;
        expect(pairs.find(caller, callee)).toBe(known.get(text) ?? -1);
        const pair = pairs.child(caller, callee);
        expect(pair, `seed ${seed}: ${text}`).toBe(known.get(text) ?? known.size);
        known.set(text, pair);
      }
      expect(pairs.size).toBe(known.size);
    }
  });
});

describe('KeyTable', () => {
  it('tells keys apart by kind, name and dso, and keeps names as recorded', () => {
    const keys = new KeyTable();
    const id = keys.id('kernel', 'foo', '[kernel]');
    const others = [keys.id('callee', 'foo', '[kernel]'), keys.id('kernel', 'foo', '[xfs]')];
    expect(new Set([id, ...others]).size).toBe(3);
    expect(keys.id('kernel', 'foo', '[kernel]')).toBe(id);
    expect(keys.is(id, 'kernel', 'foo', '[kernel]')).toBe(true);
    expect(keys.is(id, 'kernel', 'foo', '')).toBe(false);
    for (const raw of ['foo.part.0', 'foo', 'foo.isra.0', 'foo.part.0']) keys.noteRaw(id, raw);
    expect(keys.rawOf(id)).toEqual(['foo.isra.0', 'foo.part.0']);
    expect(keys.rawOf(others[0] ?? -1)).toEqual([]);
    expect(keys.merged()).toEqual([id]);
  });

  it('orders keys as their joined texts, kinds of one name together', () => {
    const keys = new KeyTable();
    const kinds: NodeKind[] = ['wait', 'user', 'callee'];
    for (const name of ['ab', 'a', '', 'a.b', 'é', 'B', '\u{1f600}', '￿'])
      for (const dso of ['', '[kernel]', 'lib']) for (const kind of kinds) keys.id(kind, name, dso);
    const order = keyOrder(keys);
    const byText = (text: (id: number) => string) =>
      keys.keys.map((_, id) => id).sort((a, b) => (text(a) < text(b) ? -1 : 1));
    const field = (id: number) => keys.key(id);
    const ids = byText((id) => `${field(id).name}\0${field(id).dso}\0${field(id).kind}`);
    expect(ids.map((id) => order.full[id])).toEqual(ids.map((_, place) => place));
    expect(ids.map((id) => order.named[id])).toEqual(ids.map((_, place) => place - (place % 3)));
  });
});

describe('unionTree', () => {
  /** A side from paths of names with weights. */
  const sideOf = (paths: [string[], number][], keys: KeyTable): UnionSide => {
    const nodes = new KeyTree();
    const self: number[] = [];
    for (const [path, weight] of paths) {
      const node = path.reduce((at, name) => nodes.child(at, keys.id('user', name, '')), -1);
      for (let i = self.length; i < nodes.size; i++) self.push(0);
      self[node] = (self[node] ?? 0) + weight;
    }
    const values = Float64Array.from(self);
    const zeros = new Float64Array(nodes.size);
    return { nodes, map: new Int32Array(0), self: values, samples: zeros, moved: zeros };
  };

  it('is in preorder with siblings by name, be they few or many', () => {
    const random = seeded(3);
    const keys = new KeyTable();
    const name = (n: number) => `f${Math.floor(random() * n)}`;
    const paths = (count: number) =>
      Array.from({ length: count }, (): [string[], number] => [
        [name(2), name(200), name(3), name(40)].slice(0, 1 + Math.floor(random() * 4)),
        1 + Math.floor(random() * 9),
      ]);
    const [base, other] = [paths(900), paths(700)];
    const sides = [sideOf(base, keys), sideOf(other, keys)] as const;
    const tree = unionTree(...sides, keyOrder(keys));
    const weights = new Map<string, [number, number]>();
    for (const [side, list] of [base, other].entries()) {
      for (const [path, weight] of list) {
        for (let depth = 1; depth <= path.length; depth++) {
          const text = path.slice(0, depth).join('\0');
          const sums = weights.get(text) ?? [0, 0];
          if (depth === path.length) sums[side] = (sums[side] ?? 0) + weight;
          weights.set(text, sums);
        }
      }
    }
    const texts: string[] = [''];
    for (let i = 1; i < tree.size; i++) {
      const above = tree.parent[i] ?? 0;
      expect(tree.depth[i]).toBe((tree.depth[above] ?? 0) + 1);
      const own = keys.key(tree.key[i] ?? -1).name;
      texts.push(above === 0 ? own : `${texts[above] ?? ''}\0${own}`);
      expect([tree.base[i], tree.new[i]]).toEqual(weights.get(texts[i] ?? ''));
    }
    expect(texts.slice(1)).toEqual([...weights.keys()].sort());
    expect(tree.parent[0]).toBe(-1);
    for (const [s, place] of [tree.place.base, tree.place.new].entries())
      place.forEach((at, node) => expect(tree.key[at]).toBe(sides[s]?.nodes.key[node]));
  });
});
