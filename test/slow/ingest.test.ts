import { describe, expect, test } from 'vitest';
import { lineCount, read } from '../unit/ingest/support.js';

const HEAD = 'nm 30711 [001]  3070.046478:    1003009   cpu-clock: ';
const MIB = 2 ** 20;
const SIZE = 20 * MIB;

/** 20 MiB of lines of a mebibyte each, made of one piece. */
function hostile(piece: string, prefix: string): Buffer {
  const line = `${prefix}${piece.repeat(Math.ceil(MIB / piece.length))}`.slice(0, MIB - 1);
  return Buffer.from(`${line}\n`.repeat(Math.ceil(SIZE / MIB)), 'latin1');
}

describe('20 MB of hostile input is read in seconds', () => {
  test.each([' ', '(', ':', '7', ' a:', '+0x1 (', ' 1.000000:', 'PERF_RECORD_LOST ', '# a ', '\0'])(
    'long lines of %j',
    (piece) => {
      for (const prefix of ['', `${HEAD}\n\t`, '# ']) {
        const bytes = hostile(piece, prefix);
        const start = performance.now();
        const { recording } = read(bytes, 1 << 16);
        expect(performance.now() - start).toBeLessThan(10_000);
        expect(recording.lines.total).toBe(lineCount(bytes));
      }
    },
  );

  test.each([
    '\n',
    '\t\n',
    ':\n',
    '7\n',
    `${HEAD}\n`,
    '\tff a (/x)\n',
    `${HEAD}\n\tff a (/x)\n`,
    'a:\n',
  ])('short lines of %j', (piece) => {
    const bytes = Buffer.from(piece.repeat(Math.ceil(SIZE / 4 / piece.length)), 'latin1');
    const start = performance.now();
    const { recording } = read(bytes, 1 << 16);
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(recording.lines.total).toBe(lineCount(bytes));
  });
});

test('two million different frames', () => {
  const lines: string[] = [];
  for (let i = 0; i < 200_000; i++) {
    lines.push(`${HEAD}\n`);
    for (let f = 0; f < 10; f++)
      lines.push(`\tffffffff${(i * 10 + f).toString(16).padStart(8, '0')} f+0x1 (/x)\n`);
    lines.push('\n');
  }
  const { samples, recording } = read(Buffer.from(lines.join('')), 1 << 20);
  expect(samples).toHaveLength(200_000);
  expect(recording.lines.kinds.frame).toBe(2_000_000);
  expect(new Set(samples.map((s) => s.frames[9]?.addressLo)).size).toBe(200_000);
});
