import { describe, expect, it } from 'vitest';
import { commonWidths, overOneLayout } from '../../src/render/validate/union.js';
import type { Graph } from '../../src/report/schema.js';

/** A frame of a graph, in preorder: depth, name, dso, kind, base, new. */
type Frame = [depth: number, name: string, dso: string, kind: number, base: number, other: number];

function graphOf(frames: Frame[], verdict: number): Graph {
  const column = (pick: (frame: Frame) => number) => frames.map(pick);
  return {
    names: frames.map(([, name]) => name),
    dsos: frames.map(([, , dso]) => dso),
    raw: [],
    nodes: {
      depth: column(([depth]) => depth),
      name: frames.map((_, i) => i),
      kind: column(([, , , kind]) => kind),
      base: column(([, , , , base]) => base),
      new: column(([, , , , , other]) => other),
      verdict: frames.map(() => verdict),
      moved: frames.map(() => 0),
    },
  };
}

describe('graphs over one layout', () => {
  const one = graphOf(
    [
      [0, 'all', '', 0, 0, 0],
      [1, 'sh', '', 1, 0, 0],
      [2, 'b', 'k', 3, 1, 2],
      [3, 'c', 'k', 3, 10, 20],
      [2, 'd', 'k', 3, 5, 5],
    ],
    0,
  );
  const two = graphOf(
    [
      [0, 'all', '', 0, 0, 0],
      [1, 'sh', '', 1, 0, 0],
      [2, 'a', 'k', 3, 7, 0],
      // a name of another dso, and one of another kind, are other frames
      [2, 'b', 'j', 3, 0, 3],
      [2, 'b', 'k', 3, 4, 4],
      [2, 'b', 'k', 4, 0, 9],
    ],
    1,
  );
  const trees = overOneLayout([one, two]);
  const named = (tree: (typeof trees)[number]) =>
    Array.from(tree.graph.nodes.depth, (depth, i) => {
      const id = tree.graph.nodes.name[i] ?? -1;
      return `${depth} ${tree.graph.names[id]} ${tree.graph.dsos[id]} ${tree.graph.nodes.kind[i]}`;
    });

  it('have the frames of all, siblings by name, dso and kind', () => {
    const expected = [
      '0 all  0',
      '1 sh  1',
      '2 a k 3',
      '2 b j 3',
      '2 b k 3',
      '3 c k 3',
      '2 b k 4',
      '2 d k 3',
    ];
    expect(trees.map(named)).toEqual([expected, expected]);
  });

  it('have each its own weights and verdicts, none where a frame is missing', () => {
    const [first, second] = trees;
    expect(Array.from(first?.graph.nodes.base ?? [])).toEqual([0, 0, 0, 0, 1, 10, 0, 5]);
    expect(Array.from(first?.graph.nodes.new ?? [])).toEqual([0, 0, 0, 0, 2, 20, 0, 5]);
    expect(Array.from(first?.graph.nodes.verdict ?? [])).toEqual([0, 0, 3, 3, 0, 0, 3, 0]);
    expect(Array.from(second?.graph.nodes.base ?? [])).toEqual([0, 0, 7, 0, 4, 0, 0, 0]);
    expect(Array.from(second?.graph.nodes.new ?? [])).toEqual([0, 0, 0, 3, 4, 0, 9, 0]);
    expect(Array.from(second?.graph.nodes.verdict ?? [])).toEqual([1, 1, 1, 1, 1, 3, 1, 3]);
    expect(first?.base[0]).toBe(16);
    expect(second?.new[0]).toBe(16);
  });

  it('have widths that hold every tree', () => {
    expect(Array.from(commonWidths(trees))).toEqual([46, 46, 7, 3, 22, 20, 9, 5]);
  });

  it('are none of none, and one of an empty one', () => {
    expect(overOneLayout([])).toEqual([]);
    expect(overOneLayout([graphOf([], 0)])[0]?.size).toBe(0);
  });
});
