import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.js';
import { requirePerfScript, sniff, SNIFF_BYTES, type Format } from '../../src/ingest/sniff.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const hex = (digits: string): Uint8Array => Buffer.from(digits.replaceAll(' ', ''), 'hex');

const sample =
  'swapper     0 [000]    12.543852:     500751 cpu-clock: \n\tffffffff8100 start+0x1 (x)\n\n';

const cases: readonly (readonly [Format, string, Uint8Array])[] = [
  ['empty', 'no bytes', bytes('')],
  ['perf-script', 'a sample with callchain', bytes(sample)],
  ['perf-script', 'the same with CRLF', bytes(sample.replaceAll('\n', '\r\n'))],
  ['perf-script', 'behind a byte order mark', bytes(`\u{feff}${sample}`)],
  ['perf-script', 'a header that fills the head', bytes(`# ========\n${'# x\n'.repeat(20_000)}`)],
  [
    'perf-script',
    'a flat sample',
    bytes('  true  9/9  1.906831:  250000 cycles:  7f1f5696dc78 f+0x1 (d)\n'),
  ],
  ['perf-script', '-F comm,ip,sym', bytes('perf-exec \n\tffffffff811324a4 native_write_msr\n\n')],
  ['perf-script', '-F comm,ip,sym, flat', bytes('            true  7f1f5696 native_write_msr\n')],
  [
    'perf-script',
    '-F comm,tid,period,ip,sym, flat, user space alone',
    bytes('              sh    3314     250000      7f7604aea94d [unknown]\n'),
  ],
  [
    'perf-script',
    'the same of a program at a low address',
    bytes('              sh    3314     250000            40119c main\n'),
  ],
  ['text', 'a log that speaks of a commit', bytes('made a branch  7f7604aea94d by hand\n')],
  ['perf-script', 'perf 3.2 without time', bytes('java 19983 cycles: \n\tffffffff8100 f ([k])\n')],
  [
    'perf-script',
    'record lines first',
    bytes('swapper 0 [000] 0.000000: PERF_RECORD_MMAP -1/0: [0xff]: x\n'),
  ],
  [
    'perf-script',
    'a tracepoint whose text looks folded',
    bytes('a 1 [000] 2.345678: x:y: p;q 12\n'),
  ],
  ['perf-data', 'file', bytes('PERFILE2\x68\0\0\0')],
  ['perf-data', 'of the other byte order', bytes('2ELIFREP\0\0\0\x68')],
  [
    'perf-report',
    '--stdio',
    bytes("# To display\n#\n# Samples: 4K of event 'cycles'\n# Event count\n"),
  ],
  [
    'perf-stat',
    'text',
    bytes("\n Performance counter stats for 'true':\n\n  0.4 msec task-clock\n"),
  ],
  ['ftrace', 'text', bytes('# tracer: nop\n#\n  <idle>-0 [000] d..1  1.234567: x: y\n')],
  ['kallsyms', 'text', bytes('ffffffff81000000 T _text\nffffffff81000000 T startup_64\n')],
  ['folded', 'stacks', bytes('swapper;start;idle 12\nsh;main 3\nsh 1\n')],
  ['folded', 'two columns', bytes('swapper;start;idle 12 14\nsh;main 0 3\n')],
  ['folded', 'cut inside a line', bytes('a;bb;ccc 1000\n'.repeat(5000)).subarray(0, SNIFF_BYTES)],
  ['html', 'doctype', bytes('<!DOCTYPE html>\n<html lang="en">')],
  ['html', 'behind a comment', bytes('\n<!-- saved -->\n<HTML>')],
  [
    'svg',
    'flamegraph.pl',
    bytes('<?xml version="1.0" standalone="no"?>\n<!DOCTYPE svg PUBLIC "-">\n<svg x="1">'),
  ],
  ['json', 'object', bytes('{\n  "schema": "pvflame-report/1"}')],
  ['json', 'array', bytes('[{"a":1}]')],
  ['pprof', 'a profile', hex('0a 04 08 01 10 02 12 0a 08 01 12')],
  ['elf', 'image', hex('7f 45 4c 46 02 01 01 00')],
  ['bzimage', 'image', Buffer.concat([Buffer.alloc(0x202, 0x4d), bytes('HdrS')])],
  ['gzip', 'member', hex('1f 8b 08 00')],
  ['zstd', 'frame', hex('28 b5 2f fd 04')],
  ['zstd', 'skippable frame', hex('5a 2a 4d 18 00 00 00 00')],
  ['xz', 'stream', hex('fd 37 7a 58 5a 00 00 04')],
  ['bzip2', 'stream', bytes('BZh91AY&SY')],
  ['lz4', 'frame', hex('04 22 4d 18 64')],
  ['zip', 'archive', bytes('PK\x03\x04\x14\0')],
  ['utf16', 'with byte order mark', Buffer.from('\u{feff}swapper', 'utf16le')],
  ['bare-cr', 'of an old Mac', Buffer.from(sample.replaceAll('\n', '\r'))],
  ['utf16', 'without', Buffer.from(sample, 'utf16le')],
  ['text', 'prose', bytes('Dear all,\nplease find attached\n')],
  ['text', 'a table', bytes('function\tinstructions\nstart\t12\n')],
  ['binary', 'NULs', hex('01 02 00 04 41 42')],
];

describe('sniff', () => {
  test.each(cases)('%s: %s', (format, _what, head) => {
    expect(sniff(head)).toBe(format);
  });

  test('a comm of odd bytes does not make a recording binary', () => {
    const odd = Buffer.concat([hex('c3 fe 80 01'), bytes(sample)]);
    expect(sniff(odd)).toBe('perf-script');
  });

  test('hostile text of one long line takes no time', () => {
    const start = performance.now();
    for (const unit of [
      'a',
      'a ',
      ' ',
      'a: ',
      'b:',
      '<!--',
      '0 ',
      ' f',
      '[',
      '{',
      '1.2',
      'a;',
      '\t',
    ]) {
      sniff(bytes(unit.repeat(SNIFF_BYTES)));
    }
    expect(performance.now() - start).toBeLessThan(3000);
  });
});

describe('text made to be slow', () => {
  test.each([
    ['comments before no page', `${'<!---->'.repeat(9000)}x`],
    ['a comment that does not end', `<!--${'<!--'.repeat(16_000)}`],
    ['one line of blanks', `a${' '.repeat(65_000)}b\n`],
    ['one line of words and colons', 'a: '.repeat(21_000)],
  ])('%s', (_, text) => {
    const from = performance.now();
    sniff(bytes(text));
    // minutes, and for ever, by patterns that go back; milliseconds here
    expect(performance.now() - from).toBeLessThan(2000);
  });

  test('a page behind several comments is one', () => {
    expect(sniff(bytes('<!-- a --> <!-- b -->\n<!doctype html><p>'))).toBe('html');
    expect(sniff(bytes('<?xml version="1.0"?><!-- a --><!DOCTYPE svg x><svg>'))).toBe('svg');
    expect(sniff(bytes('<!-- a --> words'))).not.toBe('html');
  });
});

describe('requirePerfScript', () => {
  test('lets perf script text pass', () => {
    expect(() => requirePerfScript('a.txt', 'perf-script')).not.toThrow();
  });

  const formats = [...new Set(cases.map(([format]) => format))].filter((f) => f !== 'perf-script');

  const messageFor = (format: Format): string => {
    try {
      requirePerfScript('a.txt', format);
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).status).toBe(3);
      return (error as UserError).message;
    }
    throw new Error(`${format} passed`);
  };

  test('has a line of its own for every other format', () => {
    const messages = formats.map(messageFor);
    for (const message of messages) expect(message).toMatch(/^a\.txt: [^\n]+; [^\n]+$/);
    // Both compressions say the same of being found twice, apart from the tool.
    expect(new Set(messages).size).toBe(formats.length);
  });

  test('says where a page or an image belongs', () => {
    expect(messageFor('html')).toContain('`pvflame extract`');
    expect(messageFor('elf')).toContain('--base-vmlinux');
    expect(messageFor('folded')).toContain('no addresses or events');
    expect(messageFor('utf16')).toContain('iconv');
  });
});
