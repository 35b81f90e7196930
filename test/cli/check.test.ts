import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSchema } from '../../src/report/check-schema.js';
import { MAIN, pvflame } from '../support/cli.js';
import { asCycles, printText, recording, textOf } from '../support/recordings.js';

const runs = ['native', 'native-2', 'native-3'].map((name) => recording('6.1', name));
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pvflame-check-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('pvflame check', () => {
  it('writes text of at most 72 columns of ASCII, and says nothing else', () => {
    const ran = pvflame(['check', ...runs, '--budget', '0.2%']);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.stdout).toMatch(/^[\x20-\x7e\n]*$/);
    expect(ran.stdout.split('\n').filter((line) => line.length > 72)).toEqual([]);
  });

  it('writes its document, which its published schema describes', () => {
    const out = join(dir, 'check.json');
    expect(pvflame(['check', ...runs, '-o', out, '-v'])).toMatchObject({
      status: 0,
      stdout: '',
      stderr: expect.stringMatching(/^pvflame: few-boots: 3 boots say little/) as string,
    });
    const report = checkSchema.parse(JSON.parse(readFileSync(out, 'utf8')));
    expect(report.boots).toBe(3);
    // the totals are 8270903767, 8294939815, 8275911277: sd 0.1533 %
    expect(report.total.spread?.percent).toBeCloseTo(0.1533, 3);
    expect(report.provenance.argv).toEqual([
      'check',
      ...['native', 'native-2', 'native-3'].map((name) => `${name}.perf-script.txt.gz`),
    ]);
    const schema = join(dirname(MAIN), '../pvflame-check-1.schema.json');
    expect(existsSync(schema)).toBe(true);
    expect(JSON.parse(readFileSync(schema, 'utf8'))).toMatchObject({ title: 'pvflame-check/1' });
  });

  it('takes a folder, and finds that its runs share a boot', () => {
    const folder = join(dir, 'runs');
    mkdirSync(folder);
    const whole = asCycles(textOf(runs[0] ?? ''));
    for (const k of [0, 1]) {
      const samples = whole.samples.filter((_, i) => i % 2 === k).slice(k);
      writeFileSync(join(folder, `${k}.perf-script.txt`), printText({ ...whole, samples }));
    }
    const ran = pvflame(['check', folder, '-f', 'json']);
    expect(ran.status).toBe(0);
    const report = checkSchema.parse(JSON.parse(ran.stdout));
    expect(report).toMatchObject({ boots: 1, total: { spread: null }, detectable: null });
    expect(report.warnings.map(({ code }) => code)).toEqual(['shared-boot', 'one-boot']);
    const text = pvflame(['check', folder]).stdout;
    expect(text).toContain('BETWEEN BOOTS: not known');
  });

  it('refuses in one line what is not one kernel, one event, runs of their own', () => {
    const cycles = join(dir, 'cycles.txt');
    writeFileSync(cycles, printText(asCycles(textOf(runs[1] ?? ''))));
    const [one = ''] = runs;
    const refused = (args: string[], status: number, message: RegExp) => {
      const ran = pvflame(['check', ...args]);
      expect(ran.stdout).toBe('');
      expect(ran.stderr).toMatch(/^pvflame: [^\n]+\n$/);
      expect(ran.stderr).toMatch(message);
      expect(ran.status).toBe(status);
    };
    refused([one], 2, /one run does not show how runs differ/);
    refused([], 2, /missing required argument/);
    refused([one, one], 3, /is the same recording as/);
    refused([one, recording('6.1', 'paravirt')], 3, /its kernel functions lie elsewhere/);
    refused([one, recording('6.12', 'native')], 3, /recorded on Linux 6\.12\.117/);
    refused([one, cycles], 3, /holds cycles, but cpu-clock is counted/);
    refused([...runs, '--event', 'cycles'], 3, /no samples of event 'cycles'/);
    refused([...runs, '--comm', 'nobody'], 3, /passes --comm/);
    refused([...runs, '--budget', '-1'], 2, /--budget: give percent/);
    refused([...runs, '-f', 'html'], 2, /text, json/);
    refused([...runs, '-o', one], 2, /is an input/);
    refused(['-', '-'], 2, /given twice/);
    refused([one, join(dir, 'none')], 3, /no such file/);
  });
});
