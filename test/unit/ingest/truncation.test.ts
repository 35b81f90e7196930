import { describe, expect, test } from 'vitest';
import { lineCount, read } from './support.js';

const samples = (lines: string[]) => lines.map((l) => `${l}\n`).join('');

// comm, fields and frames that stay readable when a piece is missing
const CHAIN = samples([
  'a b 12 [003] 17816 [001]  1037.328052:     250000        cpu-clock:u: ',
  '\tffffffff821ef691 do_syscall_64+0x71 ([kernel.kallsyms])',
  '\t            119c std::function<void ()>::operator()+0x43 (/tmp/a b (deleted))',
  '\t           1bccb _dl_start_final+0x55b (inlined)',
  '',
]);
const FLAT = samples([
  '       perf-exec 17909 [000]  1040.960791:     250000 cpu-clock:  ffffffff81601cb7 folio_add+0x7 ([kernel.kallsyms])',
]);
const NO_EVENT = samples([
  'nm 17816  1037.328052:     250000 ',
  '\tffffffff821ef691 f+0x71 ([k])',
  '',
]);
const BARE = samples(['nm ', '\tffffffff821ef691 do_syscall_64', '']);
const NO_LINE = samples(['', '\tffffffff821ef691 do_syscall_64', '']);

describe.each([
  ['callchains', CHAIN],
  ['flat', FLAT],
  ['no event', NO_EVENT],
  ['comm,ip,sym', BARE],
  ['ip,sym', NO_LINE],
])('%s: cut at every byte', (name, sample) => {
  const whole = sample + sample + sample;
  const n = 3;
  const expected = read(whole).samples;
  const events = new Set(expected.map((s) => s.event));

  test('whole', () => {
    expect(expected).toHaveLength(n);
    expect(read(whole).recording.truncated).toBe(false);
  });

  test('n-1 or n samples, the first ones untouched, no made-up weight, all lines told', () => {
    for (let cut = whole.length - sample.length; cut < whole.length; cut++) {
      const text = whole.slice(0, cut);
      const { samples: got, recording } = read(text);
      const where = `${name} cut at ${cut}: ${JSON.stringify(text.slice(-40))}`;
      expect(recording.lines.total, where).toBe(lineCount(text));
      expect([n - 1, n], where).toContain(got.length);
      expect(got.slice(0, n - 1), where).toEqual(expected.slice(0, n - 1));
      for (const s of got) {
        expect(s.period, where).toBe(expected[0]?.period);
        expect(events, where).toContain(s.event);
        // every frame kept is one that was recorded, where the dso tells whole from cut
        if (!name.includes('ip,sym')) {
          const leaf = expected[0]?.frames.slice(0, s.frames.length);
          expect(s.frames, where).toEqual(leaf);
        }
      }
      expect(recording.samples).toBe(got.length);
    }
  });
});

test.each([
  ['blanks before an address', CHAIN, '\t      '],
  ['a frame without a dso', CHAIN.replaceAll(/ \(.*\)$/gm, ''), '\tffffffff821ef691 do_sys'],
  ['a source line', BARE, '\tffffffff821ef691 do_syscall_64\n  entry.S:1'],
])('within %s', (_, whole, piece) => {
  const head = whole.slice(0, whole.indexOf('\n\n') + 2);
  const text = `${head}${head.slice(0, -1)}${piece}`;
  const { samples: got, recording } = read(text);
  expect(recording.truncated).toBe(true);
  expect(got).toHaveLength(1);
  expect(recording.lines.total).toBe(lineCount(text));
});

test('what is cut off is said, with the line', () => {
  const text = CHAIN + CHAIN.slice(0, CHAIN.indexOf('(deleted'));
  const { recording } = read(text);
  expect(recording.truncated).toBe(true);
  expect(recording.lines.skipped).toEqual([
    { reason: 'cut off at the end of the input', lines: 3, firstLine: 6 },
  ]);
});
