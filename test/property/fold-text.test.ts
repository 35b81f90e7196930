import { afterEach, describe, expect, it } from 'vitest';
import { FrameTable, StringTable, type Sample } from '../../src/ingest/index.js';
import {
  foldProfile,
  ProfileBuilder,
  stackColumns,
  type Profile,
} from '../../src/profile/index.js';
import { leaveDirtyMemory, leaveLargeMemory } from '../support/dirty-memory.js';
import { seeded } from '../support/both-readers.js';

/** Names that begin alike, and bytes on either side of the semicolon that parts them. */
const SYMBOLS = [
  ...[
    'a',
    'a-b',
    'a;b',
    'a:b',
    'ab',
    'a b',
    'A',
    'a->b',
    '->',
    'a->',
    '[unknown]',
    '',
    '(x)',
    '~a',
  ],
  ...['f(int)', 'ä', 'ö', '\u{1f525}', '\uffee', 'a\u{10ffff}', 'a\u00ff', 'x'.repeat(5000)],
];
/** What the rules for argument lists look at. */
const PIECES = [
  'a',
  '(',
  ')',
  '<',
  '>',
  '{',
  '[',
  ']',
  '.',
  ';',
  ':',
  '-',
  ' ',
  '(anonymous namespace)',
];
const DSOS = ['[kernel.kallsyms]', '/usr/lib/a.so', '/tmp/perf-1.map', '', '[unknown]'];
const COMMS = ['sh', 'a b', 'a;b', 'java', ';', ''];
const PERIODS = [1, 0, 7, 123456789, 2 ** 53, 1e300, 0.5, -1];

function invented(seed: number, samples = 40): Profile {
  const random = seeded(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const comms = COMMS.filter((comm) => seed % 5 === 0 || comm !== 'java');
  const frames = new FrameTable(new StringTable());
  const builder = new ProfileBuilder(frames);
  for (let run = 0; run < 2; run++) {
    for (let i = 0; i < samples; i++) {
      const depth = 1 + Math.floor(random() * 6);
      const chain = Int32Array.from({ length: depth }, () =>
        frames.id({
          addressHi: 0,
          addressLo: Math.floor(random() * 4),
          symbol:
            random() < 0.5
              ? pick(SYMBOLS)
              : Array.from({ length: Math.floor(random() * 9) }, () => pick(PIECES)).join(''),
          offset: 1,
          dso: pick(DSOS),
          inlined: random() < 0.1,
        }),
      );
      const task = { comm: pick(comms), pid: 1, tid: 1, cpu: 0 };
      const sample = { ...task, time: 1, period: pick(PERIODS), event: 'e', rest: '' };
      builder.add({ ...sample, frames: chain, depth } as Sample);
    }
    builder.finishRun({ lines: { skipped: [] }, firstTime: NaN, lastTime: NaN } as never, {
      path: 'x',
      sha256: '',
    });
  }
  return builder.profile();
}

describe('folded stacks', () => {
  afterEach(() => {
    delete process.env['PVFLAME_WASM'];
  });

  it('are the same with and without WebAssembly, in bytewise order, whatever the names and weights', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const profile = invented(seed);
      const marks = { kernel: seed % 2 === 0, jit: seed % 3 === 0, addrs: seed % 7 === 0 };
      const fold = () => foldProfile(profile, { event: 'e', ...marks });
      delete process.env['PVFLAME_WASM'];
      if (seed === 50) leaveLargeMemory();
      else leaveDirtyMemory();
      const quick = fold();
      process.env['PVFLAME_WASM'] = 'off';
      expect(fold(), `seed ${seed}`).toEqual(quick);
      const stacks = quick.map((line) => Buffer.from(line.slice(0, line.lastIndexOf(' '))));
      expect(
        [...stacks].sort((a, b) => Buffer.compare(a, b)),
        `seed ${seed}`,
      ).toEqual(stacks);
      expect(new Set(stacks.map(String)).size).toBe(stacks.length);
    }
  });

  it('of two sides are the same columns with and without WebAssembly, whichever fit', () => {
    const wide = [];
    for (let seed = 1; seed <= 50; seed++) {
      const samples = seed % 10 === 0 ? 1000 : 40;
      const sides = [seed, seed + 1000, ...(seed % 3 === 0 ? [seed + 2000] : [])].map((of) => ({
        profile: invented(of, samples),
        event: 'e',
      }));
      delete process.env['PVFLAME_WASM'];
      const [b = 0, n = 0] = stackColumns(sides, 0).stacks;
      expect(Math.min(b, n)).toBeGreaterThan(10);
      for (const limit of [0, Math.min(b, n), Math.max(b, n)]) {
        const columns = () => {
          const { up, rank, ends, ...others } = stackColumns(sides, limit);
          const text = (json: Uint8Array) => Buffer.from(json).toString();
          const ofSide = (side: (typeof ends)[number]) =>
            side === null ? null : [text(side.at), text(side.weight)];
          return { ...others, up: text(up), rank: text(rank), ends: ends.map(ofSide) };
        };
        delete process.env['PVFLAME_WASM'];
        if (seed === 50) leaveLargeMemory();
        else leaveDirtyMemory();
        const quick = columns();
        process.env['PVFLAME_WASM'] = 'off';
        expect(columns(), `seed ${seed}, limit ${limit}`).toEqual(quick);
        wide.push(quick.fresh.length);
      }
    }
    // more names below names than the first table holds
    expect(Math.max(...wide)).toBeGreaterThan(1 << 11);
  });
});
