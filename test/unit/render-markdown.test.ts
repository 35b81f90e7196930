import { describe, expect, it } from 'vitest';
import { formatOfName } from '../../src/render/formats.js';
import { code, prose } from '../../src/render/markdown/escape.js';
import { renderMarkdown } from '../../src/render/markdown/index.js';
import { HOSTILE_NAMES, sampleReport, smallPaths } from '../support/sample-report.js';

const NAMES = [
  ...HOSTILE_NAMES,
  '@torvalds',
  '#123',
  '!45 GH-12 org/repo#7',
  'a|b',
  'back`tick',
  '``two``',
  '`',
  '**bold** _it_ ~~no~~',
  '[link](http://evil.example)',
  'https://evil.example/x www.evil.example',
  '# heading',
  '- [ ] task',
  '</details>',
  '$`math`$',
  ':+1: &amp; \\',
  '1c2131aa2761bff7',
];

/** The Markdown with every code span and fenced block (as CommonMark reads them) taken out. */
function outsideCode(markdown: string): string {
  const lines: string[] = [];
  let fence = '';
  for (const line of markdown.split('\n')) {
    const run = /^`{3,}/.exec(line)?.[0] ?? '';
    if (fence !== '') {
      if (line === fence) fence = '';
    } else if (run !== '' && line === `${run}text`) fence = run;
    else lines.push(line.replace(/(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/g, 'CODE'));
  }
  return lines.join('\n');
}

describe('renderMarkdown', () => {
  it('keeps every recorded name inside code, whatever it is', () => {
    for (const name of NAMES) {
      const report = sampleReport(smallPaths(), {
        images: true,
        title: name,
        labels: [name, `${name}2`],
      });
      report.ops[0]!.op = name;
      report.sites[0]!.function = name;
      report.functions[0]!.function = name;
      report.base.event = name;
      report.base.recording.command = name;
      report.base.runs[0]!.path = name;
      report.base.runs[0]!.skipped = [{ reason: name, lines: 1, firstLine: 1 }];
      report.provenance.argv = [name];
      report.warnings.push({ code: 'skipped-lines', message: `${name}: 3 lines skipped` });
      const rest = outsideCode(renderMarkdown(report)).replace(
        /^### |<\/?(?:details|summary)>/g,
        '',
      );
      expect(rest).not.toMatch(/[`<@#!&$[\]_\\]|https?:|www\.|evil|bold|torvalds/);
      // every row of a table has as many cells as its head
      for (const table of rest.split('\n\n').filter((part) => part.startsWith('|'))) {
        const cells = table.split('\n').map((line) => line.split('|').length);
        expect(new Set(cells).size).toBe(1);
      }
    }
  });

  it('shows what cannot be seen', () => {
    expect(code('rtl\u202eevil\u0007')).toBe('`rtl\\u202eevil\\u0007`');
    expect(code('a\nb')).toBe('`a\\u000ab`');
    expect(code('')).toBe('`(no name)`');
    expect(code('`x``')).toBe('``` `x`` ```');
    // words and numbers to the eye, commits and addresses to a forge
    expect(prose('deadbeef, 1234567 and 123456; see www. or GH-12, or defaced!')).toBe(
      '`deadbeef,` `1234567` and 123456; see `www.` or `GH-12,` or `defaced!`',
    );
    expect(prose('www')).toBe('`www`');
    expect(prose('ask @me about #1, please: 5 % (more)')).toBe(
      'ask `@me` about `#1,` please: 5 % (more)',
    );
  });

  it('has the answer, the tables that matter, and the rest folded away', () => {
    const markdown = renderMarkdown(sampleReport(smallPaths()));
    expect(markdown).toContain(
      '**`+40.30 M instructions (+2.04 %)` per run: too little data** (no interval; 1 run against 1;',
    );
    expect(markdown).toMatch(
      /^\| \*\*total\*\* \| \*\*\+40\.30\*\* \| \+2\.04 \| {2}\| {2}\| sum/m,
    );
    expect(markdown).toMatch(/^\| `lock\.queued_spin_unlock` \| 0\.0 \| 41\.0 \| \+41\.0 \|/m);
    expect(markdown).toContain('2'.repeat(64));
    expect(markdown).toContain('pvflame native.txt.gz paravirt.txt.gz -f markdown');
    expect(markdown.trimEnd().endsWith('</details>')).toBe(true);
    expect(formatOfName('r.md')).toBe('markdown');
  });
});
