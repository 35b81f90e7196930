import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBudgetFile } from '../../src/cli/budget-file.js';
import { UserError } from '../../src/errors.js';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pvflame-budget-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const read = (content: string | Uint8Array) => {
  const path = join(dir, 'b.yaml');
  writeFileSync(path, content);
  return readBudgetFile(path);
};
/** The message without the folder, and its exit status. */
const refusal = async (content: string | Uint8Array) => {
  const error: unknown = await read(content).then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof UserError)) throw error ?? new Error('was taken');
  expect(error.status).toBe(3);
  return error.message.replaceAll(`${dir}/`, '');
};

describe('readBudgetFile', () => {
  it('reads YAML', async () => {
    expect(
      await read(`# limits
budget:
  - total: 0.5%
  - {bucket: call, limit: 0.2}
  - op: mmu.*
    limit: "0.2 %"
    of: sum
  - function: [vfs_*, "*_fault"]
    limit: 1e-1
  - site: "__schedule:mmu.write_cr3"
    limit: 0
`),
    ).toEqual([
      { target: 'total', match: [], of: 'each', limit: 0.5 },
      { target: 'bucket', match: ['call'], of: 'each', limit: 0.2 },
      { target: 'op', match: ['mmu.*'], of: 'sum', limit: 0.2 },
      { target: 'function', match: ['vfs_*', '*_fault'], of: 'each', limit: 0.1 },
      { target: 'site', match: ['__schedule:mmu.write_cr3'], of: 'each', limit: 0 },
    ]);
  });

  it('reads JSON', async () => {
    const entries = [{ op: ['a', 'b'], limit: '2%', of: 'sum' }];
    const want = [{ target: 'op', match: ['a', 'b'], of: 'sum', limit: 2 }];
    expect(await read(JSON.stringify({ budget: entries }))).toEqual(want);
    expect(await read(JSON.stringify({ budget: entries }, null, '\t'))).toEqual(want);
  });

  it.each([
    ['', /^b\.yaml:1: the file is null, but takes a mapping with the key 'budget'/],
    ['budget: 3', /^b\.yaml:1: budget is 3, but takes a list/],
    ['budget: []', /^b\.yaml:1: budget is empty/],
    ['\nlimits:\n- total: 1', /^b\.yaml:\d: .*'limits'|budget is missing/],
    [
      'budget:\n- total: 1\n- opp: x\n  limit: 1',
      /^b\.yaml:3: budget\[1\] has the unknown key 'opp'/,
    ],
    [
      'budget:\n- op: x\n  limit: -1',
      /^b\.yaml:3: budget\[0\]\.limit is -1, but takes a percentage/,
    ],
    ['budget:\n- op: x\n  limit: .inf', /^b\.yaml:3: budget\[0\]\.limit is Infinity/],
    ['budget:\n- op: x\n  limit: 1e999', /^b\.yaml:3: budget\[0\]\.limit is Infinity/],
    ['budget:\n- op: x\n  limit: .nan', /^b\.yaml:3: budget\[0\]\.limit is NaN/],
    ['budget:\n- op: x\n  limit: 2 apples', /^b\.yaml:3: budget\[0\]\.limit is '2 apples'/],
    ['budget:\n- op: x', /^b\.yaml:2: budget\[0\] needs a limit/],
    ['budget:\n- limit: 1', /^b\.yaml:2: budget\[0\] takes exactly one of total, bucket/],
    ['budget:\n- op: x\n  site: y\n  limit: 1', /^b\.yaml:2: budget\[0\] takes exactly one/],
    ['budget:\n- total: 1\n  of: sum', /^b\.yaml:2: budget\[0\] is about the total/],
    [
      'budget:\n- op: x\n  limit: 1\n  of: all',
      /^b\.yaml:4: budget\[0\]\.of is 'all', but takes 'each'/,
    ],
    ['budget:\n- op: 7\n  limit: 1', /^b\.yaml:2: budget\[0\]\.op is 7, but takes a pattern/],
    ['budget:\n- op: []\n  limit: 1', /^b\.yaml:2: budget\[0\]\.op is a list without a pattern;/],
    ['budget:\n- op: ""\n  limit: 1', /^b\.yaml:2: budget\[0\]\.op is '', but takes a pattern/],
    ['budget:\n- op: [a, ""]\n  limit: 1', /^b\.yaml:2: budget\[0\]\.op\[1\] is an empty pattern;/],
    ['budget:\n- op: ""\n  limit: 1', /^b\.yaml:2: budget\[0\]\.op/],
    [
      'budget:\n- bucket: calls\n  limit: 1',
      /^b\.yaml:2: budget\[0\]\.bucket 'calls' is none of call/,
    ],
    [
      'budget:\n- op: *x\n  limit: 1',
      /^b\.yaml:2: \*x is an alias of nothing; put a pattern that begins with \* in quotes/,
    ],
    ['budget:\n- op: x\n  op: y\n  limit: 1', /^b\.yaml:3: not YAML: Map keys must be unique/],
    ['budget: [\n', /^b\.yaml:2: not YAML/],
    ['a: 1\n---\nb: 2', /^b\.yaml:2: not YAML/],
    ['{"__proto__": [{"total": 1}]}', /^b\.yaml:1: /],
    [
      'a: &a [x,x,x,x,x,x,x,x,x]\n' +
        ['b', 'c', 'd', 'e', 'f', 'g', 'h']
          .map((k, i) => `${k}: &${k} [${`*${'abcdefg'[i]},`.repeat(9)}]\n`)
          .join(''),
      /nested too deeply, or with too many aliases/,
    ],
  ])('%.60j is refused in one line with its place', async (content, message) => {
    const said = await refusal(content);
    expect(said).toMatch(message);
    expect(said).not.toMatch(/[\r\n]/);
  });

  it('gives up on lists nested without end', async () => {
    expect(await refusal('['.repeat(100_000))).toMatch(/^b\.yaml(:\d+)?: [^\n]{1,300}$/);
  });

  it('names what is no file', async () => {
    await expect(readBudgetFile(join(dir, 'none'))).rejects.toThrow(/no such file/);
    await expect(readBudgetFile('/dev/zero')).rejects.toThrow(/too many; name a budget file/);
    await expect(readBudgetFile(dir)).rejects.toThrow(/is a folder/);
    expect(await refusal('#'.repeat((1 << 20) + 1))).toMatch(
      /has more than 1048576 bytes, too many; name a budget file/,
    );
  });

  it('any bytes give limits or one line', async () => {
    const seeds = [
      'budget:\n- op: mmu.*\n  limit: 0.2%\n',
      '{"budget":[{"total":1}]}',
      '- !!set {}',
    ];
    const mutated = fc
      .tuple(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(40), fc.nat(255)), { maxLength: 6 }),
      )
      .map(([seed, edits]) => {
        const bytes = new Uint8Array(Buffer.from(seed));
        for (const [at, value] of edits) if (at < bytes.length) bytes[at] = value;
        return bytes;
      });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), async (bytes) => {
        try {
          for (const { limit } of await read(bytes)) expect(limit).toBeGreaterThanOrEqual(0);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          expect(error.message).not.toMatch(/[\r\n]/);
        }
      }),
      { numRuns: 400 },
    );
  });
});
