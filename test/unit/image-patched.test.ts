import { describe, expect, test } from 'vitest';
import { findSites, readKernelImage, siteCoder } from '../../src/paravirt/image/index.js';
import { nativePatch } from '../../src/paravirt/image/native-patch.js';
import type { SymbolSpec } from '../support/image-elf.js';
import { scratchFile } from '../support/image-fixtures.js';
import {
  absCall,
  at,
  brief,
  kernel,
  op,
  pvOps,
  ripCall,
  RODATA,
  sitesOf,
  textWith,
} from '../support/image-synthetic.js';

describe('kernels that patch by code of their own (to 5.12)', () => {
  const record = (address: bigint, type: number, length: number): Buffer => {
    const out = Buffer.alloc(16);
    out.writeBigUInt64LE(address, 0);
    out.writeUInt8(type, 8);
    out.writeUInt8(length, 9);
    return out;
  };
  const text = textWith(
    256,
    new Map([
      [16, absCall(op(16))],
      [32, absCall(op(24))],
      [48, ripCall(at(48), op(8))],
      [64, Buffer.concat([Buffer.from('ff25', 'hex'), ripCall(at(64), op(0)).subarray(2)])],
    ]),
  );
  const image = (release: string): Buffer =>
    kernel(text, {
      banner: `Linux version ${release} (x)\0`,
      sections: [
        {
          name: '.parainstructions',
          flags: 'A',
          address: 0xffffffff81700000n,
          data: Buffer.concat([
            record(at(16), 2, 7),
            record(at(32), 3, 7),
            record(at(48), 1, 6),
            record(at(64), 0, 6),
          ]),
        },
      ],
      symbols: [pvOps],
    });

  test('have no record of what they write, and the form is known', async () => {
    expect((await sitesOf(image('5.10.223'))).map(brief)).toEqual([
      'first+16 irq.save_fl 7 9c58 parainstructions',
      'first+32 irq.irq_disable 7 fa parainstructions',
      'first+48 cpu.read_cr0 6 - parainstructions',
      'first+64 cpu.io_delay 6 - parainstructions',
    ]);
  });

  test('a jump through the table stays a jump', async () => {
    const table = 0xffffffff81900000n;
    const pointers = Buffer.alloc(40);
    pointers.writeBigUInt64LE(at(128), 0);
    const jump = ripCall(at(64), table);
    jump[1] = 0x25;
    const elf = kernel(textWith(256, new Map([[64, jump]])), {
      banner: 'Linux version 5.10.223 (x)\0',
      sections: [
        { name: '.pv', flags: 'WA', address: table, data: pointers },
        {
          name: '.parainstructions',
          flags: 'A',
          address: 0xffffffff81700000n,
          data: record(at(64), 0, 6),
        },
      ],
      symbols: [{ name: 'pv_ops', value: table, size: 40, type: 'object', section: '.pv' }],
    });
    const read = await readKernelImage(scratchFile('jump', elf));
    const sites = await findSites(read);
    const code = await siteCoder(read, sites);
    expect(sites.sites.map((s) => [code(s).built.text, code(s).patched])).toEqual([
      ['jmp *(cpu.io_delay)', { bytes: 'e93b00000090', text: 'jmp second; nop' }],
    ]);
  });

  test('a form that does not fit is not written', () => {
    expect(nativePatch('irq.save_fl', 1, '5.10.223', null)).toBeNull();
    expect(nativePatch('irq.save_fl', 2, '5.10.223', null)).toBe('9c58');
  });

  test('later ones write what their alternatives say, and nothing else', async () => {
    expect((await sitesOf(image('5.13.0'))).map((s) => s.inline)).toEqual([null, null, null, null]);
  });
});

let images = 0;

describe('static calls', () => {
  const key = 0xffffffff81204000n;
  const trampoline = at(224);
  const call = Buffer.from([0xe8, 0, 0, 0, 0]);
  call.writeInt32LE(224 - 16 - 5, 1);
  const loose = Buffer.from([0xe9, 0, 0, 0, 0]);
  loose.writeInt32LE(224 - 160 - 5, 1);
  const text = textWith(
    256,
    new Map([
      [16, call],
      [160, loose],
    ]),
  );
  const symbols = [
    { name: '__SCK__pv_steal_clock', value: key, type: 'object', section: '.data' },
    { name: '__SCT__pv_steal_clock', value: trampoline, section: '.text' },
    { name: '__start_static_call_sites', value: RODATA + 64n, type: 'notype', section: '.rodata' },
    { name: '__stop_static_call_sites', value: RODATA + 72n, type: 'notype', section: '.rodata' },
  ] as const;

  test('are listed by key', async () => {
    const row = Buffer.alloc(8);
    row.writeInt32LE(Number(at(16) - (RODATA + 64n)), 0);
    row.writeInt32LE(Number(key + 2n - (RODATA + 68n)), 4);
    // The table lies behind the banner in .rodata.
    const elf = kernel(text, { symbols, banner: 'Linux version 6.9.1 (x)'.padEnd(72, '\0') });
    row.copy(elf, elf.indexOf('Linux version') + 64);
    expect((await sitesOf(elf)).map(brief)).toEqual(['first+16 time.steal_clock 5 - static_call']);
  });

  /** The image whose only listed static call is at `first+16`; `rest` lies in .rodata. */
  const listing = (own: readonly SymbolSpec[], rest: Buffer, address = key): Buffer => {
    const row = Buffer.alloc(8);
    row.writeInt32LE(Number(at(16) - (RODATA + 64n)), 0);
    row.writeInt32LE(Number(address - (RODATA + 68n)), 4);
    const head = Buffer.from('Linux version 7.3.4 (x)'.padEnd(64, '\0'));
    const holder = Buffer.alloc(16);
    holder.writeBigUInt64LE(at(128), 0);
    return kernel(text, {
      symbols: own,
      banner: Buffer.concat([head, row, rest]),
      sections: [{ name: '.keys', flags: 'WA', address: KEYS, data: holder }],
    });
  };
  const KEYS = 0xffffffff81900000n;
  const patchedAt16 = async (elf: Buffer): Promise<unknown> => {
    const image = await readKernelImage(scratchFile(`static-${++images}`, elf));
    const table = await findSites(image);
    const code = await siteCoder(image, table);
    return table.sites.map((s) => [s.inline, code(s).patched]);
  };

  test('of the unlock become its store, in kernels that have it', async () => {
    const unlock = symbols.map((s) => ({
      ...s,
      name: s.name.replace('pv_steal_clock', 'queued_spin_unlock'),
    }));
    const store = Buffer.from('3e3ec60700', 'hex');
    expect(await patchedAt16(listing(unlock, store))).toEqual([
      ['3e3ec60700', { bytes: '3e3ec60700', text: 'movb $0,(%rdi)' }],
    ]);
    expect(await patchedAt16(listing(unlock, Buffer.alloc(8)))).toEqual([[null, null]]);
  });

  test('become a direct call of what their key holds', async () => {
    const held = symbols.map((s) =>
      s.name.startsWith('__SCK__') ? { ...s, value: KEYS, section: '.keys' } : s,
    );
    expect(await patchedAt16(listing(held, Buffer.alloc(8), KEYS))).toEqual([
      [null, { bytes: 'e86b000000', text: 'call second' }],
    ]);
  });

  test('go to the function itself, also where another has its name', async () => {
    const held: readonly SymbolSpec[] = [
      ...symbols.map((s) =>
        s.name.startsWith('__SCK__') ? ({ ...s, value: KEYS, section: '.keys' } as const) : s,
      ),
      { name: 'second', value: at(240), binding: 'local', section: '.text' },
    ];
    expect(await patchedAt16(listing(held, Buffer.alloc(8), KEYS))).toEqual([
      [null, { bytes: 'e86b000000', text: 'call second' }],
    ]);
  });

  test('are found by their trampoline where the image does not list them', async () => {
    const elf = kernel(text, { symbols: symbols.slice(0, 2) });
    expect((await sitesOf(elf)).map(brief)).toEqual([
      'first+16 time.steal_clock 5 - static_call loose',
      'second+32 time.steal_clock 5 - static_call loose',
    ]);
  });
});
