import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { foldProfile, readProfile, type Profile } from '../../src/profile/index.js';
import { packStacks } from '../../src/report/stacks.js';
import { foldedLines, stacksSchema, type Stacks } from '../../src/report/stacks-schema.js';
import { recording } from '../support/recordings.js';

const dir = mkdtempSync(join(tmpdir(), 'pvflame-stacks-'));
afterAll(() => rmSync(dir, { recursive: true }));

const formats = (name: string) =>
  join(import.meta.dirname, '../../fixtures/perf-formats', `${name}.txt`);
const read = (paths: string[], comm?: string) =>
  readProfile(paths, { task: 'comm', comm, kernelOnly: false, nameOf: (path) => path });
const eventOf = (profile: Profile) => profile.runs[0]?.columns[0]?.event ?? '';
const fold = (profile: Profile) =>
  foldProfile(profile, { event: eventOf(profile), kernel: false, jit: false, addrs: false });

/** The document as the page's reader takes it. */
function packed(base: Profile, other: Profile, names: string[] = [], limit?: number): Stacks {
  const json = packStacks(
    { profile: base, event: eventOf(base) },
    { profile: other, event: eventOf(other) },
    { names },
    limit,
  );
  return stacksSchema.parse(JSON.parse(Buffer.from(json).toString()));
}

async function expectRoundTrip(base: string[], other: string[], names: string[]): Promise<void> {
  const [b, n] = [await read(base), await read(other)];
  const back = packed(b, n, names);
  expect(foldedLines(back, 'base', { names })).toEqual(fold(b));
  expect(foldedLines(back, 'new', { names })).toEqual(fold(n));
}

describe('packStacks', () => {
  it('gives back what fold prints, of real recordings and merged runs', async () => {
    const [native, patched] = [recording('6.1', 'native'), recording('6.1', 'paravirt')];
    await expectRoundTrip([native], [patched], ['all', 'vfs_read', 'entry_SYSCALL_64']);
    await expectRoundTrip([native, patched], [patched, native, patched], []);
  });

  it('gives back what fold prints, of awkward formats', async () => {
    for (const name of [
      'adversarial-comms',
      'dwarf-inlined',
      'dwarf-srcline',
      'flat',
      'full-fields-misc',
      'hostile-comms',
      'ns',
    ])
      await expectRoundTrip([formats(name)], [formats('flat')], ['[unknown]']);
  });

  it('counts the stacks of each side', async () => {
    const [b, n] = [await read([recording('6.1', 'native')]), await read([formats('ns')])];
    expect(packed(b, n).stacks).toEqual({ base: fold(b).length, new: fold(n).length });
  });

  it('gives back java frames, names with separators, stacks of no weight and equal texts', async () => {
    const file = join(dir, 'odd.txt');
    const sample = (comm: string, period: number, frames: string[]) =>
      `${comm}  1/1  [000]     1.000000: ${String(period)} cycles: \n${frames.map((f) => `\t        ${f}\n`).join('')}\n`;
    writeFileSync(
      file,
      [
        sample('java', 5, [
          '7f01 Lnet/A;::b->Lnet/C;::d+0x1 (/tmp/perf-1.map)',
          '7f02 main (/bin/x)',
        ]),
        sample('a;b', 3, ['7f01 c (/bin/x)']),
        sample('a', 4, ['7f01 c (/bin/x)', '7f02 b (/bin/x)']),
        sample('zero', 0, ['7f01 c (/bin/x)']),
        sample('x y', 1, ['7f01 (gone) (/bin/x)', '7f02 operator()(int) (/bin/x)']),
        sample('utf', 1, ['7f01 שלום\u202e (/bin/x)', '7f02 f_\ud800 (/bin/x)']),
      ].join(''),
    );
    const lines = fold(await read([file]));
    // a comm's own semicolon is no frame
    expect(lines).toEqual(expect.arrayContaining(['a:b;c 3', 'a;b;c 4']));
    expect(lines).toContain('zero;c 0');
    await expectRoundTrip([file], [formats('ns')], ['c', 'main']);
  });

  it('only counts a side with more stacks than the limit', async () => {
    const [b, n] = [await read([recording('6.1', 'native')]), await read([formats('ns')])];
    const limited = packed(b, n, [], fold(n).length);
    expect(limited.base).toBeNull();
    expect(limited.stacks.base).toBe(fold(b).length);
    expect(foldedLines(limited, 'new', { names: [] })).toEqual(fold(n));
    expect(limited.nodes.up.length).toBeLessThan(50);
    const counted = packed(b, n, [], 0);
    expect([counted.base, counted.new, counted.names, counted.nodes.up]).toEqual([
      null,
      null,
      [],
      [],
    ]);
  });
});
