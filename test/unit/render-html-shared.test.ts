import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  KIND_NAMES,
  NODE_KIND_OP,
  VERDICT_NAMES,
  VERDICT_NOISE,
  VERDICT_TOO_LITTLE,
} from '../../src/render/shared/codes.js';
import { DARK, LIGHT, lookOf, pointsOf, stepOf } from '../../src/render/shared/colour.js';
import { cutTree, foldWords } from '../../src/render/shared/cut.js';
import {
  fixed,
  formatChange,
  formatPercent,
  formatWeight,
  signed,
  signedShort,
} from '../../src/render/shared/numbers.js';
import { searchTree } from '../../src/render/shared/search.js';
import { at, buildTree, frameWidths, WIDTH_MODES } from '../../src/render/shared/tree.js';
import { displayName, shorten, visibleText } from '../../src/render/shared/visible.js';
import { NODE_KINDS, VERDICTS } from '../../src/report/schema.js';
import { manyPaths, sampleReport, smallPaths } from '../support/sample-report.js';

describe('codes', () => {
  it('are those of the schema', () => {
    expect(KIND_NAMES).toEqual(NODE_KINDS);
    expect(VERDICT_NAMES).toEqual(VERDICTS);
    expect(NODE_KINDS[NODE_KIND_OP]).toBe('op');
    expect(VERDICTS[VERDICT_NOISE]).toBe('within noise');
    expect(VERDICTS[VERDICT_TOO_LITTLE]).toBe('too little data');
  });
});

describe('numbers', () => {
  it.each([
    [formatWeight(74_210_000, 'instructions'), '74.2 M instructions'],
    [formatWeight(8_271_000_000, 'ns'), '8.27 s of timer'],
    [formatWeight(500_690, 'ns'), '501 µs of timer'],
    [formatWeight(16_536, 'samples'), '16,536 samples'],
    [formatWeight(16_536.333, 'samples'), '16,536 samples'],
    [formatWeight(0, 'cycles'), '0 cycles'],
    [formatWeight(1.968e9, 'cycles', 4), '1.968 G cycles'],
    [formatWeight(2.5, 'samples'), '2.50 samples'],
    [formatChange(-60_100_000, 'cycles'), '−60.1 M cycles'],
    [formatChange(161_200_000, 'ns'), '+161 ms of timer'],
    [formatChange(0, 'ns'), '0 ns of timer'],
    [formatPercent(1.571), '+1.57 %'],
    [formatPercent(-0.001), '−0.001 %'],
    [formatPercent(0), '0.00 %'],
    [signedShort(0.0004), '+0.0004'],
    [signedShort(-0.00049), '−0.0005'],
    [signedShort(0.0005), '+0.001'],
    [signedShort(0.0049), '+0.005'],
    [signedShort(0.005), '+0.01'],
    [signedShort(-999.994), '−999.99'],
    [signedShort(1000), '+1,000'],
    [formatPercent(123456.7), '+123,457 %'],
    [fixed(-0.001, 2), '0.00'],
    [fixed(1234567.891, 1), '1,234,567.9'],
    [signed(-12, 0), '−12'],
  ])('%s', (actual, wanted) => {
    expect(actual).toBe(wanted);
  });
});

describe('visible text', () => {
  it('leaves no invisible character, and leaves plain text alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visibleText(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u);
      }),
    );
    expect(visibleText('__x64_sys_mmap+0x12 [k] שלום é')).toBe('__x64_sys_mmap+0x12 [k] שלום é');
    expect(visibleText('a\u202eb\u0000c\ud800d\u{e0041}')).toBe(
      'a\\u202eb\\u0000c\\ud800d\\u{e0041}',
    );
  });

  it('never shows more than 200 characters and never half a pair', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 150, maxLength: 900 }), (text) => {
        expect(displayName(text).length).toBeLessThanOrEqual(200);
        expect(displayName(text)).not.toMatch(/\p{Cs}/u);
      }),
    );
    expect(shorten('😀😀😀', 4)).toBe('😀…');
  });
});

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe('colours', () => {
  it.each([
    ['light', LIGHT],
    ['dark', DARK],
  ])('have readable text on every fill (%s)', (_, inks) => {
    for (const { fill, text } of Object.values(inks)) {
      const [a, b] = [luminance(fill), luminance(text)].sort((x, y) => y - x);
      expect(((a ?? 0) + 0.05) / ((b ?? 0) + 0.05)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('follow one fixed scale in points of the base total', () => {
    expect([0, 0.049, 0.05, 0.25, 1, 4, 400].map(stepOf)).toEqual([0, 0, 1, 2, 3, 4, 4]);
    expect([-0.049, -0.05, -0.3, -4].map(stepOf)).toEqual([-0, -1, -2, -4]);
    expect(pointsOf(0, 0)).toBe(0);
    expect(pointsOf(5, 0)).toBe(null);
    expect(stepOf(null)).toBe(0);
  });

  it('are grey for what is within noise, and for too little data once others were tested', () => {
    const report = sampleReport(smallPaths());
    report.graph.nodes.verdict = report.graph.nodes.verdict.map((_, i) =>
      i === 1 ? 0 : i === 2 ? 2 : 3,
    );
    const tree = buildTree(report.graph);
    const { placed } = cutTree(tree, frameWidths(tree, 'larger'), { root: 0, pixels: 1200 });
    const looks = placed.map((frame) => lookOf(tree, frame, report.total.base));
    expect(looks.map((look) => look.step !== 0)).toEqual(placed.map((_, i) => i === 1));
    expect(looks.filter((look) => look.border !== '')).toEqual([]);
  });
});

describe('widths and cut', () => {
  const tree = buildTree(sampleReport(manyPaths(3000)).graph);

  it.each(WIDTH_MODES)('a frame is never narrower than its children together (%s)', (mode) => {
    const widths = frameWidths(tree, mode);
    const children = new Float64Array(tree.size);
    for (let i = 1; i < tree.size; i++) {
      const p = at(tree.parent, i);
      children[p] = at(children, p) + at(widths, i);
    }
    for (let i = 0; i < tree.size; i++)
      expect(at(widths, i)).toBeGreaterThanOrEqual(at(children, i));
  });

  it('draws parents with their children, inside them, in order, within the budget', () => {
    const widths = frameWidths(tree, 'larger');
    for (const maxFrames of [1, 10, 300, 5000]) {
      const cut = cutTree(tree, widths, { root: 0, pixels: 1200, minPixels: 0.1, maxFrames });
      expect(cut.drawn).toBeLessThanOrEqual(maxFrames);
      for (const frame of cut.placed.slice(1)) {
        const parent = cut.placed[frame.parent]!;
        expect(parent.level).toBe(frame.level - 1);
        expect(frame.x).toBeGreaterThanOrEqual(parent.x);
        expect(frame.x + frame.width).toBeLessThanOrEqual((parent.x + parent.width) * (1 + 1e-12));
      }
    }
  });

  it('loses no frame: drawn, folded or left as a gap', () => {
    const cut = cutTree(tree, frameWidths(tree, 'larger'), {
      root: 0,
      pixels: 1200,
      minPixels: 0,
      maxFrames: 400,
    });
    const folded = cut.placed.reduce((sum, frame) => sum + frame.fold, 0);
    expect(cut.drawn).toBe(400);
    expect(cut.drawn + folded).toBe(cut.frames);
    const direct = cut.placed.filter((frame) => frame.parent === 0);
    const root = cut.placed[0]!;
    expect(direct.reduce((sum, frame) => sum + frame.new, 0)).toBe(root.new);
  });
});

describe('what is not drawn', () => {
  it.each([
    [10, 0, 'are left as gaps'],
    [1, 0, 'is left as a gap'],
    [10, 3, 'are folded in 3 places (marked …) or left as gaps'],
    [1, 1, 'is folded in 1 place (marked …) or left as gaps'],
  ])('%d frames in %d places', (rest, folds, words) => {
    expect(foldWords({ placed: [], levels: 1, frames: 20, drawn: 20 - rest, folds })).toBe(words);
  });
});

describe('search', () => {
  it('counts nothing twice and finds what is shown and what was recorded', () => {
    const report = sampleReport([
      { path: ['a', 'lock', 'lock', 'x'], base: 1, new: 2 },
      { path: ['a', 'un\u200bknown'], base: 10, new: 20 },
      { path: ['b', 'Lock'], base: 100, new: 200 },
    ]);
    const found = searchTree(buildTree(report.graph), ' LOCK ');
    expect(found).toMatchObject({ frames: 3, names: 2, base: 101, new: 202 });
    expect(searchTree(buildTree(report.graph), '\\u200b')?.frames).toBe(1);
    report.graph.raw = [[report.graph.names.indexOf('x'), 'x.isra.0']];
    expect(searchTree(buildTree(report.graph), '.isra')?.frames).toBe(1);
    expect(searchTree(buildTree(report.graph), '  ')).toBe(null);
    expect(searchTree(buildTree(report.graph), '(*')).toMatchObject({ frames: 0 });
  });
});
