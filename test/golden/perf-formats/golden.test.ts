import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { lineCount, read, weightOf } from '../../unit/ingest/support.js';

// Every number here was counted from the files with awk (events and their periods) and Python (lines
// by kind), not with pvflame.
type Events = Record<string, [samples: number, weight: number]>;
interface Expected {
  lines: number;
  kinds: Partial<Record<string, number>>;
  events: Events;
  skipped?: Record<string, number>;
}

const EXPECTED: Record<string, Expected> = {
  // grep context: its "--" lines, and sample lines whose frames grep left out
  'adversarial-comms.txt': {
    lines: 60,
    kinds: { blank: 12, sample: 12, frame: 12 },
    events: { 'cpu-clock': [12, 3_000_000] },
    skipped: { 'a sample without an address': 12, 'neither a sample nor a frame': 12 },
  },
  'dwarf-inlined.txt': {
    lines: 60,
    kinds: { blank: 9, sample: 10, frame: 41 },
    events: { 'cpu-clock:u': [10, 2_500_000] },
  },
  'dwarf-srcline.txt': {
    lines: 72,
    kinds: { blank: 6, sample: 6, frame: 30, srcline: 30 },
    events: { 'cpu-clock:u': [6, 30_000_000] },
  },
  'flat.txt': {
    lines: 600,
    kinds: { sample: 600 },
    events: { 'cpu-clock': [600, 150_000_000] },
  },
  'full-fields-misc.txt': {
    lines: 60,
    kinds: { blank: 3, sample: 4, frame: 53 },
    events: { 'context-switches': [3, 3], 'cpu-clock': [1, 250_000] },
  },
  'hostile-comms.txt': {
    lines: 190,
    kinds: { blank: 44, sample: 44, frame: 102 },
    events: { 'page-faults': [17, 22_884], 'cpu-clock': [27, 27_081_243] },
  },
  'multi-header.txt.gz': {
    lines: 38_596,
    kinds: { blank: 1500, sample: 1500, frame: 35_565, comment: 31 },
    events: {
      'context-switches': [107, 178],
      'page-faults': [376, 19_588],
      'cpu-clock': [1017, 254_250_000],
    },
  },
  'ns.txt': {
    lines: 20,
    kinds: { blank: 1, sample: 1, frame: 18 },
    events: { 'context-switches': [1, 1] },
  },
  'tracepoint.txt': {
    lines: 20,
    kinds: {},
    events: {},
    skipped: { 'a sample without an address': 20 },
  },
  'with-record-lines.txt': { lines: 200, kinds: { record: 200 }, events: {} },
};

function load(name: string): Uint8Array {
  const bytes = readFileSync(new URL(`../../../fixtures/perf-formats/${name}`, import.meta.url));
  return name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

describe.each(Object.entries(EXPECTED))('%s', (name, expected) => {
  const bytes = load(name);
  const { samples, recording } = read(bytes);

  test('every line is accounted for, by kind', () => {
    expect(lineCount(bytes)).toBe(expected.lines);
    expect(recording.lines.total).toBe(expected.lines);
    const none = { blank: 0, comment: 0, sample: 0, frame: 0, srcline: 0, record: 0 };
    expect(recording.lines.kinds).toEqual({ ...none, ...expected.kinds });
    const skipped = recording.lines.skipped.map((s) => [s.reason, s.lines]);
    expect(Object.fromEntries(skipped)).toEqual(expected.skipped ?? {});
  });

  test('samples and weight of each event', () => {
    const events: Events = {};
    for (const event of new Set(samples.map((s) => s.event))) {
      const own = samples.filter((s) => s.event === event);
      events[event] = [own.length, weightOf(own)];
    }
    expect(events).toEqual(expected.events);
    expect(recording.truncated).toBe(false);
  });

  test('in small chunks the result is the same', () => {
    const small = read(bytes, 4093);
    expect(small.samples).toEqual(samples);
    expect(small.recording.lines.kinds).toEqual(recording.lines.kinds);
  });
});

test('hostile-comms: prctl(PR_SET_NAME) names of a real recording come back as they were set', () => {
  const comms = new Set(read(load('hostile-comms.txt')).samples.map((s) => s.comm));
  for (const comm of [
    'a b 12 [003]',
    ':-1',
    '# x',
    '#',
    'PERF_RECORD_X',
    'x 1.500000: y:',
    '12',
    '[001]',
    '1 2 3.000000: 4',
    '',
    'cycles:',
    '/usr/bin/x',
    'a:b: c',
    '# ========',
    '-1/2 [3]',
    'λé日本',
  ]) {
    expect(comms, comm).toContain(comm);
  }
  // leading blanks and tabs are perf's padding as far as a reader can tell
  expect(comms).toContain('tab');
  expect(comms).toContain('12 34');
});

test('dwarf-srcline: "(inlined)" stands behind the source line and marks the frame before it', () => {
  const { samples } = read(load('dwarf-srcline.txt'));
  const inlined = samples.flatMap((s) => s.frames.filter((f) => f.inlined).map((f) => f.symbol));
  expect(inlined).toEqual(Array.from({ length: 6 }, () => '__libc_start_main_impl'));
});

test('multi-header: the header block', () => {
  const { header } = read(load('multi-header.txt.gz')).recording;
  expect(header).toMatchObject({
    hostname: 'vm',
    osRelease: '6.18.44-fc-v669',
    perfVersion: '6.1.192',
    arch: 'x86_64',
    cpu: 'AMD EPYC',
    cpusOnline: 2,
    capturedOn: 'Sun Nov 22 13:29:05 2026',
    events: ['cpu-clock', 'context-switches', 'page-faults'],
  });
});
