import { describe, expect, it } from 'vitest';
import { compareSides, makeSide, VERDICTS, type Side } from '../../src/compare/index.js';
import { frameFacts } from '../../src/paravirt/index.js';
import {
  DEFAULT_PROFILE_OPTIONS,
  readProfile,
  WeightColumn,
  type Profile,
} from '../../src/profile/index.js';
import { recording } from '../support/recordings.js';
import { seeded } from '../unit/stats/support/random.js';

/** Nothing is known of the kernels. */
const ANY = [{ release: null, ops: null }];

const SPLITS = 500;

/** A recording's samples in their order: stack node and weight of each. */
async function samplesOf(path: string) {
  const nodes: number[] = [];
  const weights: number[] = [];
  const add = Object.getOwnPropertyDescriptor(WeightColumn.prototype, 'add')?.value as (
    this: WeightColumn,
    node: number,
    weight: number,
    samples?: number,
  ) => void;
  WeightColumn.prototype.add = function (node, weight, samples) {
    nodes.push(node);
    weights.push(weight);
    add.call(this, node, weight, samples);
  };
  // without it samples do not come one by one
  process.env['PVFLAME_WASM'] = 'off';
  try {
    const profile = await readProfile([path], { ...DEFAULT_PROFILE_OPTIONS, nameOf: (p) => p });
    return { profile, nodes, weights };
  } finally {
    WeightColumn.prototype.add = add;
    delete process.env['PVFLAME_WASM'];
  }
}

describe('random halves of one recording', () => {
  it('colour no frame in at least 465 of 500 splits', async () => {
    const { profile, nodes, weights } = await samplesOf(recording('6.1', 'native'));
    const [run] = profile.runs;
    const event = run?.columns[0]?.event ?? '';
    expect(nodes.length).toBe(run?.columns[0]?.samples);
    const facts = frameFacts(profile.frames, { exactSymbols: false, kernels: ANY });
    const random = seeded(500);
    let [clean, judged] = [0, 0];
    for (let split = 0; split < SPLITS; split++) {
      const columns = [new WeightColumn(event), new WeightColumn(event)];
      nodes.forEach((node, i) => columns[random() < 0.5 ? 0 : 1]?.add(node, weights[i] ?? 0));
      const [base, other] = columns.map((column): Side => {
        const half: Profile = {
          ...profile,
          runs: profile.runs.map((one) => ({ ...one, columns: [column] })),
        };
        return makeSide(half, facts, event);
      });
      if (base === undefined || other === undefined) throw new Error('two halves');
      const { findings, verdicts: codes } = compareSides(base, other, {
        mode: 'none',
        baseWork: [],
        newWork: [],
      });
      expect(findings.basis).toBe('sampling');
      const verdicts = Array.from(codes, (code) => VERDICTS[code]);
      judged += verdicts.filter((verdict) => verdict === 'within noise').length;
      if (!verdicts.some((verdict) => verdict === 'more' || verdict === 'less')) clean++;
    }
    // hundreds of frames a split have enough samples to be judged at all
    expect(judged / SPLITS).toBeGreaterThan(200);
    expect(clean).toBeGreaterThanOrEqual(465);
  });
});
