import { describe, expect, test } from 'vitest';
import { address, lineCount, read, weightOf } from './support.js';

const HEAD = 'nm 30711 [001]  3070.046478:    1003009   cpu-clock: ';
const K = '\tffffffff821ef691 do_syscall_64+0x71 ([kernel.kallsyms])';
const U = '\t            119c main+0x43 (/tmp/nm)';
const SAMPLE = `${HEAD}\n${K}\n${U}\n\n`;

/** Reads one default-field sample with this comm. */
const withComm = (comm: string) =>
  read(`${comm} 30711 [001]  3070.046478:    1003009   cpu-clock: \n${K}\n\n`).samples;

/** Reads one sample with this frame. */
const withFrame = (frame: string) => read(`${HEAD}\n${frame}\n\n`).samples[0]?.frames[0];

function accounted(text: string) {
  const result = read(text);
  expect(result.recording.lines.total).toBe(lineCount(text));
  return result;
}

describe('comm', () => {
  test.each([
    'a b 12 [003]',
    'x:y 1.5: z',
    '(kw/0:1)',
    'kworker/0:1-events',
    ':-1',
    '#',
    '# x',
    '# ========',
    'PERF_RECORD_X',
    'PERF_RECORD_MMA',
    'x 1.500000: y:',
    '1 2 3.000000: 4',
    '3.000000: 5 c:',
    'cycles:',
    '12',
    '12/34 [001]',
    '-1',
    'VM:',
    'VM: 5 x',
    'perf;script',
    'λé日本',
    '\u202eevil',
    '| pipe',
  ])('%j comes back as it was', (comm) => {
    expect(withComm(comm)).toMatchObject([
      { comm, tid: 30711, cpu: 1, time: 3070.046478, period: 1003009, event: 'cpu-clock' },
    ]);
  });

  test.each(['  lead', '\ttab', '', ' ', '12 34 '])(
    '%j: blanks at its ends are not kept',
    (comm) => {
      expect(withComm(comm)).toMatchObject([{ comm: comm.trim(), tid: 30711, period: 1003009 }]);
    },
  );

  test('idle and unknown tasks', () => {
    const { samples } = read(
      SAMPLE.replace('nm 30711', 'swapper     0') + SAMPLE.replace('nm 30711', ':-1    -1'),
    );
    expect(samples.map((s) => [s.comm, s.tid])).toEqual([
      ['swapper', 0],
      [':-1', -1],
    ]);
  });
});

describe('text without addresses', () => {
  const comms = ['dd', 'ab', 'cc1', 'bash', 'deadbeef', '12', 'cafe 1 [001]'];
  const lines = (rest: string) => comms.map((comm) => `${comm.padStart(16)}   123 ${rest}\n`);
  test.each([
    '[000]     1.500000:       1000 cycles:P: ',
    '    1.500000:       1000 ',
    '    1.500000: cycles: ',
    '      1000 cycles:P: ',
  ])('is samples without one, though comms look like addresses: %j', (rest) => {
    const { samples, recording } = accounted(lines(rest).join(''));
    expect(samples).toEqual([]);
    expect(recording.lines.skipped).toEqual([
      { reason: 'a sample without an address', lines: comms.length, firstLine: 1 },
    ]);
  });

  test('frames that blanks indent are frames all the same', () => {
    const frame = '        ffffffff821ef691 do_syscall_64+0x71 ([kernel.kallsyms])';
    const bare = '        ffffffff821ef691 foo1';
    const { samples } = accounted(`${HEAD}\n${frame}\n${bare}\n\n`);
    expect(samples[0]?.frames.map(({ symbol }) => symbol)).toEqual(['do_syscall_64', 'foo1']);
  });
});

test('a comm that begins with a tab, behind a record', () => {
  const record = 'w 5 [000] 0.900000: PERF_RECORD_NAMESPACES 1/1 - nr_namespaces: 7\n';
  const more = '\t\t[0/net: 3/0xf0000098, 1/uts: 3/0xeffffffe, 2/ipc: 3/0xefffffff,\n';
  const { samples, recording } = accounted(
    `${record}${more}\tt1 5 [000] 1.000000: 1000 cpu-clock: \n${K}\n\n${SAMPLE}`,
  );
  expect(samples.map(({ comm }) => comm)).toEqual(['t1', 'nm']);
  expect(recording.lines.kinds.record).toBe(2);
});

describe('a flat sample with more fields', () => {
  const source = '1e05080021 |OP N/A|LVL N/A or N/A|SNP N/A|TLB N/A|LCK N/A|BLK  N/A';
  test.each([
    ['addr', '               0 '],
    ['addr and weight', '    7ffc0a2b8c10              12 '],
    ['data_src', `      ${source} `],
    ['addr, data_src, weight', `               0      ${source}               0 `],
  ])('%s', (_, fields) => {
    for (const frame of [
      '    56086603b18a (anonymous namespace)::anon+0x1a (/tmp/w)',
      'ffffffff815b9c6c __vm_enough_memory+0xc ([kernel.kallsyms])',
      '    56086603b52b Outer<long>::operator|+0xb (/tmp/w)',
    ]) {
      const line = `w   596 52364.947794:     666666 cpu-clock: ${fields}${frame}\n`;
      const [first] = accounted(line + line).samples;
      const [, address, symbol] = /(\S+) (.*)\+/.exec(frame) ?? [];
      expect(first?.frames.map((f) => f.symbol)).toEqual([symbol]);
      expect(BigInt(`0x${address}`)).toBe(
        (BigInt(first?.frames[0]?.addressHi ?? 0) << 32n) +
          BigInt(first?.frames[0]?.addressLo ?? 0),
      );
      const chain = `${line.slice(0, line.indexOf(frame))}\n${K}\n\n`;
      expect(accounted(chain).samples[0]?.frames).toHaveLength(1);
    }
  });
});

describe('events', () => {
  test.each([
    'cycles:P',
    'cycles:ppp',
    'cpu_core/cycles/P',
    'cpu/event=0x3c,umask=0x0/ukp',
    'ibs_op//',
    'sched:sched_switch',
    'instructions:u',
    'r1c2',
    'mem-loads,ldlat=30',
  ])('%s', (event) => {
    const text = SAMPLE.replace('  cpu-clock', event.padStart(24));
    expect(read(text).samples).toMatchObject([{ event, period: 1003009 }]);
  });

  test('trace text before a callchain is no frame', () => {
    const text = `nm 7 [001]  3070.046478: sched:sched_switch: prev_comm=a: 1 ==> next=b\n${K}\n\n`;
    const { samples, recording } = accounted(text);
    expect(samples).toMatchObject([
      { event: 'sched:sched_switch', frames: [{ symbol: 'do_syscall_64' }] },
    ]);
    expect(recording.flatSamples).toBe(0);
  });

  test('data fields before a callchain are no frame', () => {
    const data = '     ffff888100a0        68100142 |OP LOAD|LVL L1 or L1 hit|SNP None         12';
    const { samples, recording } = accounted(`${HEAD}${data}\n${K}\n${U}\n\n`);
    expect(samples[0]?.frames.map((f) => f.symbol)).toEqual(['do_syscall_64', 'main']);
    expect(recording.flatSamples).toBe(0);
  });

  test('a tracepoint without an address is said to be one', () => {
    const { samples, recording } = accounted('  perf 1 [000]  1.000001: sched:x: comm=a pid=1\n');
    expect(samples).toEqual([]);
    expect(recording.lines.skipped).toEqual([
      { reason: 'a sample without an address', lines: 1, firstLine: 1 },
    ]);
  });

  test('periods up to 2^53', () => {
    const text = SAMPLE.replace('   1003009', '9007199254740992');
    expect(read(text).samples[0]?.period).toBe(2 ** 53);
  });
});

describe('PERF_RECORD lines', () => {
  const at = 'perf 17797 [000]  1037.323168: ';
  test.each([
    'PERF_RECORD_MMAP -1/0: [0xffffffff81000000(0x120bb08) @ 0xffffffff81000000]: x [kernel.kallsyms]_text',
    'PERF_RECORD_MMAP2 1431/1431: [0x7f98d69a7000(0x2000) @ 0 00:00 0 0]: r-xp /a b (c): d 12 x:',
    'PERF_RECORD_FORK(1:1):(0:0)',
    'PERF_RECORD_EXIT(1:1):(0:0)',
    'PERF_RECORD_COMM exec: a 1.000000: b::12/12',
    'PERF_RECORD_SWITCH_CPU_WIDE OUT preempt  next pid/tid:   12/12',
    'PERF_RECORD_FINISHED_ROUND',
  ])('%s', (record) => {
    const { samples, recording } = accounted(`${at}${record}\n${SAMPLE}${at}${record}\n${SAMPLE}`);
    expect(samples).toHaveLength(2);
    expect(weightOf(samples)).toBe(2 * 1003009);
    expect(recording.lines.kinds.record).toBe(2);
    expect(recording.lines.skipped).toEqual([]);
  });

  test('without time (-F comm,ip,sym) and without anything (-F ip,sym)', () => {
    const chain = '\tffffffff821ef691 f\n\n';
    const bare = accounted(`nm PERF_RECORD_FORK(1:1):(0:0)\nnm \n${chain}`);
    expect([bare.samples.length, bare.recording.lines.kinds.record]).toEqual([1, 1]);
    const none = accounted(`PERF_RECORD_FORK(1:1):(0:0)\n\n${chain}`);
    expect([none.samples.length, none.recording.lines.kinds.record]).toEqual([1, 1]);
  });

  test('lost samples are added up', () => {
    const text = `${at}PERF_RECORD_LOST lost 12\n${SAMPLE}${at}PERF_RECORD_LOST lost 30\n`;
    expect(accounted(text).recording.lost).toBe(42);
  });

  test('records of several lines', () => {
    const namespaces = `${at}PERF_RECORD_NAMESPACES 1/1 - nr_namespaces: 7\n\t\t[0/net: 4/0xf0000075, 1/uts: 4/0x1,\n\t\t 6/cgroup: 4/0xeffffffb]\n`;
    const poke = `${at}PERF_RECORD_TEXT_POKE addr 0xffffffff81 old len 5 new len 5\n     old bytes: e8 01 \n     new bytes: 90 90 \n`;
    const { samples, recording } = accounted(namespaces + SAMPLE + poke + SAMPLE);
    expect(samples).toHaveLength(2);
    expect(samples.every((s) => s.frames.length === 2)).toBe(true);
    expect(recording.lines.kinds.record).toBe(6);
  });
});

describe('deferred callchains that perf did not merge (perf 6.19 and later)', () => {
  const at = '            perf      97 [000]     4.516379: ';
  const deferred = `${at}DEFERRED CALLCHAIN [cookie: 300000001]\n${U}\n${U}\n\n`;
  const sample = `${HEAD}\n${K}\n\t       300000001 (cookie) ([unknown])\n\n`;

  test('are no samples, and told of once each', () => {
    const { samples, recording } = accounted(sample + deferred + SAMPLE + deferred + sample);
    expect(samples.map((s) => s.frames.length)).toEqual([2, 2, 2]);
    expect(weightOf(samples)).toBe(3 * 1003009);
    expect(recording.lines.kinds.record).toBe(4);
    expect(recording.lines.skipped).toMatchObject([
      { reason: expect.stringContaining('--no-merge-callchains') as string, lines: 2 },
    ]);
  });

  test('a comm of that name is a comm', () => {
    expect(withComm('DEFERRED CALLCHAIN [cookie: 3]')).toHaveLength(1);
  });
});

describe('frames', () => {
  test.each([
    ['ffffffff81000000 f+0x0 ([kernel.kallsyms])', 'f', 0, '[kernel.kallsyms]'],
    ['7f3 f (/tmp/a b (deleted))', 'f', -1, '/tmp/a b (deleted)'],
    ['7f3 f+0x1 (/tmp/a)b)', 'f', 1, '/tmp/a)b'],
    ['7f3 f (/tmp/a)b)', 'f', -1, '/tmp/a)b'],
    ['7f3 f+0x1 (/tmp/x(y)', 'f', 1, '/tmp/x(y'],
    ['7f3 [unknown] ([JIT] tid 12)', '[unknown]', -1, '[JIT] tid 12'],
    ['7f3 [unknown] ([unknown])', '[unknown]', -1, '[unknown]'],
    ['7f3 A::operator()(int) const+0x1 (/x)', 'A::operator()(int) const', 1, '/x'],
    ['7f3 std::function<void ()>::operator()', 'std::function<void ()>::operator()', -1, ''],
    ['7f3 std::function<void ()>::operator() (/x)', 'std::function<void ()>::operator()', -1, '/x'],
    ['7f3 f(a, b)', 'f(a, b)', -1, ''],
    ['7f3 a;b<c;d>+0x2 (/x)', 'a;b<c;d>', 2, '/x'],
    ['7f3 x::{lambda(int)#1}::operator() (/x)', 'x::{lambda(int)#1}::operator()', -1, '/x'],
    ['7f3 (anonymous namespace)::f+0x1 (/x)', '(anonymous namespace)::f', 1, '/x'],
    ['7f3 foo+0x10 (+0x20 (/x)', 'foo+0x10 (', 32, '/x'],
    ['7f3 f+0x7ffffffff000 (/x)', 'f', 0x7ffffffff000, '/x'],
    ['7f3 f+0xffff800047c022ec (/x)', 'f', -1, '/x'],
    ['7f3 f (/usr/lib/libc.so.6+0x26d4)', 'f', -1, '/usr/lib/libc.so.6+0x26d4'],
    ['7f3', '', -1, ''],
  ])('%s', (text, symbol, offset, dso) => {
    expect(withFrame(`\t${text}`)).toMatchObject({ symbol, offset, dso, inlined: false });
  });

  test('64-bit addresses keep every digit', () => {
    for (const hex of [
      '0',
      'ffffffffffffffff',
      'ffffffff81000001',
      '800000000000001',
      '7fffffff',
    ]) {
      const frame = withFrame(`\t${hex.padStart(16)} f+0x1 (/x)`);
      expect(frame && address(frame)).toBe(hex);
    }
  });

  test('(inlined) stands in the place of the dso', () => {
    const inlined = { symbol: 'dl_start', offset: 0x55b, dso: '', inlined: true };
    expect(withFrame('\t           1bccb dl_start+0x55b (inlined)')).toMatchObject(inlined);
    expect(withFrame('\t           1bccb dl_start+0x55b\n  rtld.c:12 (inlined)')).toMatchObject(
      inlined,
    );
  });

  test('source lines are counted, whatever they look like', () => {
    const lines = [
      '  nm.c:6',
      '  perf[9b052]',
      '  ??:0',
      '  [kernel.kallsyms][ffffffff81]',
      '  a b.c:1',
    ];
    const text = `${HEAD}\n${lines.map((l) => `${K}\n${l}\n`).join('')}\n${SAMPLE}`;
    const { samples, recording } = accounted(text);
    expect(samples.map((s) => s.frames.length)).toEqual([lines.length, 2]);
    expect(recording.lines.kinds.srcline).toBe(lines.length);
  });

  test('source lines behind flat samples are counted too', () => {
    const flat = `${HEAD} ffffffff821ef691 do_syscall_64+0x71 ([kernel.kallsyms])\n`;
    const lines = ['  nm.c:6', '  [kernel.kallsyms][ffffffff81]', '  ld-linux-x86-64.so.2[16573]'];
    const { samples, recording } = accounted(lines.map((line) => `${flat}${line}\n`).join(''));
    expect(samples.map((s) => s.frames.length)).toEqual([1, 1, 1]);
    expect(recording.lines.kinds.srcline).toBe(3);
    expect(recording.lines.skipped).toEqual([]);
  });

  test('source text (-F +srccode) opens no sample', () => {
    const { samples } = accounted(`${HEAD}\n${K}\n|42       case 7:\n${U}\n\n${SAMPLE}`);
    expect(samples.map((s) => s.frames.length)).toEqual([2, 2]);
  });

  test('a frame that is none is skipped with its reason', () => {
    const { recording } = accounted(`${HEAD}\n${K}\n\tnot a frame\n\n`);
    expect(recording.lines.skipped).toEqual([{ reason: 'not a frame', lines: 1, firstLine: 3 }]);
  });
});

describe('whole files', () => {
  const two = SAMPLE + SAMPLE.replace('nm ', 'zz ');
  const plain = read(two).samples;

  test('CRLF, and tabs expanded to blanks', () => {
    expect(accounted(two.replaceAll('\n', '\r\n')).samples).toEqual(plain);
    expect(accounted(two.replaceAll('\t', '        ')).samples).toEqual(plain);
  });

  test('no blank line at the end, no newline at the end', () => {
    for (const text of [two.slice(0, -1), two.slice(0, -2)]) {
      const { samples, recording } = accounted(text);
      expect(samples).toEqual(plain);
      expect(recording.truncated).toBe(false);
    }
  });

  test('empty input', () => {
    expect(read('').recording.lines.total).toBe(0);
  });

  test('other lines between samples are skipped and named', () => {
    const text = `${SAMPLE}--\nWas the 'perf record' command properly terminated?\n${SAMPLE}`;
    const { samples, recording } = accounted(text);
    expect(samples).toHaveLength(2);
    expect(recording.lines.skipped).toEqual([
      { reason: 'neither a sample nor a frame', lines: 2, firstLine: 5 },
    ]);
  });

  test('flat samples and callchains in one file', () => {
    const flat =
      '              nm 30711 [001]  3070.1: '.replace('3070.1', '3070.100000') +
      '    1003009   cpu-clock:  ffffffff821ef691 f+0x71 ([kernel.kallsyms])\n';
    const { samples, recording } = accounted(SAMPLE + flat + SAMPLE + flat + flat);
    expect(samples.map((s) => s.frames.length)).toEqual([2, 1, 2, 1, 1]);
    expect(recording.flatSamples).toBe(3);
  });

  test('a line over a mebibyte is skipped, in one chunk or many', () => {
    const text = `${SAMPLE}${'x'.repeat(2 ** 20 + 1)}\n${SAMPLE}`;
    for (const chunk of [undefined, 1000, 1 << 19, 1 << 20]) {
      const { samples, recording } = read(text, chunk);
      expect(samples).toHaveLength(2);
      expect(recording.lines.skipped).toEqual([
        { reason: 'longer than a mebibyte', lines: 1, firstLine: 5 },
      ]);
    }
  });

  test('time stamps out of order still give first and last', () => {
    const text = SAMPLE + SAMPLE.replace('3070.046478', '3069.000000');
    expect(read(text).recording).toMatchObject({ firstTime: 3069, lastTime: 3070.046478 });
  });
});
