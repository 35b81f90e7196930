import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { embeddedReport, embeddedStacks } from '../../src/render/html/embedded.js';
import { renderHtml } from '../../src/render/html/index.js';
import { renderJson as jsonBytes } from '../../src/render/json.js';
import type { Report } from '../../src/report/schema.js';
import { foldedLines, type Stacks } from '../../src/report/stacks-schema.js';
import { hostilePaths, sampleReport, smallPaths } from '../support/sample-report.js';

const report = sampleReport(smallPaths());
const renderJson = (of: Report) => Buffer.from(jsonBytes(of)).toString();
const stacks: Stacks = {
  schema: 'pvflame-stacks/1',
  limit: 10,
  stacks: { base: 2, new: 11 },
  names: ['own name'],
  nodes: { up: [0, 0, 1], rank: [0, 0, 1], fresh: [1, 2, report.graph.names.length] },
  base: { at: [2, 1], weight: [7, 9] },
  new: null,
};
let page = '';
beforeAll(async () => {
  page = await renderHtml(report, stacks);
});

const element = (id: string) => new RegExp(`(id="${id}">)([^<]*)`);
const put = (id: string, data: string | Buffer) =>
  page.replace(
    element(id),
    (_, tag: string) => tag + (typeof data === 'string' ? data : data.toString('base64')),
  );
const withJson = (json: string) => put('pvflame-report', gzipSync(json));
const edited = (change: (document: Record<string, unknown>) => void) => {
  const document = JSON.parse(renderJson(report)) as Record<string, unknown>;
  change(document);
  return withJson(JSON.stringify(document));
};

/** What is said of a page that cannot be used: one line, status 3. */
function refusal(text: string): string {
  try {
    embeddedReport(text, 'r.html');
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    const { message, status } = error as UserError;
    expect(status).toBe(3);
    expect(message).not.toContain('\n');
    return message;
  }
  throw new Error('was taken');
}

describe('embeddedReport', () => {
  it('gives the bytes that -f json writes, whatever the names are', async () => {
    for (const paths of [smallPaths(), hostilePaths(), []]) {
      const document = sampleReport(paths);
      const got = embeddedReport(await renderHtml(document), 'r.html');
      expect(got.json).toBe(renderJson(document));
      expect(got.report).toEqual(document);
    }
  });

  it('takes a page that was saved with other line ends or re-wrapped base64', () => {
    const [, , base64 = ''] = element('pvflame-report').exec(page) ?? [];
    const wrapped = put('pvflame-report', base64.replace(/.{76}/g, '$&\r\n'));
    expect(embeddedReport(wrapped, 'r.html').json).toBe(renderJson(report));
  });

  it('refuses a page cut anywhere, and says so', () => {
    for (let share = 0; share < 1; share += 0.01) {
      const text = page.slice(0, Math.floor(page.length * share));
      if (text.includes('</script><script type="application/octet-stream" id="pvflame-stacks"'))
        continue;
      expect(refusal(text)).toMatch(/^r\.html: /);
    }
    expect(refusal(page.slice(0, page.indexOf('</main>')))).toContain('cut short');
    expect(refusal(page.slice(0, page.indexOf('id="pvflame-report">') + 400))).toContain(
      'ends inside #pvflame-report',
    );
  });

  it('refuses what is no page of ours', () => {
    expect(refusal('')).toContain('is no pvflame page');
    expect(refusal('{"schema":"pvflame-report/1"}')).toContain('is no pvflame page');
    expect(refusal('<html><body><svg><g class="func_g"/></svg></html>')).toContain(
      'holds no pvflame report',
    );
    expect(refusal(page + page)).toContain('more than one #pvflame-report');
    expect(refusal(withJson('[]'))).toContain('names no pvflame schema');
    expect(refusal(withJson('null'))).toContain('names no pvflame schema');
    expect(refusal(withJson('{"schema":'))).toContain('is not JSON');
    expect(refusal(withJson(`{"schema":${'['.repeat(1e6)}`))).toContain('nested too deeply');
    expect(refusal(put('pvflame-report', gzipSync(Buffer.from([0xff, 0xfe, 0]))))).toContain(
      'is not UTF-8',
    );
  });

  it('names the schema of a newer report', () => {
    expect(refusal(edited((d) => (d['schema'] = 'pvflame-report/2')))).toContain(
      'is pvflame-report/2, and this pvflame reads pvflame-report/1; use the pvflame version',
    );
    expect(refusal(edited((d) => (d['schema'] = 'x\ny')))).toContain('names no pvflame schema');
  });

  it('refuses edited base64, wherever a character changed', () => {
    const [, , base64 = ''] = element('pvflame-report').exec(page) ?? [];
    for (let at = 0; at < base64.length; at += 37) {
      const other = base64[at] === 'A' ? 'B' : 'A';
      const text = put('pvflame-report', base64.slice(0, at) + other + base64.slice(at + 1));
      let got: string | undefined;
      try {
        got = embeddedReport(text, 'r.html').json;
      } catch (error) {
        expect((error as UserError).status).toBe(3);
        continue;
      }
      // a few header bits of gzip mean nothing
      expect(got).toBe(renderJson(report));
    }
    expect(refusal(put('pvflame-report', '!!'))).toContain('is not base64');
    expect(refusal(put('pvflame-report', ''))).toContain('is not base64');
  });

  it('names the key that is not valid', () => {
    expect(refusal(edited((d) => (d['ops'] = null)))).toContain('not valid at ops ');
    expect(refusal(edited((d) => ((d['total'] as { base: unknown }).base = '1')))).toContain(
      'not valid at total.base ',
    );
    expect(
      refusal(edited((d) => (d['graph'] as { nodes: { base: number[] } }).nodes.base.pop())),
    ).toContain('columns of different lengths (graph.nodes.base)');
    expect(refusal(edited((d) => (d['graph'] as { names: string[] }).names.splice(2)))).toContain(
      'points past the end',
    );
  });

  it('refuses indexes past the end of each table, and takes the last of each', () => {
    const past = 'points past the end of a table';
    const graph = (d: Record<string, unknown>) =>
      d['graph'] as { names: string[]; dsos: string[]; nodes: { name: number[] } };
    expect(refusal(edited((d) => graph(d).dsos.pop()))).toContain(past);
    expect(refusal(edited((d) => graph(d).dsos.push('x')))).toContain(past);
    const nameOfNode = (id: number) => edited((d) => (graph(d).nodes.name[1] = id));
    const { names } = report.graph;
    expect(refusal(nameOfNode(names.length))).toContain(past);
    expect(embeddedReport(nameOfNode(names.length - 1), 'r.html').report.sites).toEqual(
      report.sites,
    );
    const changed = (site: number) =>
      edited((d) => ((d['patching'] as { changed: number[] }).changed = [site]));
    const { length } = report.sites;
    expect(length).toBeGreaterThan(0);
    expect(refusal(changed(length))).toContain(past);
    expect(embeddedReport(changed(length - 1), 'r.html').report.patching.changed).toEqual([
      length - 1,
    ]);
  });

  it('bounds what a bomb may unpack to', () => {
    const bomb = gzipSync(Buffer.alloc(1 << 26, '['));
    expect(bomb.length).toBeLessThan(1e5);
    const before = process.memoryUsage().rss;
    expect(refusal(put('pvflame-report', bomb))).toContain('unpacks to more than 16777216 bytes');
    expect(process.memoryUsage().rss - before).toBeLessThan(1 << 28);
  });
});

describe('embeddedStacks', () => {
  it('gives them back with the names of the report', () => {
    const got = embeddedStacks(page, 'r.html');
    expect(got).toEqual(stacks);
    const { names } = report.graph;
    expect(foldedLines(stacks, 'base', report.graph)).toEqual([
      `${names[1]};${names[2]} 7`,
      `${names[1]};own name 9`,
    ]);
    expect(foldedLines(stacks, 'new', report.graph)).toBeUndefined();
  });

  it('is undefined in a page without them', async () => {
    expect(embeddedStacks(await renderHtml(report), 'r.html')).toBeUndefined();
  });

  it('refuses columns that do not fit together', () => {
    const wrong = (change: (s: Stacks) => void) => {
      const copy = structuredClone(stacks);
      change(copy);
      return () => foldedLines(copy, 'base', report.graph);
    };
    expect(wrong((s) => s.nodes.up.pop())).toThrow(RangeError);
    expect(wrong((s) => s.base?.weight.pop())).toThrow(RangeError);
    // one level above the root is as far out as any
    for (const levels of [2, 5])
      expect(wrong((s) => (s.nodes.up[1] = levels))).toThrow('node 1 is not there');
    expect(wrong((s) => (s.nodes.up[1] = 1))).not.toThrow();
    expect(wrong((s) => (s.nodes.fresh[2] = 1e9))).toThrow(RangeError);
    expect(wrong((s) => (s.base = { at: [9, 1], weight: [1, 1] }))).toThrow(RangeError);
  });

  it('bounds the text that a few nodes can stand for', () => {
    const n = 40_000;
    const deep: Stacks = {
      ...stacks,
      names: ['x'.repeat(1000)],
      nodes: {
        up: new Array<number>(n).fill(0),
        rank: new Array<number>(n).fill(0),
        fresh: [report.graph.names.length, report.graph.names.length],
      },
      base: { at: new Array<number>(n).fill(1), weight: new Array<number>(n).fill(1) },
    };
    expect(() => foldedLines(deep, 'base', report.graph)).toThrow(/longer than/);
  });

  it('is gzip whose bytes do not depend on the system', () => {
    const [, , base64 = ''] = element('pvflame-stacks').exec(page) ?? [];
    const bytes = Buffer.from(base64, 'base64');
    expect([...bytes.subarray(0, 10)]).toEqual([31, 139, 8, 0, 0, 0, 0, 0, 0, 255]);
    expect(gunzipSync(bytes).toString()).toBe(JSON.stringify(stacks));
  });
});
