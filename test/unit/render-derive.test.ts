import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findPath, fromHash, pathOf, START, toHash } from '../../src/page/location.js';
import {
  calleesTree,
  callersTree,
  kernelTree,
  paravirtTree,
} from '../../src/render/shared/derive.js';
import { cutTree } from '../../src/render/shared/cut.js';
import { frameDetails, frameSentence } from '../../src/render/shared/describe.js';
import { oneSided } from '../../src/render/shared/colour.js';
import {
  at,
  buildTree,
  frameWidths,
  nodeName,
  type FrameTree,
} from '../../src/render/shared/tree.js';
import { tableMarkdown, tableTsv } from '../../src/render/shared/table-copy.js';
import { manyPaths, sampleReport, smallPaths, type SamplePath } from '../support/sample-report.js';

const treeOf = (paths: SamplePath[]): FrameTree => buildTree(sampleReport(paths).graph);

/** Inclusive base and new of every path of names. */
function sums(tree: FrameTree): Map<string, [number, number]> {
  const found = new Map<string, [number, number]>();
  for (let i = 0; i < tree.size; i++)
    found.set(pathOf(tree, i).join(';'), [at(tree.base, i), at(tree.new, i)]);
  return found;
}

describe('derived trees', () => {
  const tree = treeOf(smallPaths());

  it('kernel: user frames go, what is below them stays, to the last unit', () => {
    const kernel = kernelTree(tree);
    const user = 210e6;
    expect(at(kernel.base, 0)).toBe(at(tree.base, 0) - user);
    expect(Array.from({ length: kernel.size }, (_, i) => nodeName(kernel, i))).not.toContain(
      'main',
    );
  });

  it('paravirt: just what is in ops and behind them', () => {
    const paravirt = paravirtTree(tree);
    expect([at(paravirt.base, 0), at(paravirt.new, 0)]).toEqual([6e6, 85.9e6]);
    for (const [path, sum] of sums(paravirt)) {
      const whole = sums(tree).get(path);
      expect(whole).toBeDefined();
      expect(sum[1]).toBeLessThanOrEqual(whole?.[1] ?? 0);
    }
  });

  it('callees and callers of a name have the same weight, that of its topmost frames', () => {
    const paths: SamplePath[] = [
      { path: ['a@comm', 'f', 'g', 'f', 'h'], base: 1, new: 2 },
      { path: ['a@comm', 'x', 'f'], base: 10, new: 20 },
      { path: ['b@comm', 'x', 'f', 'h'], base: 100, new: 200 },
      { path: ['b@comm', 'y'], base: 1000, new: 2000 },
    ];
    const small = treeOf(paths);
    const callees = calleesTree(small, 'f');
    const callers = callersTree(small, 'f');
    expect([at(callees.base, 0), at(callees.new, 0)]).toEqual([111, 222]);
    expect([at(callers.base, 0), at(callers.new, 0)]).toEqual([111, 222]);
    expect(Object.fromEntries(sums(callees))).toEqual({
      '': [111, 222],
      g: [1, 2],
      'g;f': [1, 2],
      'g;f;h': [1, 2],
      h: [100, 200],
    });
    expect(Object.fromEntries(sums(callers))).toEqual({
      '': [111, 222],
      a: [1, 2],
      x: [110, 220],
      'x;a': [10, 20],
      'x;b': [100, 200],
    });
  });

  it('a frame that stands for several was not tested; one that stands for one keeps its verdict', () => {
    const report = sampleReport([
      { path: ['a@comm', 'u@user', 'f'], base: 1, new: 2 },
      { path: ['a@comm', 'v@user', 'f'], base: 1, new: 2 },
      { path: ['b@comm', 'u@user', 'g'], base: 1, new: 2 },
    ]);
    report.graph.nodes.verdict = report.graph.nodes.verdict.map(() => 0);
    const kernel = kernelTree(buildTree(report.graph));
    const verdicts = new Map(
      Array.from({ length: kernel.size }, (_, i) => [
        nodeName(kernel, i),
        [kernel.graph.nodes.verdict[i], kernel.together?.[i]],
      ]),
    );
    expect(verdicts.get('f')).toEqual([3, 1]);
    expect(verdicts.get('g')).toEqual([0, 0]);
  });

  it('a part of a frame is not new where the whole is in base, nor gone where it is in new', () => {
    const report = sampleReport([
      { path: ['bench@comm', 'phase_mmap', 'f'], base: 100, new: 90 },
      { path: ['bench@comm', 'phase_mmap', 'pv:mmu.set_pte@op'], base: 0, new: 20 },
      { path: ['bench@comm', 'phase_exec', 'f'], base: 100, new: 90 },
      { path: ['bench@comm', 'phase_exec', 'pv:mmu.set_pud@op'], base: 5, new: 0 },
    ]);
    const whole = buildTree(report.graph);
    const told = (tree: FrameTree): Map<string, string[]> => {
      const context = { tree, baseTotal: 205, newTotal: 200, unit: 'samples', noise: '' };
      const cut = cutTree(tree, frameWidths(tree, 'larger'), { root: 0, pixels: 1000 });
      return new Map(
        cut.placed.map((frame) => [
          nodeName(tree, frame.node),
          [frameSentence(context, frame), oneSided(tree, frame)],
        ]),
      );
    };
    const paravirt = told(paravirtTree(whole));
    expect(paravirt.get('phase_mmap')).toEqual(['phase_mmap: +20 samples, +9.76 points', '']);
    expect(paravirt.get('phase_exec')).toEqual([
      'phase_exec: −5 samples, −2.44 points, −100.00 % of its base',
      '',
    ]);
    expect(paravirt.get('pv:mmu.set_pte')?.[1]).toBe('new');
    expect(paravirt.get('pv:mmu.set_pud')?.[1]).toBe('gone');
    // callers hold the weight that goes to the name alone
    expect(told(callersTree(whole, 'pv:mmu.set_pte')).get('phase_mmap')?.[1]).toBe('');
    expect(told(callersTree(whole, 'pv:mmu.set_pte')).get('pv:mmu.set_pte')?.[1]).toBe('new');
  });

  it('a part of one frame is not called frames of several places', () => {
    const tree = paravirtTree(treeOf(smallPaths()));
    const context = { tree, baseTotal: 1, newTotal: 1, unit: 'samples', noise: '' };
    const [root] = cutTree(tree, frameWidths(tree, 'larger'), { root: 0, pixels: 1000 }).placed;
    const details = new Map(root === undefined ? [] : frameDetails(context, root));
    expect(details.get('verdict')).toBe('not tested: this view leaves out part of its weight');
  });

  it('hold with 50,000 nodes', () => {
    const large = treeOf(manyPaths(50_000));
    expect(at(kernelTree(large).base, 0)).toBeCloseTo(at(large.base, 0), 3);
    const name = nodeName(large, 5);
    expect(at(calleesTree(large, name).base, 0)).toBeCloseTo(
      at(callersTree(large, name).base, 0),
      3,
    );
  });
});

describe('addresses', () => {
  it('come back as they were, whatever the names', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { maxLength: 6 }),
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'grapheme' }),
        fc.boolean(),
        (path, around, search, flame) => {
          const view =
            around === ''
              ? ({ kind: 'kernel' } as const)
              : ({ kind: 'around', name: around } as const);
          const place = { ...START, view, path, search, flame, width: 'change' as const };
          const hash = toHash(place);
          expect(hash).toMatch(/^#[\w%&=.!~*'()/-]*$/);
          const lone = /[\ud800-\udfff]/u.test(around);
          if (!lone && hash.length < 20_000) expect(fromHash(hash)).toEqual(place);
        },
      ),
    );
  });

  it('never throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void fromHash(`#${text}`)));
  });

  it('find a path, or the nearest frame above where it ends', () => {
    const tree = treeOf(smallPaths());
    for (let i = 0; i < tree.size; i++) {
      expect(findPath(tree, pathOf(tree, i))).toEqual({ node: i, missing: 0 });
      expect(findPath(tree, [...pathOf(tree, i), 'no such', 'frame'])).toEqual({
        node: i,
        missing: 2,
      });
    }
  });
});

describe('copied tables', () => {
  const view = {
    id: 'x',
    label: 'x',
    top: 1,
    heads: [
      { head: 'name', numeric: false },
      { head: 'base', sub: 'ns', numeric: true },
    ],
    rows: [],
  };

  it('keep a name in its cell', () => {
    const rows = [{ quiet: false, cells: [{ text: 'a\tb\nc|d' }, { text: '1', sub: '2' }] }];
    expect(tableTsv(view, rows)).toBe('name\tbase (ns)\na b c|d\t1 (2)\n');
    expect(tableMarkdown(view, rows)).toBe(
      '| name | base \\(ns\\) |\n| --- | ---: |\n| a b c\\|d | 1 \\(2\\) |\n',
    );
  });

  it('let no name become markup, mention or link', () => {
    const cells = [{ text: '<img src=x> @root #1 ![x](y) `c` **b**' }, { text: '' }];
    const line = tableMarkdown(view, [{ quiet: false, cells }]).split('\n')[2] ?? '';
    expect(line).not.toMatch(/<|(?<!\\)[@#`*[\]()!]/);
  });
});
