import { afterEach, describe, expect, it } from 'vitest';
import { renderJson } from '../../src/render/json.js';
import { columnsJson } from '../../src/report/columns.js';
import type { Graph, Report } from '../../src/report/schema.js';
import { seeded } from '../support/both-readers.js';
import { leaveDirtyMemory, leaveLargeMemory } from '../support/dirty-memory.js';
import { hostilePaths, sampleReport, smallPaths } from '../support/sample-report.js';

const NODES = 20_000;

/** Typed columns of a wide graph, of numbers as `weight` gives them. */
function columns(weight: (random: () => number) => number, nodes = NODES): Graph['nodes'] {
  const random = seeded(nodes);
  const whole = (most: number) => () => Math.floor(random() * most);
  const of = (next: () => number) => Array.from({ length: nodes }, next);
  return {
    depth: Int32Array.from(of(whole(100))),
    name: Int32Array.from(of(whole(2 ** 31))),
    kind: Uint8Array.from(of(whole(256))),
    base: Float64Array.from(of(() => weight(random))),
    new: Float64Array.from(of(() => weight(random))),
    verdict: Uint8Array.from(of(whole(4))),
    moved: of(whole(2)),
  };
}

const WEIGHTS: [string, (random: () => number) => number][] = [
  ['whole numbers', (random) => Math.floor(random() * 2 ** (random() * 53))],
  [
    'zeros and signs',
    (random) => [0, -0, -1, 2 ** 53 - 1, 1 - 2 ** 53][Math.floor(random() * 5)] ?? 0,
  ],
  ['what is not whole', (random) => random() * 1e9],
  ['one that is not whole', (random) => (random() < 1e-4 ? 0.1 : 1)],
  ['what is too large', (random) => (random() < 1e-4 ? 2 ** 53 : 1e21 * Math.floor(random() * 2))],
];

const expected = (report: Report) => {
  const lists = Object.entries(report.graph.nodes).map(([key, column]) => [key, [...column]]);
  const graph = { ...report.graph, nodes: Object.fromEntries(lists) as Graph['nodes'] };
  return JSON.stringify({ ...report, graph }) + '\n';
};

describe('renderJson', () => {
  afterEach(() => {
    delete process.env['PVFLAME_WASM'];
  });

  it.each(WEIGHTS)('writes a wide graph as JSON.stringify writes lists: %s', (_what, weight) => {
    const report: Report = sampleReport(hostilePaths());
    report.graph = { ...report.graph, nodes: columns(weight) };
    leaveDirtyMemory();
    expect(columnsJson(report.graph.nodes)).toBeInstanceOf(Uint8Array);
    leaveLargeMemory();
    const wide = Buffer.from(renderJson(report)).toString();
    expect(wide === expected(report)).toBe(true);
    process.env['PVFLAME_WASM'] = 'off';
    expect(columnsJson(report.graph.nodes)).toBeTypeOf('string');
    expect(Buffer.from(renderJson(report)).toString() === wide).toBe(true);
  });

  it('writes a small graph, of lists or not', () => {
    const report: Report = sampleReport(smallPaths());
    expect(Buffer.from(renderJson(report)).toString()).toBe(JSON.stringify(report) + '\n');
    report.graph = { ...report.graph, nodes: columns(() => 1.5, 10) };
    expect(Buffer.from(renderJson(report)).toString()).toBe(expected(report));
  });
});
