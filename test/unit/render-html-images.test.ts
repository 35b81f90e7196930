import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/render/html/index.js';
import { boundPrefix, grossPrefix, verdictWords } from '../../src/render/shared/bounds.js';
import { formatOdds } from '../../src/render/shared/numbers.js';
import { changedTable, reportTables, sitesTable } from '../../src/render/shared/report-tables.js';
import type { Report } from '../../src/report/schema.js';
import { hostilePaths, manyPaths, sampleReport, smallPaths } from '../support/sample-report.js';

async function words(report: Report): Promise<string> {
  const page = await renderHtml(report);
  return page
    .replace(/[\s\S]*<main>/, '')
    .replace(/<script[\s\S]*/, '')
    .replace(/<details class="licences">[\s\S]*?<\/details>/, '')
    .replace(/<[^>]*>|\s+/g, ' ')
    .replaceAll('&#39;', "'")
    .replace(/ +/g, ' ');
}

describe('bounds', () => {
  it.each([
    ['lower', 5, '≥ '],
    ['lower', -5, '≤ '],
    ['lower', 0, ''],
    ['at-most', 5, '≤ '],
    ['at-most', -5, '≤ '],
    [null, 5, ''],
  ] as const)('%s of a change of %d', (bound, change, sign) => {
    expect(boundPrefix(bound, change)).toBe(sign);
  });

  it('mark gross weights of a timer only', () => {
    expect(grossPrefix('lower', 5)).toBe('≥ ');
    expect(grossPrefix('lower', 0)).toBe('');
    expect(grossPrefix('at-most', 5)).toBe('');
  });

  it('are explained once, where they are used', async () => {
    const report = sampleReport(smallPaths(), { images: true });
    expect(await words(report)).not.toContain('≤ before');
    report.ops[0]!.bound = 'at-most';
    expect((await words(report)).split('at most this much').length).toBe(2);
    const timer = sampleReport(smallPaths(), { images: true, timer: true, unit: 'ns' });
    expect((await words(timer)).split('at least this much').length).toBe(2);
  });

  it('come from the ledger row, not from the kind of event', async () => {
    const report = sampleReport(smallPaths(), { timer: true, unit: 'ns' });
    for (const row of [...report.ledger, ...report.ops, ...report.sites]) row.bound = null;
    expect(await words(report)).not.toContain('≥');
  });
});

describe('a fall on a timer', () => {
  const fall = {
    verdict: 'too little data',
    bound: 'lower',
    percentInterval: [-0.3, -0.1] as [number, number],
    samples: { base: 40, new: 20 },
  } as const;

  it.each([
    [fall, 'not judged'],
    // a bucket of the ledger, whose row counts no samples
    [{ ...fall, samples: undefined }, 'not judged'],
    [{ ...fall, samples: { base: 6, new: 3 } }, 'too little data'],
    [{ ...fall, percentInterval: null }, 'too little data'],
    [{ ...fall, bound: null }, 'too little data'],
    [{ ...fall, bound: 'at-most' as const }, 'too little data'],
    [{ ...fall, verdict: 'more' as const }, 'more'],
  ])('%o', (row, words) => {
    expect(verdictWords(row)).toBe(words);
  });

  it('is not judged in tables and ledger, which say what that is', async () => {
    const report = sampleReport(smallPaths(), { images: true, timer: true, unit: 'ns' });
    for (const row of [report.ops[0]!, report.ledger.find(({ bucket }) => bucket === 'call')!])
      Object.assign(row, { ...fall, samples: undefined });
    report.ops[0]!.samples = fall.samples;
    const text = await words(report);
    expect(text.split('not judged −0.30 to −0.10').length).toBe(3);
    expect(text).toContain('A fall beyond noise is not judged, never called less');
  });
});

describe('odds', () => {
  it.each([
    [1 / 35, '1 in 35'],
    [1 / 1771, '1 in 1,771'],
    [0, 'under 1 in a million'],
    [1e-100, 'under 1 in a million'],
    [1, 'over 1 in 2'],
    [0.5, '1 in 2'],
  ])('%d', (chance, text) => {
    expect(formatOdds(chance)).toBe(text);
  });
});

describe('a report with kernel images', () => {
  const report = sampleReport(smallPaths(), { images: true });

  it('says why a bucket is missing, and that the others add up', async () => {
    const text = await words(report);
    expect(text).toContain('No bucket rest : the images tell site , caller and elsewhere apart.');
    expect(text).toContain('deferred does not apply: this event is not a timer.');
    expect(text).toContain('sit in caller .');
    expect(text).not.toContain('Not known without');
    const timer = await words(sampleReport(smallPaths(), { images: true, timer: true }));
    expect(timer).toContain('deferred holds 28.80 % of all base weight and 29.30 % of new');
  });

  it('calls agreement whole only where it is', async () => {
    const of = async (agreement: number) => {
      const one = sampleReport(smallPaths(), { images: true });
      one.images!.new.agreement = agreement;
      one.images!.base.agreement = 0.5;
      return await words(one);
    };
    expect(await of(1)).toContain("100 % of the recording's kernel addresses");
    expect(await of(0.999999)).toContain("99.99 % of the recording's kernel addresses");
    expect(await of(0.999999)).not.toContain('100 % of');
  });

  it('tells rounding in the sum check from weight', async () => {
    const of = async (sumCheck: number) => {
      const one = sampleReport(smallPaths(), { images: true });
      // about 2e9 in all
      one.sumCheck = sumCheck;
      return /left over: (.*?)\./.exec(await words(one))?.[1];
    };
    expect(await of(0)).toBe('nothing');
    for (const sign of [1, -1]) {
      expect(await of(sign * 0.001)).toBe('nothing but rounding');
      expect(await of(sign * 0.01)).toMatch(/^[+−]0/);
    }
  });

  it('names the images and the window rule', async () => {
    const text = await words(report);
    for (const part of [
      'build id 1c2131aa',
      'call sites 0 4,238',
      // cut, not rounded
      "99.99 % of the recording's kernel addresses",
      'slide none 0x1f000000',
      'with half the window, +9.00 M instructions with double.',
    ]) {
      expect(text).toContain(part);
    }
    expect(await words(sampleReport(smallPaths()))).toContain('None were given: call sites');
  });

  it('counts the states of both sides and lists what changed, with its chance', async () => {
    const text = await words(report);
    expect(text).toContain('indirect called through the paravirt table: not patched 5 6.00 – –');
    expect(text).toContain('inline patched to native instructions in place of the call – – 4');
    expect(text).toContain('4 sites seen in another state, ');
    expect(text).toContain('Of 5 sites seen, 1 had no certain state on one side or both.');
    const { rows } = changedTable(report);
    expect(rows.length).toBe(4);
    const cells = rows.map((row) => row.cells.map((cell) => cell.text));
    expect(cells.map((row) => row[4])).toContain('under 1 in a million');
    expect(cells.map((row) => row[4])).toContain('1 in 35');
    expect(cells[0]?.[2]).toBe('indirect → inline');
  });

  it('shows offset and return offset, and of equal sides one', () => {
    const subs = sitesTable(report).rows.map((row) => row.cells[0]?.sub);
    expect(subs).toContain('+0x40 · ret +0x46');
    expect(sitesTable(sampleReport(smallPaths())).rows[0]?.cells[0]?.sub).toMatch(/^ret \+0x/);
  });

  it('says that states need the images, and that a few may be known without', async () => {
    const bare = sampleReport(smallPaths());
    expect(await words(bare)).toContain('without them the state of the 5 sites seen is not known');
    bare.patching.base.indirect = { sites: 1, weight: 5 };
    expect(await words(bare)).toContain('Both sides ran one image, so a few are known without');
  });

  it('lists what was moved, heaviest first, and merged names', async () => {
    const text = await words(report);
    expect(text).toContain('14.0 M instructions of 20.0 M instructions gross change');
    expect(text.indexOf('12.00 inlined')).toBeGreaterThan(0);
    expect(text.indexOf('12.00 inlined')).toBeLessThan(text.indexOf('2.00 renamed'));
    expect(text).toContain('1 name stands for a suffixed symbol, or for several');
  });

  it('keeps hostile names text in every new place', async () => {
    const page = await renderHtml(sampleReport(hostilePaths(), { images: true }));
    const body = page.slice(page.indexOf('<main>'), page.indexOf('id="pvflame-report"'));
    expect(body).not.toMatch(/<(script(?! type)|img|iframe)/);
    for (const tag of body.match(/<[a-z][^>]*>/g) ?? []) {
      expect(tag).not.toMatch(/\s(style|on\w+|src|href)=/);
    }
  });

  it('keeps rows that do not stand in the page countable', async () => {
    const many = sampleReport(manyPaths(3000));
    const view = reportTables(many).find(({ id }) => id === 'functions')!;
    expect(view.rows.length).toBe(many.functions.length);
    expect(view.rows.at(-1)?.cells.length).toBe(view.heads.length);
    // made once: sorting and filtering look at them again and again
    expect(view.rows[0]?.cells).toBe(view.rows[0]?.cells);
    const page = await renderHtml(many);
    expect(page).toMatch(new RegExp(`<table id="functions"[^>]* data-rows="${view.rows.length}"`));
    expect(await words(many)).toMatch(/[\d,]+ more rows with smaller numbers/);
  });
});
