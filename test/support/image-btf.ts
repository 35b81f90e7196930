/** Writes BTF with structures only: what the image reader looks for. */

/** A member is a function pointer, or another structure of the list by name. */
export interface StructSpec {
  readonly name: string;
  readonly size: number;
  /** As where a member is a bit field: every offset then has the member's width in its top byte. */
  readonly withBits?: boolean;
  readonly members: readonly {
    readonly name: string;
    readonly offset: number;
    readonly struct?: string;
  }[];
}

/** A BTF section with these structures as types 1, 2, ... (little endian, version 1). */
export function buildBtf(structs: readonly StructSpec[]): Buffer {
  let text = '\0';
  const intern = (name: string): number => {
    const at = text.length;
    text += `${name}\0`;
    return at;
  };
  const ids = new Map(structs.map((s, i) => [s.name, i + 1]));
  const types = structs.map((s) => {
    const out = Buffer.alloc(12 + 12 * s.members.length);
    out.writeUInt32LE(intern(s.name), 0);
    const kind = (4 << 24) | (s.withBits === true ? 1 << 31 : 0);
    out.writeUInt32LE((kind | s.members.length) >>> 0, 4);
    out.writeUInt32LE(s.size, 8);
    s.members.forEach((m, i) => {
      out.writeUInt32LE(intern(m.name), 12 + 12 * i);
      out.writeUInt32LE(m.struct === undefined ? 0 : (ids.get(m.struct) ?? 0), 16 + 12 * i);
      const width = s.withBits === true ? 64 << 24 : 0;
      out.writeUInt32LE((width | (m.offset * 8)) >>> 0, 20 + 12 * i);
    });
    return out;
  });
  const body = Buffer.concat(types);
  const strings = Buffer.from(text, 'latin1');
  const header = Buffer.alloc(24);
  header.writeUInt16LE(0xeb9f, 0);
  header.writeUInt8(1, 2);
  header.writeUInt32LE(24, 4);
  header.writeUInt32LE(0, 8);
  header.writeUInt32LE(body.length, 12);
  header.writeUInt32LE(body.length, 16);
  header.writeUInt32LE(strings.length, 20);
  return Buffer.concat([header, body, strings]);
}
