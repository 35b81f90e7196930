/** The tables that scripts/kallsyms.c writes into .rodata, with tokens for single characters. */

export interface Listed {
  readonly address: bigint;
  /** As kallsyms has it: 'T', 't', 'D', ... */
  readonly type: string;
  readonly name: string;
}

export type KallsymsLayout = 'to-4.19' | 'to-6.1' | 'with-seqs' | 'from-6.4' | 'from-7.0';

const paddedTo =
  (unit: number) =>
  (bytes: Buffer): Buffer =>
    Buffer.concat([bytes, Buffer.alloc((unit - (bytes.length % unit)) % unit)]);

function words(values: readonly number[]): Buffer {
  const out = Buffer.alloc(4 * values.length);
  values.forEach((v, i) => out.writeInt32LE(v, 4 * i));
  return out;
}

/**
 * What a read-only data section holds behind its first bytes, as a kernel of that layout has it. `base` is where the
 * text begins, `at` where these bytes will lie. `absolute`: with KALLSYMS_ABSOLUTE_PERCPU, as all builds for more
 * than one processor; without it no symbol is under the base.
 */
export function kallsymsTables(
  symbols: readonly Listed[],
  base: bigint,
  layout: KallsymsLayout,
  at: bigint,
  absolute = true,
): Buffer {
  const padded = paddedTo(layout === 'from-7.0' ? 4 : 8);
  // Two tokens stand for more than one character, as real ones do.
  const tokens = Array.from({ length: 256 }, (_, i) =>
    i >= 33 && i < 127 ? String.fromCharCode(i) : '',
  );
  tokens[1] = 'native_';
  tokens[2] = 'irq_';
  const table: Buffer[] = [];
  const index = Buffer.alloc(512);
  let used = 0;
  tokens.forEach((token, i) => {
    index.writeUInt16LE(used, 2 * i);
    const text = Buffer.from(`${token}\0`, 'latin1');
    table.push(text);
    used += text.length;
  });
  const names: Buffer[] = [];
  const markers: number[] = [];
  let size = 0;
  symbols.forEach((s, i) => {
    if (i % 256 === 0) markers.push(size);
    const text = (s.type + s.name).replaceAll('native_', '\x01').replaceAll('irq_', '\x02');
    const bytes = Buffer.from(text, 'latin1');
    const length =
      bytes.length < 0x80 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7];
    const entry = Buffer.concat([Buffer.from(length), bytes]);
    names.push(entry);
    size += entry.length;
  });
  const count = padded(words([symbols.length]));
  const offsets = padded(
    words(
      symbols.map((s) => {
        if (s.address < base) return Number(s.address);
        const distance = Number(s.address - base);
        return absolute ? -1 - distance : distance;
      }),
    ),
  );
  const relative = Buffer.alloc(8);
  relative.writeBigUInt64LE(base);
  // pointers before 4.20
  const wide = markers.flatMap((marker) => [marker, 0]);
  const markerTable = padded(words(layout === 'to-4.19' ? wide : markers));
  const middle = [count, padded(Buffer.concat(names)), markerTable];
  const seqs = padded(Buffer.alloc(3 * symbols.length, 0xab));
  const last = [padded(Buffer.concat(table)), index];
  const before = Buffer.alloc(64, 0x55);
  if (layout === 'from-7.0') {
    const head = Buffer.concat([before, ...middle, ...last]);
    const first = at + BigInt(head.length);
    const places = symbols.map((s, i) => Number(s.address - first - BigInt(4 * i)));
    return Buffer.concat([head, padded(words(places)), seqs]);
  }
  if (layout === 'from-6.4')
    return Buffer.concat([before, ...middle, ...last, offsets, relative, seqs]);
  const between = layout === 'with-seqs' ? [seqs] : [];
  return Buffer.concat([before, offsets, relative, ...middle, ...between, ...last, before]);
}
