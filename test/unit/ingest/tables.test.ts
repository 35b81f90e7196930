import { describe, expect, test } from 'vitest';
import { emptyHeader, FrameTable, StringTable, type RawFrame } from '../../../src/ingest/index.js';
import { readHeaderLine } from '../../../src/ingest/header-block.js';
import { LineLedger } from '../../../src/ingest/line-ledger.js';

const FRAME: RawFrame = {
  addressHi: 0xffffffff,
  addressLo: 0x81000000,
  symbol: 'f',
  offset: 1,
  dso: '[k]',
  inlined: false,
};

describe('FrameTable', () => {
  test('frames that differ in any one field are different frames', () => {
    const table = new FrameTable(new StringTable());
    const frames: RawFrame[] = [
      FRAME,
      { ...FRAME, addressHi: 0 },
      { ...FRAME, addressLo: 0x81000001 },
      { ...FRAME, symbol: 'g' },
      { ...FRAME, offset: -1 },
      { ...FRAME, dso: 'f' },
      { ...FRAME, inlined: true },
    ];
    expect(frames.map((f) => table.id(f))).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(frames.map((f) => table.id({ ...f }))).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(frames.map((_, id) => table.frame(id))).toEqual(frames);
    expect(() => table.frame(7)).toThrow(RangeError);
  });

  test('names of Object.prototype are ordinary names', () => {
    const strings = new StringTable();
    const names = ['__proto__', 'constructor', '', 'toString', '__proto__'];
    expect(names.map((n) => strings.id(n))).toEqual([0, 1, 2, 3, 0]);
    expect(strings.text(0)).toBe('__proto__');
    expect(strings.size).toBe(4);
  });
});

describe('StringTable', () => {
  const texts = ['', 'a', 'ä\u{1f525}', 'a b', ''.padEnd(300, 'x')];
  const filled = () => {
    const table = new StringTable();
    for (const text of texts) table.id(text);
    return table;
  };

  test('gives its texts as bytes, and takes them from such', () => {
    const { bytes, ends } = filled().utf8;
    expect([...ends]).toEqual([0, 1, 7, 10, 310]);
    const taken = new StringTable();
    taken.take({ bytes, ends });
    expect(taken.size).toBe(5);
    expect(taken.values).toEqual(texts);
    expect(taken.utf8.ends).toEqual(ends);
    expect(() => taken.text(5)).toThrow(RangeError);
  });

  test('knows what it took when it is asked by text, and goes on behind', () => {
    const taken = new StringTable();
    taken.take(filled().utf8);
    expect(taken.id('a b')).toBe(3);
    expect(taken.id('new')).toBe(5);
    expect(taken.id('new')).toBe(5);
    expect(taken.values).toEqual([...texts, 'new']);
    expect(Buffer.from(taken.utf8.bytes).toString()).toBe([...texts, 'new'].join(''));
  });
});

describe('header lines', () => {
  const read = (...lines: string[]) => {
    const header = emptyHeader();
    for (const line of lines) readHeaderLine(header, line);
    return header;
  };

  test('the first value of a field wins; unknown fields and events of perf itself are left out', () => {
    const header = read(
      '# hostname : a : b',
      '# hostname : second',
      '# captured on    : Sun Nov 22 13:29:05 2026',
      '# nrcpus online : 8',
      '# constructor : x',
      '# event : name = cycles:P, , id = { 1 }, type = 0',
      '# event : name = dummy:HG, , id = { 2 }, type = 1',
      '# event : name = cpu/event=0x3c,umask=0x0/, , id = { 3 }, type = 4',
    );
    expect(header).toMatchObject({
      hostname: 'a : b',
      capturedOn: 'Sun Nov 22 13:29:05 2026',
      cpusOnline: 8,
      osRelease: null,
    });
    expect(header.events).toEqual(['cycles:P', 'cpu/event=0x3c,umask=0x0/']);
  });

  test('lines that are none change nothing', () => {
    const lines = [
      '#',
      '# ',
      '# ========',
      '# : x',
      '#hostname : x',
      '# hostname',
      '# nrcpus online : x',
    ];
    expect(read(...lines)).toEqual(emptyHeader());
  });
});

test('LineLedger: kinds and skipped lines make the total, reasons in order of first line', () => {
  const ledger = new LineLedger();
  ledger.count('blank');
  ledger.count('frame');
  ledger.skip('late', 9);
  ledger.skip('early', 7, 2);
  ledger.skip('late', 3);
  ledger.recall('frame', 1);
  expect(ledger.skipped).toEqual([
    { reason: 'late', lines: 2, firstLine: 3 },
    { reason: 'early', lines: 2, firstLine: 7 },
  ]);
  expect([ledger.skippedLines, ledger.total]).toEqual([4, 5]);
});
