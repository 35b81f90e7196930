import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFrameLine, parseSampleLine } from '../../src/ingest/index.js';
import { parseBareFlatLine, parseBareLine } from '../../src/ingest/sample-line.js';
import { emptyHeader, readHeaderLine } from '../../src/ingest/header-block.js';
import { lineCount, read, weightOf } from '../unit/ingest/support.js';

/** Pieces of perf's own text, so that random input reaches every branch. */
const PIECES = [
  ' ',
  '\t',
  '\n',
  '\r\n',
  '\n\n',
  'nm',
  '30711',
  ' 30711/30712 ',
  '[001]',
  ' 3070.046478: ',
  '    1003009 ',
  'cpu-clock: ',
  '\tffffffff821ef691 f+0x71 ([k])\n',
  '  nm.c:6 (inlined)\n',
  '  ffffffff821ef691',
  'PERF_RECORD_LOST lost 5\n',
  '# ========\n',
  '#',
  ':',
  '(',
  ')',
  '+0x',
  '|',
  'VM:',
  '\0',
  '\u00e9',
];
const perfLike = fc
  .array(
    fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...PIECES) }, fc.string({ maxLength: 6 })),
    {
      maxLength: 60,
    },
  )
  .map((pieces) => Buffer.from(pieces.join(''), 'utf8'));
const anyBytes = fc.oneof(fc.uint8Array({ maxLength: 400 }), perfLike);

describe('whatever the bytes', () => {
  test('the reader ends, tells every line, and hands out sane samples', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const { samples, recording } = read(bytes);
        expect(recording.lines.total).toBe(lineCount(bytes));
        expect(recording.samples).toBe(samples.length);
        for (const kind of Object.values(recording.lines.kinds))
          expect(kind).toBeGreaterThanOrEqual(0);
        for (const { lines, firstLine } of recording.lines.skipped) {
          expect(lines).toBeGreaterThan(0);
          expect(firstLine).toBeGreaterThan(0);
        }
        for (const s of samples) {
          expect(s.frames.length).toBeGreaterThan(0);
          expect(Number.isNaN(s.period)).toBe(false);
        }
        expect(recording.samplesWithoutPeriod).toBe(samples.filter((s) => s.period < 0).length);
        expect(weightOf(samples)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 1500 },
    );
  });

  test('chunk boundaries never matter', () => {
    fc.assert(
      fc.property(anyBytes, fc.array(fc.nat(), { maxLength: 30 }), (bytes, cuts) => {
        const whole = read(bytes);
        expect(read(bytes, cuts)).toEqual(whole);
        expect(read(bytes, 1)).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });
});

// One mebibyte each, made to send a backtracking pattern back as often as it can.
const MIB = 2 ** 20;
const fill = (piece: string) => piece.repeat(Math.ceil(MIB / piece.length)).slice(0, MIB);
const HEAD = 'nm 30711 [001]  3070.046478:    1003009   cpu-clock: ';
const FILLS = [
  ' ',
  '(',
  ')',
  ':',
  '7',
  'a',
  ' 7',
  '7 ',
  ': ',
  ' a:',
  ' 7:',
  '[',
  '[1] ',
  '1/1 ',
  ' 1.000000:',
  '1.000000: ',
  '+0x1 (',
  '+0x1',
  ' (',
  '#',
  '# a',
  '= ',
  'ffff ',
  ' ffff',
  'PERF_RECORD_LOST ',
  'PERF_RECORD_',
  ' 2026-01-01 00:00:00.0',
  '\t',
  '\\',
  '\u00e9',
];
const WRAPS: [string, (filling: string) => string][] = [
  ['bare', (f) => f],
  ['ending in a colon', (f) => `${f}x:`],
  ['in a comm', (f) => `${f} ${HEAD}`],
  ['behind the event', (f) => `${HEAD}${f}`],
  ['behind a time', (f) => `nm 1 1.000000:${f}`],
  ['in a frame', (f) => `\tffffffff821ef691 ${f}`],
  ['in a frame with a dso', (f) => `\tffffffff821ef691 ${f} (/x)`],
  ['in a header line', (f) => `# ${f}`],
  ['in a source line', (f) => `  ${f}`],
];

describe('one line of a mebibyte', () => {
  // generous against 50 ms, since two cores share the work with other suites
  const LIMIT = 250;

  test.each(WRAPS)('%s', (_, wrap) => {
    for (const piece of FILLS) {
      const line = wrap(fill(piece)).slice(0, MIB);
      const bytes = Buffer.from(`${HEAD}\n\tff a (/x)\n${line}\n`, 'utf8');
      const start = performance.now();
      read(bytes);
      const took = performance.now() - start;
      expect(took, `${JSON.stringify(piece)} took ${took.toFixed(0)} ms`).toBeLessThan(LIMIT);
    }
  });

  test('every line parser by itself', () => {
    const parsers = {
      parseSampleLine,
      parseBareLine,
      parseBareFlatLine,
      parseFrameLine,
      header: (text: string) => readHeaderLine(emptyHeader(), text),
    };
    for (const [name, parse] of Object.entries(parsers)) {
      for (const [where, wrap] of WRAPS) {
        for (const piece of FILLS) {
          const line = wrap(fill(piece));
          const start = performance.now();
          parse(line);
          const took = performance.now() - start;
          expect(took, `${name}, ${where}, ${JSON.stringify(piece)}`).toBeLessThan(LIMIT);
        }
      }
    }
  });
});
