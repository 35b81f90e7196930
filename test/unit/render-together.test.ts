import { expect, it } from 'vitest';
import { kernelTree, paravirtTree } from '../../src/render/shared/derive.js';
import { buildTree, nodeName, type FrameTree } from '../../src/render/shared/tree.js';
import { sampleReport, type SamplePath } from '../support/sample-report.js';

it('a part of a frame was not tested, nor was one of two of which one weighs nothing', () => {
  const of = (paths: SamplePath[], view: (tree: FrameTree) => FrameTree, name: string) => {
    const report = sampleReport(paths);
    report.graph.nodes.verdict = report.graph.nodes.verdict.map(() => 0);
    const tree = view(buildTree(report.graph));
    const node = Array.from({ length: tree.size }, (_, i) => nodeName(tree, i)).indexOf(name);
    return [tree.graph.nodes.verdict[node], tree.together?.[node] !== 0];
  };
  const op = { path: ['a@comm', 'f', 'pv:irq.irq_enable@op'], base: 1, new: 2 };
  const beside = { path: ['a@comm', 'f', 'g'], base: 5, new: 5 };
  expect(of([op, beside], paravirtTree, 'f')).toEqual([3, true]);
  expect(of([op, beside], paravirtTree, 'pv:irq.irq_enable')).toEqual([0, false]);
  expect(of([op], paravirtTree, 'f')).toEqual([0, false]);
  // equal on one side is not the whole
  expect(of([op, { ...beside, base: 0 }], paravirtTree, 'f')).toEqual([3, true]);
  expect(of([op, { ...beside, new: 0 }], paravirtTree, 'f')).toEqual([3, true]);
  const under = (user: string, weight: number): SamplePath => ({
    path: ['a@comm', `${user}@user`, 'f'],
    base: weight,
    new: weight,
  });
  expect(of([under('u', 1), under('v', 0)], kernelTree, 'f')).toEqual([3, true]);
});
