import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.js';
import { parseBtf } from '../../src/paravirt/image/btf.js';
import { parseElf } from '../../src/paravirt/image/elf.js';
import { faultsOf } from '../../src/paravirt/image/fault.js';
import { findSites, readKernelImage } from '../../src/paravirt/image/index.js';
import { unpackLz4Block, unpackLz4Legacy } from '../../src/paravirt/image/lz4.js';
import { bufferSource } from '../../src/paravirt/image/source.js';
import { buildBtf } from '../support/image-btf.js';
import { lz4Legacy, scratchFile } from '../support/image-fixtures.js';
import { kallsymsTables } from '../support/image-kallsyms.js';
import {
  alternatives,
  alternativeSections,
  kernel,
  PV_OPS,
  RODATA,
  ripCall,
  TEMPLATE,
  TEXT,
  textWith,
} from '../support/image-synthetic.js';

const faults = faultsOf('fuzzed');

/** Either an answer or an error that a user can act on; anything else is a bug. */
async function survives(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.status).toBe(3);
    expect(error.message).not.toContain('\n');
  }
}

/** A small kernel with everything in it that is parsed. */
function smallKernel(): Buffer {
  const text = textWith(
    512,
    new Map([
      [16, ripCall(TEXT + 16n, PV_OPS + 32n)],
      [300, ripCall(TEXT + 300n, PV_OPS)],
    ]),
  );
  const rows = [
    {
      address: TEXT + 16n,
      length: 6,
      cpuid: 117,
      flags: 2,
      bytes: Buffer.from('e800000000', 'hex'),
    },
    { address: TEXT + 16n, length: 6, cpuid: 272, flags: 1, bytes: Buffer.from('fb', 'hex') },
  ];
  const patch = Buffer.alloc(16);
  patch.writeBigUInt64LE(TEXT + 300n, 0);
  patch.writeUInt8(6, 9);
  const note = Buffer.from(
    '0400000014000000030000004743550000112233445566778899aabbccddeeff00112233',
    'hex',
  );
  return kernel(text, {
    structs: [...TEMPLATE, { name: 'alt_instr', size: 14, members: [] }],
    banner: `Linux version 6.9.1 (x)`.padEnd(64, '\0'),
    sections: [
      ...alternativeSections(alternatives(14, rows)),
      { name: '.parainstructions', flags: 'A', address: 0xffffffff81700000n, data: patch },
      { name: '.notes', type: 7, flags: 'A', address: 0xffffffff81800000n, data: note },
    ],
    symbols: [
      { name: 'pv_ops', value: PV_OPS, size: 40, type: 'object', section: '.data' },
      { name: '__SCK__pv_sched_clock', value: PV_OPS + 64n, type: 'object', section: '.data' },
      {
        name: '__start_static_call_sites',
        value: RODATA + 32n,
        type: 'notype',
        section: '.rodata',
      },
      { name: '__stop_static_call_sites', value: RODATA + 64n, type: 'notype', section: '.rodata' },
    ],
  });
}

const whole = smallKernel();
const readAll = async (bytes: Buffer): Promise<void> => {
  const image = await readKernelImage(scratchFile('fuzzed', bytes));
  await findSites(image);
};

describe('a damaged image never crashes the reader', () => {
  test('the undamaged one is read', async () => {
    const image = await readKernelImage(scratchFile('fuzzed-not', whole));
    expect((await findSites(image)).sites).toHaveLength(2);
  });

  test('bytes changed anywhere', async () => {
    const edits = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(edits, async (list) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of list) bytes[at] = value;
        await survives(() => readAll(bytes));
      }),
      { seed: 1, numRuns: 400 },
    );
  });

  test('numbers of the section headers replaced by hostile ones', async () => {
    const table = Number(whole.readBigUInt64LE(40));
    const count = whole.readUInt16LE(60);
    const value = fc.oneof(
      fc.constantFrom(
        0n,
        1n,
        0x7fffffffn,
        0xffffffffn,
        0x100000000n,
        (1n << 53n) - 1n,
        (1n << 63n) - 1n,
        (1n << 64n) - 1n,
      ),
      fc.bigInt({ min: 0n, max: BigInt(whole.length) + 64n }),
    );
    const edit = fc.tuple(fc.nat(count - 1), fc.constantFrom(8, 16, 24, 32, 40, 48, 56), value);
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (list) => {
        const bytes = Buffer.from(whole);
        for (const [section, field, v] of list)
          bytes.writeBigUInt64LE(v, table + 64 * section + field);
        await survives(() => readAll(bytes));
      }),
      { seed: 2, numRuns: 400 },
    );
  });

  describe.each(['from-6.4', 'from-7.0'] as const)(
    'names that it carries for itself (%s)',
    (layout) => {
      const banner = Buffer.from('Linux version 7.0.1 (x)'.padEnd(128, '\0'));
      const names = Array.from({ length: 600 }, (_, i) => ({
        address: TEXT + BigInt(Math.floor(i / 2)),
        type: i % 3 === 0 ? 't' : 'T',
        name: `native_f${i}`,
      }));
      const tables = kallsymsTables(names, TEXT, layout, RODATA + BigInt(banner.length));
      const stripped = kernel(textWith(512, new Map()), {
        symbols: null,
        banner: Buffer.concat([banner, tables]),
      });

      test('the undamaged ones are read', async () => {
        const { symbols } = await readKernelImage(scratchFile('names-not', stripped));
        expect([symbols.origin, symbols.functions.length]).toEqual(['built-in', 300]);
      });

      test('bytes changed anywhere in them', async () => {
        const start = stripped.indexOf(tables);
        const place = fc.oneof(
          fc.nat(tables.length - 1),
          fc.nat(200),
          fc.integer({ min: 5000, max: 9000 }),
        );
        const edits = fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 6 });
        await fc.assert(
          fc.asyncProperty(edits, async (list) => {
            const bytes = Buffer.from(stripped);
            for (const [at, value] of list) bytes[start + Math.min(at, tables.length - 1)] = value;
            await survives(() => readAll(bytes));
          }),
          { seed: 5, numRuns: 300 },
        );
      });
    },
  );

  test('cut off anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), (length) =>
        survives(() => readAll(whole.subarray(0, length))),
      ),
      { seed: 3, numRuns: 150 },
    );
  });

  test('header fields replaced', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(63),
        fc.uint8Array({ minLength: 8, maxLength: 8 }),
        async (at, value) => {
          const bytes = Buffer.from(whole);
          bytes.set(value, at);
          await survives(() => readAll(bytes));
        },
      ),
      { seed: 4, numRuns: 200 },
    );
  });

  test('anything at all', async () => {
    const starts = fc.constantFrom(
      '',
      '7f454c46020101',
      '28b52ffd',
      '02214c18',
      '1f8b08',
      'fd377a585a00',
    );
    await fc.assert(
      fc.asyncProperty(starts, fc.uint8Array({ maxLength: 600 }), (start, rest) =>
        survives(() => readAll(Buffer.concat([Buffer.from(start, 'hex'), rest]))),
      ),
      { seed: 5, numRuns: 150 },
    );
  });
});

describe('each parser alone', () => {
  test('ELF headers', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 400 }), (rest) => {
        const bytes = Buffer.from(rest);
        Buffer.from('7f454c46020101', 'hex').copy(bytes);
        bytes.writeUInt16LE(62, 18);
        try {
          parseElf(bufferSource(bytes, faults), faults);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
        }
      }),
      { seed: 6, numRuns: 1000 },
    );
  });

  test('BTF with changed bytes', () => {
    const sound = buildBtf([...TEMPLATE, { name: 'alt_instr', size: 14, members: [] }]);
    const edits = fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(edits, fc.nat(sound.length), (list, length) => {
        const bytes = Buffer.from(sound);
        for (const [at, value] of list) bytes[at] = value;
        try {
          const btf = parseBtf(list.length % 2 === 0 ? bytes : bytes.subarray(0, length), faults);
          btf.sizeOf('alt_instr');
          btf.flatten('paravirt_patch_template');
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
        }
      }),
      { seed: 7, numRuns: 2000 },
    );
  });

  test('a structure that holds itself', () => {
    const own = buildBtf([
      {
        name: 'paravirt_patch_template',
        size: 16,
        members: [
          { name: 'a', offset: 0, struct: 'paravirt_patch_template' },
          { name: 'b', offset: 8, struct: 'paravirt_patch_template' },
        ],
      },
    ]);
    expect(() => parseBtf(own, faults).flatten('paravirt_patch_template')).toThrow(
      /nested too deeply/,
    );
  });

  test('members that all lie at one offset do not multiply', () => {
    const names = ['paravirt_patch_template', 'b', 'c', 'd'];
    const structs = names.map((name, level) => ({
      name,
      size: 8,
      members: Array.from({ length: 40 }, (_, i) => {
        const struct = names[level + 1];
        return { name: `m${i}`, offset: 0, ...(struct === undefined ? {} : { struct }) };
      }),
    }));
    expect(() => parseBtf(buildBtf(structs), faults).flatten('paravirt_patch_template')).toThrow(
      /too many members/,
    );
  });

  test('LZ4: what is packed comes back, what is not never writes outside', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.nat(900)), { maxLength: 6 }),
        (parts) => {
          const plain = Buffer.concat(
            parts.flatMap(([bytes, zeros]) => [bytes, Buffer.alloc(zeros)]),
          );
          expect(unpackLz4Legacy(lz4Legacy(plain), 1 << 20, faults).equals(plain)).toBe(true);
        },
      ),
      { seed: 8, numRuns: 200 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(300), (packed, room) => {
        const length = unpackLz4Block(Buffer.from(packed), Buffer.alloc(room));
        expect(length).toBeLessThanOrEqual(room);
      }),
      { seed: 9, numRuns: 2000 },
    );
  });
});
