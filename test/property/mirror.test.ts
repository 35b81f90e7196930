import { describe, expect, it } from 'vitest';
import { diffReport } from '../../src/cli/diff.js';
import { parseDiffOptions } from '../../src/cli/diff-options.js';
import { VERDICTS, type Report } from '../../src/report/schema.js';
import { NATIVE_IMAGE, PARAVIRT_IMAGE } from '../support/images.js';
import { recording } from '../support/recordings.js';

const natives = ['native', 'native-2', 'native-3'].map((name) => recording('6.1', name));
const others = ['paravirt', 'paravirt-unpatched'].map((name) => recording('6.1', name));

type Row = Pick<Report['total'], 'interval' | 'verdict'> & {
  base: number | null;
  new: number | null;
  bound?: Report['ops'][number]['bound'];
};

const MIRRORED: Partial<Record<string, string>> = { more: 'less', less: 'more' };
/** A lower bound is never called less; its verdict has no mirror. */
const verdictOf = ({ verdict, bound }: Row) => (bound === 'lower' ? null : verdict);

function plain(row: Row): unknown[] {
  return [row.base, row.new, row.interval?.map((end) => end + 0), verdictOf(row)];
}

function mirrored(row: Row): unknown[] {
  const verdict = verdictOf(row) ?? null;
  const interval = row.interval && [0 - row.interval[1], 0 - row.interval[0]];
  return [row.new, row.base, interval ?? undefined, verdict && (MIRRORED[verdict] ?? verdict)];
}

/** All rows by a name that both directions give them. */
function rowsOf(report: Report, one: (row: Row) => unknown[]): Record<string, unknown[]> {
  const swap = one === mirrored;
  const names = Array.from(report.graph.nodes.name, (name) => report.graph.names[name] ?? '');
  const rows: [string, unknown[]][] = [
    ['total', one(report.total)],
    ...report.ledger.map((row): [string, unknown[]] => [`bucket ${row.bucket}`, one(row)]),
    ...report.ops.map((row): [string, unknown[]] => [`op ${row.op}`, one(row)]),
    ...report.functions.map((row): [string, unknown[]] => [
      `function ${row.function} ${row.dso}`,
      one(row),
    ]),
    ...report.sites.map((row): [string, unknown[]] => {
      const { base, new: other } = row.returnOffset;
      const offsets = swap ? [other, base] : [base, other];
      const at = swap ? [row.offset.new, row.offset.base] : [row.offset.base, row.offset.new];
      return [
        `site ${row.function} ${row.op} ${row.ordinal} ${[...offsets, ...at].join()}`,
        one(row),
      ];
    }),
    ['frames', names],
    [
      'colours',
      Array.from(report.graph.nodes.verdict, (code) => {
        const verdict = VERDICTS[code] ?? '';
        return swap ? (MIRRORED[verdict] ?? verdict) : verdict;
      }),
    ],
  ];
  return Object.fromEntries(rows);
}

const images = { baseVmlinux: NATIVE_IMAGE, newVmlinux: PARAVIRT_IMAGE };
const swappedImages = { baseVmlinux: PARAVIRT_IMAGE, newVmlinux: NATIVE_IMAGE };
const precise = ['native', 'paravirt-unpatched'].map((name) => recording('6.1-precise', name));
const v612 = ['native', 'paravirt'].map((name) => recording('6.12', name));

describe('swapped sides mirror to the last bit: rows, intervals, verdicts, colours', () => {
  it.each([
    ['one run a side', natives.slice(0, 1), others.slice(0, 1), {}, {}],
    ['one run a side of another kernel', v612.slice(0, 1), v612.slice(1), {}, {}],
    ['one run a side, no timer', precise.slice(0, 1), precise.slice(1), {}, {}],
    ['one run a side with images', precise.slice(0, 1), precise.slice(1), images, swappedImages],
    ['runs against one', natives, others.slice(0, 1), {}, {}],
    ['several runs a side', natives, others, {}, {}],
    ['several runs a side with images', natives, others, images, swappedImages],
    ['several runs of one kernel', natives.slice(0, 2), natives.slice(1), {}, {}],
  ])('%s', async (_, base, other, there, back) => {
    const forward = await diffReport({ base, new: other }, parseDiffOptions(there));
    const backward = await diffReport({ base: other, new: base }, parseDiffOptions(back));
    const [a, b] = [rowsOf(forward, mirrored), rowsOf(backward, plain)];
    expect(Object.keys(b).sort()).toEqual(Object.keys(a).sort());
    for (const [name, row] of Object.entries(a)) expect([name, b[name]]).toEqual([name, row]);
    expect(forward.basis).toBe(Math.min(base.length, other.length) > 1 ? 'runs' : 'sampling');
  });
});
