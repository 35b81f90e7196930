import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareSides, delta, makeSide, mean } from '../../src/compare/index.js';
import { FrameTable, PerfScriptReader, StringTable } from '../../src/ingest/index.js';
import { frameFacts } from '../../src/paravirt/index.js';
import { ProfileBuilder, type Profile } from '../../src/profile/index.js';
import { frame } from '../support/recordings.js';

/** Nothing is known of the kernels. */
const ANY = [{ release: null, ops: null }];

const symbols = [
  'vfs_read',
  'do_set_pte',
  'native_set_pte',
  '__raw_callee_save___native_queued_spin_unlock',
  '__native_queued_spin_unlock',
  '_paravirt_ident_64',
  '__x86_return_thunk',
  'asm_sysvec_apic_timer_interrupt',
  'default_idle',
  'native_queued_spin_lock_slowpath',
  'xen_hypercall_sched_op',
  'paravirt_read_msr',
  'native_read_msr',
  'helper.isra.0',
  '[unknown]',
];
const kernelFrame = fc
  .tuple(fc.constantFrom(...symbols), fc.integer({ min: 0, max: 40 }))
  .map(([symbol, offset]) => frame(symbol, offset));
const userFrame = fc.constantFrom(
  '\t    401136 main+0x6 (/bin/a)',
  '\t         0 [unknown] ([unknown])',
);
const sample = fc.record({
  frames: fc
    .tuple(fc.array(kernelFrame, { maxLength: 8 }), fc.array(userFrame, { maxLength: 2 }))
    .map(([kernel, user]) => [...kernel, ...user])
    .filter((frames) => frames.length > 0),
  period: fc.integer({ min: 0, max: 1e9 }),
  comm: fc.constantFrom('a', 'b c', 'swapper'),
});
const recordingOf = fc.array(sample, { minLength: 1, maxLength: 60 });

function profileOf(runs: { frames: string[]; period: number; comm: string }[][]): Profile {
  const frames = new FrameTable(new StringTable());
  const builder = new ProfileBuilder(frames);
  runs.forEach((samples, i) => {
    const reader = new PerfScriptReader(builder.add, frames);
    for (const { frames: lines, period, comm } of samples) {
      const head = `${comm}  1/1  [000]  1.000000: ${String(period).padStart(10)} cycles: `;
      reader.push(Buffer.from(`${head}\n${lines.join('\n')}\n\n`));
    }
    builder.finishRun(reader.end(), { path: `run${i}`, sha256: String(i) });
  });
  return builder.profile();
}

const sideOf = (profile: Profile) =>
  makeSide(profile, frameFacts(profile.frames, { exactSymbols: false, kernels: ANY }), 'cycles');
const options = { mode: 'none', baseWork: [], newWork: [] } as const;

describe('the sum rule', () => {
  it('holds for any pair of profiles: buckets, ops, functions and graph add up to the total', () => {
    fc.assert(
      fc.property(recordingOf, recordingOf, (base, other) => {
        const result = compareSides(sideOf(profileOf([base])), sideOf(profileOf([other])), options);
        const total = delta(result.total);
        const ledger = Object.values(result.ledger).reduce((sum, row) => sum + delta(row), 0);
        expect(ledger).toBe(total);
        const call = result.ledger.call === undefined ? NaN : delta(result.ledger.call);
        expect(result.ops.reduce((sum, op) => sum + delta(op), 0)).toBe(call);
        const own = result.functions.reduce((sum, f) => sum + delta(f), 0);
        expect(own + call).toBe(total);
        const graph = result.tree.new.reduce(
          (sum, w, i) => sum + w - (result.tree.base[i] ?? 0),
          0,
        );
        expect(graph).toBe(total);
        const periods = (samples: typeof base) => samples.reduce((sum, s) => sum + s.period, 0);
        expect(total).toBe(periods(other) - periods(base));
      }),
      { numRuns: 300 },
    );
  });

  it('is 0 everywhere for a profile against itself', () => {
    fc.assert(
      fc.property(recordingOf, (samples) => {
        const result = compareSides(
          sideOf(profileOf([samples])),
          sideOf(profileOf([samples])),
          options,
        );
        const rows = [
          ...result.ops,
          ...result.sites,
          ...result.functions,
          ...Object.values(result.ledger),
        ];
        expect(rows.filter((row) => delta(row) !== 0)).toEqual([]);
        expect(result.splices).toEqual([]);
        expect(result.tree.base).toEqual(result.tree.new);
      }),
      { numRuns: 200 },
    );
  });

  it('does not depend on the order of samples or runs', () => {
    fc.assert(
      fc.property(
        fc.array(recordingOf, { minLength: 2, maxLength: 3 }),
        recordingOf,
        (runs, other) => {
          const there = compareSides(sideOf(profileOf(runs)), sideOf(profileOf([other])), options);
          const shuffled = [...runs].reverse().map((run) => [...run].reverse());
          const back = compareSides(
            sideOf(profileOf(shuffled)),
            sideOf(profileOf([[...other].reverse()])),
            options,
          );
          const rows = (result: typeof there) =>
            result.ops.map((op) => [op.op, mean(op.base), mean(op.new), op.sites]);
          expect(rows(back)).toEqual(rows(there));
          expect(mean(back.total.base)).toBeCloseTo(mean(there.total.base), 6);
        },
      ),
      { numRuns: 100 },
    );
  });
});
