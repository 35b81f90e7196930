import { describe, expect, it } from 'vitest';
import { documentOf } from '../../support/document.js';
import { NODE_KINDS, reportSchema } from '../../../src/report/schema.js';
import { foldProfile, readProfile, DEFAULT_PROFILE_OPTIONS } from '../../../src/profile/index.js';
import { ledgerOf, recording, reportOf } from '../../support/recordings.js';

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

describe.each([
  ['6.1', 'native', 'paravirt'],
  ['6.1', 'native', 'paravirt-unpatched'],
  ['6.12', 'native', 'paravirt'],
])('Linux %s, %s against %s', (kernel, base, other) => {
  it('adds up: ledger, ops, functions and graph are the total, to the last unit', async () => {
    const report = reportSchema.parse(
      documentOf(await reportOf(recording(kernel, base), recording(kernel, other))),
    );
    expect(report.sumCheck).toBe(0);
    const ledger = ledgerOf(report);
    expect(sum(Object.values(ledger))).toBe(report.total.delta);
    expect(sum(report.ops.map((op) => op.extra))).toBe(ledger['call']);
    for (const bucket of ['wait', 'rest', 'user'] as const) {
      const rows = report.functions.filter((f) => f.bucket === bucket);
      expect(sum(rows.map((f) => f.delta))).toBe(ledger[bucket]);
    }
    expect(sum(report.graph.nodes.base)).toBe(report.total.base);
    expect(sum(report.graph.nodes.new)).toBe(report.total.new);
    expect(report.total.base).toBe(report.base.runs[0]?.weight);
    expect(report.total.new).toBe(report.new.runs[0]?.weight);
  });

  it('mirrors when the sides are swapped', async () => {
    const [a, b] = [recording(kernel, base), recording(kernel, other)];
    const [there, back] = [await reportOf(a, b), await reportOf(b, a)];
    expect(back.total.delta).toBe(-there.total.delta);
    const flip = (entries: Record<string, number>) =>
      Object.fromEntries(Object.entries(entries).map(([k, v]) => [k, v === 0 ? 0 : -v]));
    expect(ledgerOf(back)).toEqual(flip(ledgerOf(there)));
    const ops = (r: typeof there, sign: number) =>
      Object.fromEntries(r.ops.map((op) => [op.op, op.extra === 0 ? 0 : sign * op.extra]));
    expect(ops(back, -1)).toEqual(ops(there, 1));
  });
});

describe('a recording against itself', () => {
  it('has delta 0 everywhere, no coloured frame, and says that it is the same file', async () => {
    const path = recording('6.1', 'paravirt-unpatched');
    const report = await reportOf(path, path);
    expect(report.total.delta).toBe(0);
    expect(report.ledger.filter((row) => row.delta !== null && row.delta !== 0)).toEqual([]);
    expect(report.ops.filter((row) => row.extra !== 0)).toEqual([]);
    expect(report.sites.filter((row) => row.extra !== 0)).toEqual([]);
    expect(report.functions.filter((row) => row.delta !== 0)).toEqual([]);
    expect(report.graph.nodes.base).toEqual(report.graph.nodes.new);
    expect(report.moved.splices).toEqual([]);
    expect(report.warnings.map((w) => w.code)).toContain('same-file');
    expect(report.nameable).toBeNull();
  });
});

describe('what one run a side allows to say', () => {
  it('has no interval on the total, sampling noise on rows; timer rows are lower bounds', async () => {
    const report = await reportOf(
      recording('6.1', 'native'),
      recording('6.1', 'paravirt-unpatched'),
    );
    expect([report.basis, report.total.interval, report.total.verdict]).toEqual([
      'sampling',
      null,
      'too little data',
    ]);
    const rows = [...report.ops, ...report.sites, ...report.functions];
    expect(rows.every((row) => row.interval !== null)).toBe(true);
    const few = rows.filter((row) => row.samples.base + row.samples.new < 10);
    expect(few.length).toBeGreaterThan(100);
    expect(few.filter((row) => row.verdict !== 'too little data')).toEqual([]);
    const many = rows.filter((row) => row.samples.base + row.samples.new >= 10);
    expect(many.filter((row) => row.verdict === 'too little data' && !('bound' in row))).toEqual(
      [],
    );
    expect(report.ops.filter((op) => op.verdict === 'less')).toEqual([]);
    expect(report.ops.every((op) => op.bound === 'lower')).toBe(true);
    expect(report.sites.every((site) => site.bound === 'lower')).toBe(true);
    expect(report.warnings.map((w) => w.code)).toEqual(['one-run', 'timer-event', 'without-image']);
  });

  it('tells a patched from an unpatched site where both show it, on one image', async () => {
    const report = await reportOf(
      recording('6.1', 'paravirt-unpatched'),
      recording('6.1', 'paravirt'),
    );
    expect(report.warnings.map((w) => w.code)).toContain('same-kernel');
    const changed = report.sites.filter((site) => site.state.base === 'indirect');
    expect(changed.length).toBeGreaterThan(0);
    for (const site of changed) {
      expect(site.state.new).toBe('direct');
      expect((site.returnOffset.base ?? 0) - (site.returnOffset.new ?? 0)).toBe(1);
    }
    expect(report.sites.filter((site) => site.state.base === 'direct')).toEqual([]);
  });
});

describe('the graph', () => {
  it('shows an op frame between the caller and its callees', async () => {
    const { graph } = await reportOf(
      recording('6.1', 'native'),
      recording('6.1', 'paravirt-unpatched'),
    );
    const kinds = Array.from(graph.nodes.kind, (kind) => NODE_KINDS[kind]);
    const stack: number[] = [];
    let callees = 0;
    kinds.forEach((kind, node) => {
      stack.length = graph.nodes.depth[node] ?? 0;
      if (kind === 'callee') {
        callees++;
        const above = stack.map((n) => kinds[n]);
        expect(above).toContain('op');
      }
      stack.push(node);
    });
    expect(callees).toBeGreaterThan(20);
  });

  it('folds back to its inputs: every side has the weight that fold gives', async () => {
    const path = recording('6.12', 'paravirt');
    const report = await reportOf(recording('6.12', 'native'), path);
    const profile = await readProfile([path], { ...DEFAULT_PROFILE_OPTIONS, nameOf: (p) => p });
    const lines = foldProfile(profile, {
      event: 'cpu-clock',
      kernel: false,
      jit: false,
      addrs: false,
    });
    const folded = sum(lines.map((line) => Number(line.slice(line.lastIndexOf(' ') + 1))));
    expect(folded).toBe(report.total.new);
  });
});
