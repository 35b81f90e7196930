import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RawFrame } from '../../src/ingest/index.js';
import { LineCache } from '../../src/ingest/line-cache.js';
import { lineCount, read } from '../unit/ingest/support.js';

// Samples printed in perf's own columns (tools/perf/builtin-script.c, perf_sample__fprintf_start()
// and process_event(); util/evsel_fprintf.c), then read back.
interface Printed {
  comm: string;
  pid: number;
  tid: number;
  cpu: number;
  nanoseconds: number;
  period: number;
  event: string;
  frames: RawFrame[];
}
interface Fields {
  comm?: boolean;
  pid?: boolean;
  tid?: boolean;
  cpu?: boolean;
  misc?: boolean;
  time?: boolean;
  ns?: boolean;
  period?: boolean;
  event?: boolean;
  symoff?: boolean;
  dso?: boolean;
}

const word = fc.stringMatching(/^[!-~]{1,6}$/);
/** What prctl(PR_SET_NAME) allows, blanks at the ends apart: they look like perf's padding. */
const comm = fc
  .oneof(
    fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' ')),
    fc.constantFrom('a b 12 [003]', '1.000000: x:', '# x', 'cycles:', '0/0', '[001]', '12', ':-1'),
  )
  .map((text) => text.slice(0, 15).trim())
  .filter((text) => text !== '');
const event = fc.constantFrom(
  'cpu-clock',
  'cycles:P',
  'cpu_core/cycles/',
  'sched:sched_switch',
  'cpu/event=0x3c,umask=0x0/ukp',
);
const symbol = fc.oneof(
  fc.stringMatching(/^[A-Za-z_.@$][\w.@$]{0,20}$/),
  fc.constantFrom(
    'A::operator()(int) const',
    'std::function<void ()>::operator()',
    '(anonymous namespace)::f',
    'a;b<c, d>::{lambda(int)#1}::operator()',
    '[unknown]',
    '@plt',
    'foo.isra.0',
    'x+0xg',
  ),
);
const dso = fc.constantFrom(
  '[kernel.kallsyms]',
  '/usr/lib/a b.so',
  '/tmp/a (deleted)',
  '[unknown]',
  '[vdso]',
  '/x(1)/y',
  'memfd:a b (deleted)',
);
const frame: fc.Arbitrary<RawFrame> = fc.record({
  addressHi: fc.oneof(fc.constant(0xffffffff), fc.constant(0), fc.nat(0xffffffff)),
  addressLo: fc.integer({ min: 0, max: 0xffffffff }),
  symbol,
  offset: fc.integer({ min: 0, max: 2 ** 47 }),
  dso,
  inlined: fc.constant(false),
});
const printed = (frames: fc.Arbitrary<RawFrame[]>): fc.Arbitrary<Printed> =>
  fc.record({
    comm,
    pid: fc.nat(4194304),
    tid: fc.nat(4194304),
    cpu: fc.nat(1023),
    nanoseconds: fc.integer({ min: 0, max: 1e15 }),
    period: fc.oneof(fc.nat(1000), fc.integer({ min: 0, max: 2 ** 53 })),
    event,
    frames,
  });

function header(s: Printed, fields: Fields, flat: boolean, width: number): string {
  let line = '';
  if (fields.comm) line += `${flat ? s.comm.padStart(16) : s.comm} `;
  if (fields.pid && fields.tid) line += `${String(s.pid).padStart(7)}/${String(s.tid).padEnd(7)} `;
  else if (fields.tid) line += `${String(s.tid).padStart(7)} `;
  if (fields.cpu) line += `[${String(s.cpu).padStart(3, '0')}] `;
  if (fields.misc) line += 'K'.padEnd(6);
  if (fields.time) line += timeText(s, fields);
  if (fields.period) line += `${String(s.period).padStart(10)} `;
  if (fields.event) line += `${s.event.padStart(width)}: `;
  return line;
}

function timeText(s: Printed, fields: Fields): string {
  const seconds = Math.floor(s.nanoseconds / 1e9);
  const rest = String(s.nanoseconds % 1e9).padStart(9, '0');
  return fields.ns
    ? `${String(seconds).padStart(5)}.${rest}: `
    : `${`${seconds}.${rest.slice(0, 6)}`.padStart(12)}: `;
}

function frameText(f: RawFrame, fields: Fields): string {
  const hi = f.addressHi === 0 ? '' : f.addressHi.toString(16);
  const lo = f.addressLo.toString(16);
  const ip = (hi === '' ? lo : hi + lo.padStart(8, '0')).padStart(16);
  const offset = fields.symoff && f.symbol !== '[unknown]' ? `+0x${f.offset.toString(16)}` : '';
  return `${ip} ${f.symbol}${offset}${fields.dso ? ` (${f.dso})` : ''}`;
}

function print(samples: Printed[], fields: Fields, flat: boolean): string {
  const width = Math.max(...samples.map((s) => s.event.length));
  return samples
    .map((s) => {
      const line = header(s, fields, flat, width);
      if (flat) return `${line} ${s.frames.map((f) => frameText(f, fields)).join('')}\n`;
      return `${line}\n${s.frames.map((f) => `\t${frameText(f, fields)}\n`).join('')}\n`;
    })
    .join('');
}

function expected(s: Printed, fields: Fields) {
  return {
    comm: fields.comm ? s.comm : '',
    pid: fields.pid ? s.pid : -1,
    tid: fields.tid ? s.tid : -1,
    cpu: fields.cpu ? s.cpu : -1,
    time: fields.time ? Number(timeText(s, fields).trim().slice(0, -1)) : NaN,
    period: fields.period ? s.period : -1,
    event: fields.event ? s.event : '',
    frames: s.frames.map((f) => ({
      ...f,
      offset: fields.symoff && f.symbol !== '[unknown]' ? f.offset : -1,
      dso: fields.dso ? f.dso : '',
    })),
  };
}

const SETS: Record<string, Fields> = {
  default: {
    comm: true,
    tid: true,
    cpu: true,
    time: true,
    period: true,
    event: true,
    symoff: true,
    dso: true,
  },
  'recommended, --ns': {
    comm: true,
    pid: true,
    tid: true,
    cpu: true,
    time: true,
    ns: true,
    period: true,
    event: true,
    symoff: true,
    dso: true,
  },
  '+misc': {
    comm: true,
    pid: true,
    tid: true,
    cpu: true,
    misc: true,
    time: true,
    period: true,
    event: true,
    symoff: true,
    dso: true,
  },
  'per task, no cpu': {
    comm: true,
    tid: true,
    time: true,
    period: true,
    event: true,
    symoff: true,
    dso: true,
  },
  'no symoff': { comm: true, tid: true, time: true, period: true, event: true, dso: true },
  'no comm': {
    pid: true,
    tid: true,
    cpu: true,
    time: true,
    period: true,
    event: true,
    symoff: true,
    dso: true,
  },
  'no period': { comm: true, pid: true, tid: true, time: true, event: true, dso: true },
  'no time': {
    comm: true,
    pid: true,
    tid: true,
    cpu: true,
    period: true,
    event: true,
    symoff: true,
    dso: true,
  },
};

describe.each(Object.entries(SETS))('%s', (_, fields) => {
  test('callchains read back as printed', () => {
    const chains = fc.array(printed(fc.array(frame, { minLength: 1, maxLength: 5 })), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(chains, (samples) => check(samples, fields, false)),
      { numRuns: 150 },
    );
  });

  test('flat samples read back as printed', () => {
    const flats = fc.array(printed(fc.array(frame, { minLength: 1, maxLength: 1 })), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(flats, (samples) => check(samples, fields, true)),
      { numRuns: 150 },
    );
  });
});

function check(samples: Printed[], fields: Fields, flat: boolean): void {
  const text = print(samples, fields, flat);
  const { samples: got, recording } = read(text);
  expect(
    got.map(({ rest: _rest, ...s }) => s),
    text,
  ).toEqual(samples.map((s) => expected(s, fields)));
  expect(recording.lines.skipped).toEqual([]);
  expect(recording.lines.total).toBe(lineCount(text));
}

describe('LineCache', () => {
  test('is a map from bytes to numbers', () => {
    const lines = fc.array(fc.uint8Array({ maxLength: 4, max: 3 }), { maxLength: 300 });
    fc.assert(
      fc.property(lines, (keys) => {
        const cache = new LineCache();
        const model = new Map<string, number>();
        for (const [i, key] of keys.entries()) {
          const text = key.join();
          const want = model.get(text) ?? i;
          model.set(text, want);
          const padded = Uint8Array.from([9, ...key, 9]);
          expect(cache.get(padded, 1, padded.length - 1, () => i)).toBe(want);
        }
      }),
    );
  });

  test('keeps every line when it grows', () => {
    const cache = new LineCache();
    const line = (i: number) => Buffer.from(`\tffffffff${i.toString(16)} f${i % 7}+0x1 (/x)`);
    for (let i = 0; i < 20_000; i++) expect(cache.get(line(i), 0, line(i).length, () => i)).toBe(i);
    for (let i = 0; i < 20_000; i++)
      expect(cache.get(line(i), 0, line(i).length, () => -1)).toBe(i);
  });
});
