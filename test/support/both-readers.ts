import { FrameTable, PerfScriptReader, StringTable } from '../../src/ingest/index.js';
import type { Addresses } from '../../src/ingest/index.js';
import { leaveDirtyMemory } from './dirty-memory.js';
import { ProfileBuilder, type Profile, type ProfileOptions } from '../../src/profile/index.js';

/** Mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const COMMS = [
  ...[
    'swapper',
    'a b',
    'a b 12 [003]',
    '1.000000: x:',
    '# x',
    'cycles:',
    '0/0',
    '[001]',
    '12',
    ':-1',
  ],
  ...[
    'kworker/0:1-ev',
    'ü',
    'x 1/2 [000] 5.123456:',
    '\ttab',
    '|pipe',
    'PERF_RECORD_LOST',
    'comm  ',
  ],
];
const EVENTS = [
  'cpu-clock',
  'cycles:P',
  'cpu_core/cycles/',
  'sched:sched_switch',
  'PERF_RECORD_X',
  '1',
];
const SYMBOLS = [
  ...[
    'do_syscall_64',
    'A::operator()(int) const',
    'operator+(X)',
    '[unknown]',
    'x+0xg',
    'a+0x1 (b)',
  ],
  ...[
    'f',
    '',
    'std::function<void ()>::operator()',
    '__schedule',
    'pv_native_irq_enable',
    '@plt',
    '+',
    'ä',
  ],
];
const DSOS = [
  ...[
    '([kernel.kallsyms])',
    '(/usr/lib/a b.so)',
    '(/tmp/a (deleted))',
    '([unknown])',
    '(inlined)',
    '',
  ],
  ...['(/usr/lib/libstdc++.so.6)', '(/x+0x10 (y)', '(/a)', '([vdso])'],
];
/** What may stand behind an event. */
const TRACES = [
  ...[
    'prev_comm=a prev_pid=0 ==> next_comm=b',
    'a',
    'abc',
    'deadbeef',
    '7',
    '7 8',
    'x: y',
    'x:y',
    ' z ',
  ],
  ...[
    'call_site=ffffffff81000000 ptr=ffff',
    'ab cd (x)',
    'a:',
    'g (h)',
    '3.123456: 7 cycles',
    '0123456789abcdef0',
  ],
  ...[
    'ä=1',
    'foo:  ffffffff81000000 f+0x1 ([k])',
    '              0     56086603b18a (anonymous namespace)::f+0x1 (/x)',
    '     1e05080021 |OP N/A|LVL N/A or N/A|BLK  N/A     56086603b18a f+0x1 (/x)',
    '1e05080021 |OP N/A|LVL N/A or N/A|BLK  N/A               0',
    'ffffffff81000000 12 ffffffff81000000 f+0x1 ([k])',
    '',
    'x'.repeat(200),
    '1/1 [000] x',
    'PERF_RECORD_LOST x',
  ],
];
const ODD_LINES = [
  ...[
    '',
    '',
    ' ',
    '\t',
    '# comment',
    '# ========',
    '  file.c:12',
    '  main.c:7 (inlined)',
    'rubbish',
  ],
  ...[
    'perf  1/1 [000] 1.5: PERF_RECORD_LOST lost 7',
    '|code',
    '\r',
    '\tzzzz f (x)',
    '        4141 f (x)',
    '              dd   123 [000]     1.500000:       1000 cycles:P: ',
    '             cc1     7     1.500000:       1000 ',
  ],
  ...[
    'a 1/1 [000] 123456789012.123456: 1 cycles: ',
    'a 1/1 [000] 3.123456: 99999999999999999999 cycles: ',
  ],
  ...[
    'a 1/1 [000] 3.123456:  cycles: ffffffff81000000 f+0x1 ([k])',
    '\xff\xfe',
    '\t\ufeff4141 f (x)',
  ],
  ...[
    'a 1/1 [000] 3.123456: 7 cycles:u: ',
    'a 1/1 3.123456: cycles: ',
    'a 3.123456789: 5 x: trace text',
  ],
];

/** A recording of about so many samples in one random form of perf's, with some of what else may stand in one. */
export function generate(seed: number, samples: number): Buffer {
  const random = seeded(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  const oddness = pick([0, 0, 0.01, 0.1]);
  const form = {
    cpu: random() < 0.7,
    pid: random() < 0.7,
    digits: pick([6, 9]),
    period: random() < 0.8,
    fixedPeriod: random() < 0.3,
    offset: random() < 0.8,
    comms: random() < 0.5 ? COMMS.slice(0, 1) : COMMS,
    time: random() < 0.9,
    // so many samples have their frame on their own line, and so many of these an empty line behind it
    flat: pick([0, 0, 0.5, 0.98, 1]),
    flatBlank: pick([0, 0, 0.3, 1]),
    trace: pick([0, 0, 0, 0.5, 1]),
  };
  const functions = Array.from({ length: 30 }, () => {
    const kernel = random() < 0.6;
    const address = kernel
      ? `ffffffff81${below(0xffffff).toString(16).padStart(6, '0')}`
      : below(2 ** 40).toString(16);
    const offset = form.offset ? `+0x${below(4096).toString(16)}` : '';
    return `${address.padStart(16)} ${pick(SYMBOLS)}${offset} ${pick(DSOS)}`.trimEnd();
  });
  const lines: string[] = [];
  let nanos = below(1e9);
  for (let i = 0; i < samples; i++) {
    nanos += below(1e6);
    const pid = below(40000);
    const task = `${pick(form.comms)} ${form.pid ? `${pid}/${pid + below(2)}` : String(pid).padStart(5)}`;
    const whole = String(nanos).padStart(10, '0');
    const stamp = `${whole.slice(0, -9)}.${whole.slice(-9).slice(0, form.digits)}:`;
    const period = form.period
      ? `${String(form.fixedPeriod ? 500751 : 1 + below(3e6)).padStart(10)} `
      : '';
    const cpu = form.cpu ? ` [00${below(2)}]` : '';
    const isTrace = random() < form.trace;
    const isFlat = !isTrace && random() < form.flat;
    const ip = random() < 0.97 ? pick(functions) : pick(functions).trimStart();
    const rest = isTrace ? pick(TRACES) : isFlat ? ` ${ip}` : '';
    lines.push(
      `${task}${cpu} ${form.time ? `${stamp} ` : ''}${period}${pick(EVENTS.slice(0, i < 3 ? 1 : 5))}: ${rest}`,
    );
    const depth = isFlat ? 0 : 1 + below(8);
    for (let d = 0; d < depth; d++) lines.push(`\t${pick(functions)}`);
    if (!isFlat || random() < form.flatBlank) lines.push('');
    if (random() < oddness) lines.splice(lines.length - below(6), below(2), pick(ODD_LINES));
  }
  const text = Buffer.from(lines.join('\n') + (random() < 0.7 ? '\n' : ''));
  if (random() < oddness) for (let i = 0; i < 3; i++) text[below(text.length)] = below(256);
  return random() < 0.2 ? text.subarray(0, below(text.length)) : text;
}

/** Reads a text in chunks of at most so many bytes, through the scanner or line by line. */
export function readThrough(
  text: Uint8Array,
  wasm: boolean,
  options: ProfileOptions,
  addresses: Addresses = 'all',
  chunk = 1 << 16,
): { profile: Profile; reader: PerfScriptReader } {
  const frames = new FrameTable(new StringTable());
  leaveDirtyMemory();
  const builder = new ProfileBuilder(frames, options);
  const blocks = wasm ? builder.blocks(addresses) : undefined;
  const reader = new PerfScriptReader(builder.add, frames, blocks);
  for (let at = 0; at < text.length; at += chunk) reader.push(text.slice(at, at + chunk));
  builder.finishRun(reader.end(), { path: 'x', sha256: '' });
  return { profile: builder.profile(), reader };
}

/** Reads several texts as the recordings of one side. */
export function readRuns(
  texts: readonly Uint8Array[],
  wasm: boolean,
  options: ProfileOptions,
  addresses: Addresses,
): Profile {
  const frames = new FrameTable(new StringTable());
  leaveDirtyMemory();
  const builder = new ProfileBuilder(frames, options);
  for (const text of texts) {
    const blocks = wasm ? builder.blocks(addresses) : undefined;
    const reader = new PerfScriptReader(builder.add, frames, blocks);
    reader.push(text.slice());
    builder.finishRun(reader.end(), { path: 'x', sha256: '' });
  }
  return builder.profile();
}

/** All that a profile says, free of ids: equal for equal readings. */
export function told({ profile, reader }: ReturnType<typeof readThrough>): unknown {
  const { frames, stacks, runs } = profile;
  const paths: string[] = [];
  for (let node = 0; node < stacks.size; node++) {
    const key = stacks.key(node);
    const own = key < 0 ? frames.strings.text(-1 - key) : JSON.stringify(frames.frame(key));
    paths.push(`${paths[stacks.parent(node)] ?? ''};${own}`);
  }
  return {
    lines: { ...reader.recording.lines.kinds, skipped: reader.recording.lines.skipped },
    runs: runs.map(({ columns, ...run }) => ({
      ...run,
      columns: columns.map((column) => ({
        event: column.event,
        samples: column.samples,
        total: column.total,
        squares: column.squares,
        unfiltered: column.unfiltered,
        nodes: paths
          .map((path, node) => `${path} ${column.weight(node)} ${column.count(node)}`)
          .filter((_, node) => column.count(node) > 0)
          .sort(),
        batches: Array.from({ length: column.batches?.count ?? 0 }, (_, batch) => {
          const found: string[] = [];
          column.batches?.each(batch, (node, n) => found.push(`${paths[node] ?? ''} ${n}`));
          return found.sort();
        }),
      })),
    })),
  };
}
