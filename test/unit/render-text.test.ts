import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { colourText, wantsColour } from '../../src/render/text/colour.js';
import { WIDTH, wrap } from '../../src/render/text/layout.js';
import { patching } from '../../src/render/text/patching.js';
import { renderText } from '../../src/render/text/index.js';
import type { Report } from '../../src/report/schema.js';
import {
  HOSTILE_NAMES,
  hostilePaths,
  sampleReport,
  smallPaths,
  type SampleOptions,
} from '../support/sample-report.js';

const section = (text: string, heading: string) =>
  text.split('\n\n').find((part) => part.startsWith(heading)) ?? '';

/** A report as repeated runs give it. */
function tested(options: SampleOptions = {}): Report {
  const report = sampleReport(smallPaths(), options);
  report.basis = 'runs';
  report.statistics.n = { base: 3, new: 3 };
  Object.assign(report.total, {
    verdict: 'more',
    percentInterval: [1.5, 2.5],
    interval: [3e7, 5e7],
  });
  for (const row of [...report.ledger, ...report.ops, ...report.sites, ...report.functions]) {
    if (row.percent === null || row.base === row.new) continue;
    row.percentInterval = [row.percent - 0.1, row.percent + 0.1];
    row.verdict = Math.abs(row.percent) < 0.1 ? 'within noise' : row.percent > 0 ? 'more' : 'less';
  }
  return report;
}

describe('renderText', () => {
  it('is ASCII in 72 columns, whatever the names, labels and warnings are', () => {
    for (const images of [false, true]) {
      for (const title of HOSTILE_NAMES) {
        const report = sampleReport(hostilePaths(), {
          images,
          title,
          labels: [title, `${title}2`],
        });
        report.base.recording.command = title;
        report.base.runs[0]!.path = title;
        report.provenance.argv = [title, '--title', title];
        report.warnings.push({ code: 'skipped-lines', message: title });
        const text = renderText(report);
        expect(text).toMatch(/^[\x20-\x7e\n]*$/);
        expect(text.split('\n').filter((line) => line.length > 72)).toEqual([]);
        expect(text.split('\n').filter((line) => /\s$/.test(line))).toEqual([]);
      }
    }
  });

  it('shows control and turning characters as what they are', () => {
    const report = sampleReport(hostilePaths());
    for (const name of HOSTILE_NAMES.slice(8, 12))
      report.ops.push({ ...sampleReport(smallPaths()).ops[0]!, op: name });
    const text = renderText(report);
    expect(text).toContain('bell\\u0007esc\\u001b[31m');
    expect(text).toContain('rtl\\u202eevil\\u202c');
    expect(text).toContain('nul\\u0000byte');
  });

  it('gives change, +- half of the interval and verdict in words', () => {
    const text = renderText(tested());
    expect(text).toContain('95 % interval +1.50 % to +2.50 %, verdict: more');
    expect(section(text, 'WHERE IT WENT')).toMatch(
      /^ {2}total +\+40\.30 +\+2\.04 +\+-0\.54 more /m,
    );
    expect(section(text, 'PARAVIRT OPS')).toMatch(
      /^ +0\.0 +41\.0 +\+41\.0 +\+2\.07 +0\.10 {2}more {2}lock\.queued_spin_unlock$/m,
    );
  });

  it('adds up by eye: the ledger has one scale, and says what is left', () => {
    const lines = section(renderText(sampleReport(smallPaths(), { images: true })), 'WHERE').split(
      '\n',
    );
    const changes = lines.flatMap((line) => {
      const found = /^ {2}([a-z]+) +(?:[<>]= )?([+-]?[\d.,]+) +[+-]?[\d.]+ /.exec(line);
      return found === null ? [] : [[found[1] ?? '', Number(found[2])] as const];
    });
    const named = Object.fromEntries(changes);
    const buckets = changes.filter(([name]) => name !== 'total' && name !== 'paravirt');
    expect(buckets.length).toBeGreaterThan(4);
    const sum = buckets.reduce((all, [, change]) => all + change, 0);
    expect(sum).toBeCloseTo(named['total'] ?? NaN, 0);
    expect(named['paravirt']).toBeCloseTo((named['call'] ?? NaN) + (named['site'] ?? NaN), 1);
    expect(lines.join('\n')).toContain('nothing left over');
  });

  it('counts rows of few samples instead of showing them, and adds them up', () => {
    const report = sampleReport(smallPaths());
    report.ops[1]!.samples = { base: 4, new: 5 };
    report.ops[2]!.samples = { base: 0, new: 10 };
    const ops = section(renderText(report), 'PARAVIRT OPS');
    expect(ops).toContain(`, ${report.ops.length - 1} of ${report.ops.length}`);
    expect(ops).not.toContain(report.ops[1]!.op);
    expect(ops).toContain(report.ops[2]!.op);
    expect(ops).toMatch(/ {2}1 more row, under 10 samples: \+\S+ M instructions together/);
  });

  it('shows fewer rows where none is beyond noise', () => {
    const report = tested();
    for (const row of report.functions)
      if (row.percentInterval !== null) row.verdict = 'within noise';
    const functions = section(renderText(report), 'FUNCTIONS');
    expect(functions.replace(/\n {2}/, ' ')).toContain(
      `3 of ${report.functions.length}; none is beyond noise`,
    );
    expect(functions.match(/ noise {2}/g)).toHaveLength(3);
  });

  it('does not judge a lower bound, and says what the sign is not', () => {
    const report = tested({ timer: true, unit: 'ns', event: 'cpu-clock' });
    for (const row of report.ops) row.verdict = 'too little data';
    const text = renderText(report);
    expect(section(text, 'PARAVIRT OPS')).toMatch(/>= \+41\.0 +\+2\.07 +0\.10 {2}- {2,}lock/);
    expect(text.replace(/\s+/g, ' ')).toContain('the sign is no strict bound');
  });

  it('gives inputs with whole hashes, what was skipped, what recorded them and its own command', () => {
    const report = sampleReport(smallPaths());
    report.provenance.argv = ['a b.txt', "it's.txt"];
    const text = renderText(report);
    expect(text).toContain(`\n       ${'2'.repeat(64)}\n`);
    expect(text).toContain('skipped 3 lines, the first is 17: no sample <header> line');
    expect(text).toContain('both recorded with: /usr/bin/perf record -a -g');
    expect(text).toContain("pvflame 'a b.txt' 'it'\\''s.txt'\n");
  });

  it('says what the data cannot tell', () => {
    const one = section(
      renderText(sampleReport(smallPaths(), { timer: true })),
      'NOT IN THESE DATA',
    );
    expect(one).toContain('One run a side');
    expect(one).toContain('A timer event');
    const report = tested();
    report.base.runs.push(...report.base.runs);
    report.new.runs.push(...report.new.runs);
    expect(section(renderText(report), 'NOT IN THESE DATA')).not.toContain('One run a side');
  });
});

describe('lines', () => {
  it('are as long as 72 columns, and no longer', () => {
    const word = 'x'.repeat(35);
    expect(WIDTH).toBe(72);
    expect(wrap(`${word} ${word}x`, '  ')).toEqual([`${word} ${word}x`]);
    expect(wrap(`${word} ${word}xx`, '  ')).toEqual([word, `  ${word}xx`]);
  });

  it('break a word only where it is longer than one of them', () => {
    expect(wrap('y'.repeat(72), '  ')).toEqual(['y'.repeat(72)]);
    expect(wrap('y'.repeat(73), '  ')).toEqual(['y'.repeat(72), '  y']);
    expect(wrap('z'.repeat(142), '  ')).toEqual(['z'.repeat(72), `  ${'z'.repeat(70)}`]);
  });
});

describe('patching as text', () => {
  it('names five sites that changed, and counts the others', () => {
    const report = sampleReport(smallPaths(), { images: true });
    const site = report.sites[0]!;
    const lines = (changed: number) => {
      report.sites = Array.from({ length: changed }, (_, i) => ({ ...site, function: `fn_${i}_` }));
      report.patching.changed = report.sites.map((_, i) => i);
      return patching(report).join('\n');
    };
    expect(lines(5).match(/fn_\d_/g)).toHaveLength(5);
    expect(lines(5)).not.toContain('more');
    expect(lines(7).match(/fn_\d_/g)).toHaveLength(5);
    expect(lines(7)).toMatch(
      /\n {2}7 sites seen in another state, all beyond chance \(5 % each\):\n[^]*\n {2}and 2 more$/,
    );
  });
});

describe('colour', () => {
  it('changes no character, and marks headings, notes and verdicts', () => {
    const text = renderText(tested({ images: true }));
    const coloured = colourText(text);
    expect(stripVTControlCharacters(coloured)).toBe(text);
    expect(coloured).toContain('\u001b[1mWHERE IT WENT\u001b[22m');
    expect(coloured).toContain('verdict: \u001b[31mmore\u001b[39m');
    expect(coloured).toMatch(/0\.10 {2}\u001b\[31mmore\u001b\[39m {2}lock/);
    expect(coloured).toContain('\u001b[33mnote:\u001b[39m');
  });

  it('is for terminals, unless the environment says otherwise', () => {
    const [tty, pipe] = [{ isTTY: true }, {}];
    expect(wantsColour(tty, {})).toBe(true);
    expect(wantsColour(pipe, {})).toBe(false);
    expect(wantsColour(tty, { NO_COLOR: '1' })).toBe(false);
    expect(wantsColour(tty, { NO_COLOR: '' })).toBe(true);
    expect(wantsColour(tty, { TERM: 'dumb' })).toBe(false);
    expect(wantsColour(tty, { FORCE_COLOR: '0' })).toBe(false);
    expect(wantsColour(pipe, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(true);
  });
});
