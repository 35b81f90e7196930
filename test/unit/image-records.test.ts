import { describe, expect, test } from 'vitest';
import { callInRecord } from '../../src/paravirt/image/calls.js';
import { findSites, readKernelImage, siteCoder } from '../../src/paravirt/image/index.js';
import { failure, scratchFile } from '../support/image-fixtures.js';
import {
  absCall,
  alternatives,
  alternativeSections,
  at,
  brief,
  kernel,
  op,
  pvOps,
  ripCall,
  sitesOf,
  textWith,
} from '../support/image-synthetic.js';

interface Row {
  readonly offset: number;
  readonly type: number;
  readonly length: number;
}

function patchSites(rows: readonly Row[]): Buffer {
  return Buffer.concat(
    rows.map(({ offset, type, length }) => {
      const out = Buffer.alloc(16);
      out.writeBigUInt64LE(at(offset), 0);
      out.writeUInt8(type, 8);
      out.writeUInt8(length, 9);
      return out;
    }),
  );
}

const records = (rows: readonly Row[]) =>
  ({
    name: '.parainstructions',
    flags: 'A',
    address: 0xffffffff81700000n,
    data: patchSites(rows),
  }) as const;

test('several registers may be saved around a call', () => {
  const bytes = Buffer.from('504150ff1502000000415858', 'hex');
  expect(callInRecord(bytes, 0x1000n)).toEqual({ target: 0x100bn, from: 3 });
  expect(callInRecord(bytes.subarray(0, -1), 0x1000n)).toBeNull();
  expect(callInRecord(Buffer.alloc(3, 0x50), 0x1000n)).toBeNull();
});

describe('kernels to 4.19, with a table for each group', () => {
  const CPU = op(0x100);
  const IRQ = op(0x200);
  const table = (name: string, value: bigint) =>
    ({ name, value, size: 64, type: 'object', section: '.data' }) as const;
  const push = (offset: number): Buffer =>
    Buffer.concat([Buffer.from([0x50]), ripCall(at(offset + 1), IRQ + 8n), Buffer.from([0x58])]);
  const jump = ripCall(at(64), CPU + 32n);
  jump[1] = 0x25;
  const text = textWith(
    256,
    new Map([
      [16, push(16)],
      [32, absCall(IRQ)],
      [64, jump],
      [96, Buffer.from('0f01f8', 'hex')],
    ]),
  );
  // words are counted through all tables: 30 and on of the CPU's, 40 and on of the interrupts'
  const elf = kernel(text, {
    structs: null,
    banner: 'Linux version 4.4.0-210-generic (x)\0',
    symbols: [table('pv_cpu_ops', CPU), table('pv_irq_ops', IRQ)],
    sections: [
      records([
        { offset: 16, type: 41, length: 8 },
        { offset: 32, type: 40, length: 7 },
        { offset: 64, type: 34, length: 6 },
        { offset: 96, type: 37, length: 3 },
      ]),
    ],
  });

  test('calls between saved registers, jumps and native instructions are one site each', async () => {
    expect((await sitesOf(elf)).map(brief)).toEqual([
      'first+16 pv_irq_ops+0x8 8 - parainstructions',
      'first+32 pv_irq_ops+0x0 7 - parainstructions',
      'first+64 pv_cpu_ops+0x20 6 - parainstructions',
      'first+96 pv_cpu_ops+0x38 3 - parainstructions',
    ]);
  });

  test('are shown as they are', async () => {
    const image = await readKernelImage(scratchFile('saved-registers', elf));
    const found = await findSites(image);
    const code = await siteCoder(image, found);
    expect(found.sites.map((s) => code(s).built.text)).toEqual([
      'push %rax; call *(pv_irq_ops+0x8); pop %rax',
      'call *(pv_irq_ops+0x0)',
      'jmp *(pv_cpu_ops+0x20)',
      'swapgs',
    ]);
  });
});

describe('a record that the code contradicts is refused', () => {
  const calls = new Map([...Array(12).keys()].map((i) => [16 * i, ripCall(at(16 * i), op(24))]));
  const rows = [...calls.keys()].map((offset) => ({ offset, type: 3, length: 6 }));
  const elf = (changed: Partial<Row>): Buffer =>
    kernel(textWith(256, calls), {
      symbols: [pvOps],
      sections: [records([...rows.slice(1), { offset: 0, type: 3, length: 6, ...changed }])],
    });

  test('but not one that fits', async () => {
    expect(await sitesOf(elf({}))).toHaveLength(12);
  });

  test.each([
    [{ offset: 1 }, /\.parainstructions has a site at 0xf+81000001, but no call/],
    [{ length: 7 }, /no call through a pointer is there/],
    [{ type: 2 }, /0xf+81000000 calls through another word than its record says/],
  ])('%o', async (changed, message) => {
    const error = await failure(() => sitesOf(elf(changed)));
    expect(error.status).toBe(3);
    expect(error.message).toMatch(/^\S+: damaged kernel image: /);
    expect(error.message).toMatch(message);
  });

  test('also of an alternative', async () => {
    const call = { length: 6, cpuid: 117, flags: 2, bytes: Buffer.from('e800000000', 'hex') };
    const made = alternatives(14, [{ address: at(18), ...call }]);
    const image = kernel(textWith(256, calls), {
      symbols: [pvOps],
      sections: alternativeSections(made),
    });
    expect((await failure(() => sitesOf(image))).message).toContain(
      '.altinstructions has a site at 0xffffffff81000012, but no call',
    );
  });
});

describe('what the records leave open is said', () => {
  const limitsOf = async (elf: Buffer): Promise<string> =>
    (await findSites(await readKernelImage(scratchFile('limits', elf)))).limits.join();
  const text = textWith(256, new Map([[16, ripCall(at(16), op(24))]]));

  test('calls, but no records', async () => {
    expect(await limitsOf(kernel(text, { symbols: [pvOps] }))).toContain('has no patch records');
  });

  test.each([
    ['fb', true],
    ['fa', false],
    ['0f1f00', false],
  ])('irq_disable with the inline form %s', async (hex, damaged) => {
    const made = alternatives(14, [
      { address: at(16), length: 6, cpuid: 117, flags: 2, bytes: Buffer.from('e800000000', 'hex') },
      { address: at(16), length: 6, cpuid: 272, flags: 1, bytes: Buffer.from(hex, 'hex') },
    ]);
    const elf = kernel(text, { symbols: [pvOps], sections: alternativeSections(made) });
    expect((await limitsOf(elf)).includes('the inline form is that of another op')).toBe(damaged);
  });
});
