import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { warningList } from '../../src/render/html/common.js';
import { renderHtml } from '../../src/render/html/index.js';
import { escapeText, html } from '../../src/render/html/markup.js';
import { reportSchema, type Report } from '../../src/report/schema.js';
import {
  HOSTILE_NAMES,
  hostilePaths,
  manyPaths,
  sampleReport,
  smallPaths,
} from '../support/sample-report.js';

function embedded(page: string): Report {
  const [, base64 = ''] = /id="pvflame-report">([^<]*)</.exec(page) ?? [];
  return reportSchema.parse(JSON.parse(gunzipSync(Buffer.from(base64, 'base64')).toString('utf8')));
}

describe('renderHtml', () => {
  it('gives the same bytes for the same report', async () => {
    const report = sampleReport(smallPaths());
    expect(await renderHtml(report)).toBe(await renderHtml(structuredClone(report)));
  });

  it('carries the complete report document, whatever the names are', async () => {
    for (const paths of [smallPaths(), hostilePaths()]) {
      const report = sampleReport(paths);
      expect(embedded(await renderHtml(report))).toEqual(report);
    }
  });

  it('writes gzip header bytes that do not depend on the system', async () => {
    const [, base64 = ''] =
      /id="pvflame-report">([^<]*)</.exec(await renderHtml(sampleReport(smallPaths()))) ?? [];
    expect([...Buffer.from(base64, 'base64').subarray(0, 10)]).toEqual([
      31, 139, 8, 0, 0, 0, 0, 0, 0, 255,
    ]);
  });

  it('allows exactly its own script and style', async () => {
    const page = await renderHtml(sampleReport(smallPaths()));
    const [, csp = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    const hash = (tag: string): string => {
      const [, text = ''] = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(page) ?? [];
      return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    };
    expect(csp.replaceAll('&#39;', "'")).toBe(
      `default-src 'none'; script-src ${hash('script')}; style-src ${hash('style')}; base-uri 'none'; form-action 'none'`,
    );
  });

  it('has no style attribute, handler attribute or address of another place', async () => {
    const page = (await renderHtml(sampleReport(hostilePaths()))).replace(
      /<script[\s\S]*?<\/script>/g,
      '',
    );
    for (const tag of page.match(/<[a-z][^>]*>/g) ?? []) {
      expect(tag).not.toMatch(/\s(style|on\w+|src|href)=/);
    }
  });

  it('is small: 50,000 nodes in well under a megabyte and a few seconds', async () => {
    const report = sampleReport(manyPaths(50_000));
    const start = performance.now();
    const page = await renderHtml(report);
    expect(performance.now() - start).toBeLessThan(5000);
    expect(page.length).toBeLessThan(1_200_000);
    expect(page.match(/<svg id="f/g)?.length).toBeLessThanOrEqual(2000);
  });

  it('says how much, how sure and where before anything else', async () => {
    const page = await renderHtml(sampleReport(smallPaths()));
    const start = page
      .slice(page.indexOf('<main>'), page.indexOf('id="warnings-h"'))
      .replace(/<[^>]*>|\s+/g, ' ')
      .replace(/ +/g, ' ');
    expect(start).toContain(
      '6.1.0-paravirt took 40.3 M instructions more (+2.04 %) than 6.1.0-native : 2.017 G instructions instead of 1.977 G instructions.',
    );
    expect(start).toContain('Verdict: too little data.');
    expect(start).toContain('lock.queued_spin_unlock +41.0 M instructions');
  });

  it('prints what a timer cannot see as bounds, and buckets without an image as not known', async () => {
    const page = await renderHtml(
      sampleReport(smallPaths(), { timer: true, unit: 'ns', event: 'cpu-clock' }),
    );
    expect(page).toContain('≥ +41.0 ms of timer');
    expect(page.replace(/<[^>]*>|\s+/g, ' ').replace(/ +/g, ' ')).toContain(
      'Not known without the kernel images: site , caller and elsewhere . Their weight is in rest .',
    );
    const exact = await renderHtml(sampleReport(smallPaths()));
    expect(exact.replace(/[\s\S]*<main>/, '').replace(/<script[\s\S]*/, '')).not.toContain('≥');
  });

  it('prints the interval and the verdict where there are some', async () => {
    const report = sampleReport(smallPaths());
    report.total.interval = [30e6, 50e6];
    report.total.percentInterval = [1.5, 2.5];
    report.total.verdict = 'more';
    report.statistics.n = { base: 3, new: 3 };
    const text = (await renderHtml(report)).replace(/<[^>]*>|\s+/g, ' ').replace(/ +/g, ' ');
    expect(text).toContain(
      'Verdict: more. 95 % interval +1.50 % to +2.50 %, from 3 runs of base and 3 runs of new.',
    );
  });

  it('prints the command so that a shell takes it back', async () => {
    const report = sampleReport(smallPaths());
    report.provenance.argv = ['a b.txt', "it's.txt"];
    const [, command = ''] = /<pre>([^<]*)<\/pre>/.exec(await renderHtml(report)) ?? [];
    expect(command.replaceAll('&#39;', "'")).toBe(
      "pvflame 'a b.txt' 'it'\\''s.txt' -o report.html",
    );
  });

  it('draws an empty graph without failing', async () => {
    const report = sampleReport([]);
    report.graph.nodes = {
      depth: [],
      name: [],
      kind: [],
      base: [],
      new: [],
      verdict: [],
      moved: [],
    };
    expect(await renderHtml(report)).toContain('0 of 0 frames drawn');
  });
});

describe('warnings', () => {
  it('have the signs of the page, and leave those in names alone', () => {
    const words = 'of a>=b and <=x: bounds (>=), at most <= 3, >= 10';
    expect(warningList([{ code: 'timer-event', words }])?.text).toContain(
      '</code> of a&gt;=b and &lt;=x: bounds (≥), at most ≤ 3, ≥ 10</li>',
    );
  });
});

describe('markup', () => {
  it('escapes every hostile name between tags and in attributes', () => {
    for (const name of HOSTILE_NAMES) {
      const text = html`<p title="${name}">${name}</p>`.text;
      expect(text.match(/[<>]/g)?.length).toBe(4);
      expect(text.match(/"/g)?.length).toBe(2);
      expect(escapeText(name)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
    }
  });
});
