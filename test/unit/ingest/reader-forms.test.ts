import { describe, expect, test } from 'vitest';
import { address, lineCount, read } from './support.js';

const perf = (strings: TemplateStringsArray) => strings.raw.join('').replaceAll('\\t', '\t');

// What perf 6.1.192 printed for one recording with -g, under each -F (columns as printed).
const CHAIN = perf`
\t            119c main
\tffffffff821ef691 do_syscall_64
`.slice(1);
const TWICE = (line: string) => `${line}\n${CHAIN}\n${line}\n${CHAIN}\n`;

describe('callchain forms of -F, line by line as perf prints them', () => {
  test.each([
    // fields, sample line, expected
    ['comm,ip,sym', 'nm ', { comm: 'nm' }],
    ['comm,tid,ip,sym', 'nm   30711 ', { comm: 'nm', tid: 30711 }],
    ['comm,pid,tid,ip,sym', 'nm   30711/30712   ', { comm: 'nm', pid: 30711, tid: 30712 }],
    ['comm,cpu,ip,sym', 'nm [001] ', { comm: 'nm', cpu: 1 }],
    ['comm,period,ip,sym', 'nm    1003009 ', { comm: 'nm', period: 1003009 }],
    ['a comm that ends in blanks, tid', 'nm     30711 ', { comm: 'nm', tid: 30711 }],
    ['comm,period,ip,sym as narrow as it is', 'nm          1 ', { comm: 'nm', period: 1 }],
    ['comm,tid,period,ip', 'nm   30711          1 ', { tid: 30711, period: 1 }],
    ['period,ip,sym', '   1003009 ', { comm: '', period: 1003009 }],
    ['tid,ip,sym', '  30711 ', { comm: '', tid: 30711 }],
    ['event,ip,sym', 'page-faults: ', { comm: '', event: 'page-faults' }],
    ['event,ip,sym padded', '  cpu-clock: ', { comm: '', event: 'cpu-clock' }],
    ['cpu,event,ip,sym', '[001] page-faults: ', { cpu: 1, event: 'page-faults' }],
    ['comm,event,ip,sym', 'perf page-faults: ', { comm: 'perf', event: 'page-faults' }],
    ['comm,tid,event,ip', 'nm   30711   cpu-clock: ', { tid: 30711, event: 'cpu-clock' }],
    [
      'comm,tid,period,event,ip',
      'nm   30711          1 page-faults: ',
      { comm: 'nm', tid: 30711, period: 1, event: 'page-faults' },
    ],
    ['time,ip,sym', ' 3070.046478: ', { comm: '', time: 3070.046478 }],
    [
      'tid,time,event,ip',
      '30658  3070.046478: page-faults: ',
      { tid: 30658, event: 'page-faults' },
    ],
    [
      'comm,time,period,ip',
      'nm  3070.046478:    1003009 ',
      { comm: 'nm', time: 3070.046478, period: 1003009, event: '' },
    ],
    [
      'comm,pid,tid,time,event,ip,sym,dso',
      'perf 30658/30658  3070.046478: page-faults: ',
      { comm: 'perf', pid: 30658, tid: 30658, period: -1, event: 'page-faults' },
    ],
    [
      'all of them, --ns',
      'nm 30711/30711 [001] U      3070.046478103:    1003009   cpu-clock: ',
      { comm: 'nm', pid: 30711, cpu: 1, time: 3070.046478103, period: 1003009, event: 'cpu-clock' },
    ],
    [
      'a guest',
      'VM: 1234 VCPU:003 nm 30711 [001]  3070.046478:    1003009   cpu-clock: ',
      { comm: 'nm', tid: 30711, period: 1003009, event: 'cpu-clock' },
    ],
  ] as const)('%s', (_, line, expected) => {
    const text = TWICE(line);
    const { samples, recording } = read(text);
    expect(samples).toHaveLength(2);
    for (const sample of samples) {
      expect(sample).toMatchObject({ period: -1, event: '', ...expected });
      expect(sample.frames.map((f) => f.symbol)).toEqual(['main', 'do_syscall_64']);
    }
    expect(recording.lines.skipped).toEqual([]);
    expect(recording.lines.total).toBe(lineCount(text));
  });

  test('ip,sym: an empty line stands for the sample line', () => {
    const text = `\n${CHAIN}\n\n${CHAIN}\n`;
    const { samples, recording } = read(text);
    expect(samples).toHaveLength(2);
    expect(recording.lines.total).toBe(lineCount(text));
    expect(recording.lines.kinds).toMatchObject({ blank: 4, frame: 4, sample: 0 });
  });

  test('ip alone', () => {
    const { samples } = read('\n\t          9b052\n\tffffffff821ef691\n\n');
    expect(samples[0]?.frames.map(address)).toEqual(['9b052', 'ffffffff821ef691']);
  });

  test('-F comm,ip,sym: a comm like a whole sample line does not cost the samples behind it', () => {
    const comms = ['nm', 'x 1.500000: y:', 'a:b: c', '# x', '#!', '\ttab', '12', 'PERF_RECORD_X'];
    const text = comms.map((c) => `${c} \n${CHAIN}\n`).join('');
    const { samples, recording } = read(text);
    expect(samples.map((s) => s.comm)).toEqual(comms.map((c) => c.trim()));
    expect(new Set(samples.map((s) => s.event))).toEqual(new Set(['']));
    expect(recording.lines.skipped).toEqual([]);
    expect(recording.lines.total).toBe(lineCount(text));
  });
});

describe('flat forms (recorded without -g)', () => {
  const ip = '  ffffffff81601cb7 ';
  test.each([
    ['ip', ' ffffffff81601cb7', {}],
    ['ip,sym', ' ffffffff81601cb7 folio+0x7', {}],
    ['comm,ip,sym', `            perf ${ip.slice(1)}folio`, { comm: 'perf' }],
    ['comm,ip,sym of a number', `              12 ${ip.slice(1)}folio`, { comm: '12' }],
    ['comm,ip,sym of nine digits', `       123456789 ${ip.slice(1)}folio`, { comm: '123456789' }],
    [
      'period,ip,sym of a long one',
      `1234567890123456 ${ip.slice(1)}f`,
      { period: 1234567890123456 },
    ],
    ['comm,tid,ip,sym', `            perf    9900 ${ip.slice(1)}folio`, { tid: 9900 }],
    ['comm,cpu,ip,sym', `            perf [001] ${ip.slice(1)}folio`, { cpu: 1 }],
    ['period,ip,sym', `         1 ${ip.slice(1)}folio`, { period: 1 }],
    ['comm,period,ip,sym', `            perf    1003009 ${ip.slice(1)}f`, { period: 1003009 }],
    ['event,ip,sym', `  cpu-clock:${ip}folio`, { event: 'cpu-clock' }],
    ['comm,event,ip,sym', `          a:b: c   cpu-clock:${ip}f`, { event: 'cpu-clock' }],
    [
      'comm,tid,period,event,ip',
      `            perf    9900          1 page-faults:${ip.trimEnd()}`,
      { comm: 'perf', tid: 9900, period: 1, event: 'page-faults' },
    ],
    [
      'comm,time,period,ip,sym',
      `            node  3865.589464:    1003009 ${ip.slice(1)}folio`,
      { comm: 'node', time: 3865.589464, period: 1003009, event: '' },
    ],
    [
      'default',
      `       perf-exec 17909 [000]  1040.960791:     250000 cpu-clock:${ip}f+0x7 ([kernel.kallsyms])`,
      { comm: 'perf-exec', tid: 17909, cpu: 0, period: 250000, event: 'cpu-clock' },
    ],
  ] as const)('%s', (_, line, expected) => {
    const text = `${line}\n${line}\n${line}\n`;
    const { samples, recording } = read(text);
    expect(samples).toHaveLength(3);
    for (const sample of samples) {
      expect(sample).toMatchObject({ period: -1, ...expected });
      expect(sample.frames.map(address)).toEqual(['ffffffff81601cb7']);
    }
    expect(recording.flatSamples).toBe(3);
    expect(recording.lines.total).toBe(3);
  });

  test('a user address is narrower than its column', () => {
    const line = '            node [000]      7fc33be51b95 Builtins_KeyedStoreIC_Megamorphic';
    expect(read(`${line}\n`).samples[0]).toMatchObject({
      comm: 'node',
      cpu: 0,
      frames: [{ symbol: 'Builtins_KeyedStoreIC_Megamorphic' }],
    });
  });
});
