import { cString } from './elf.js';
import type { Faults } from './fault.js';

// BTF, the kernel's own type information (Linux Documentation/bpf/btf.rst, 6.12).
const MAGIC = 0xeb9f;
const KIND_STRUCT = 4;
const KIND_TYPEDEF = 8;
const MODIFIERS = new Set([KIND_TYPEDEF, 9, 10, 11, 18]);
/** Bytes that follow a type's 12-byte header, and those per member, by kind. */
const TAIL: readonly (readonly [fixed: number, each: number])[] = [
  [0, 0], // void, never written
  [4, 0], // INT
  [0, 0], // PTR
  [12, 0], // ARRAY
  [0, 12], // STRUCT
  [0, 12], // UNION
  [0, 8], // ENUM
  [0, 0], // FWD
  [0, 0], // TYPEDEF
  [0, 0], // VOLATILE
  [0, 0], // CONST
  [0, 0], // RESTRICT
  [0, 0], // FUNC
  [0, 8], // FUNC_PROTO
  [4, 0], // VAR
  [0, 12], // DATASEC
  [0, 0], // FLOAT
  [4, 0], // DECL_TAG
  [0, 0], // TYPE_TAG
  [0, 12], // ENUM64
];
const HEADER = 24;
const TYPE = 12;
const MEMBER = 12;
/** Bounds for hostile input; the real template has 4 groups and under 100 members, 3 deep. */
const MAX_MEMBERS = 4096;
const MAX_DEPTH = 4;

/** A structure with its function pointers in one row: byte offset to dotted member name. */
export interface FlatStruct {
  readonly size: number;
  readonly slots: ReadonlyMap<number, string>;
}

/** What is asked of an image's type information. */
export interface Btf {
  /** `sizeof(struct name)`; null where there is no such structure. */
  sizeOf(name: string): number | null;
  /** The members of `struct name`, inner structures opened but for `paravirt_callee_save`. */
  flatten(name: string): FlatStruct | null;
}

interface Types {
  readonly bytes: Buffer;
  /** Where each type begins; entry 0 is void. */
  readonly at: Uint32Array;
  readonly count: number;
  readonly strings: Buffer;
}

function walkTypes(bytes: Buffer, strings: Buffer, faults: Faults): Types {
  const at = new Uint32Array(1 + Math.floor(bytes.length / TYPE));
  let count = 1;
  for (let offset = 0; offset < bytes.length;) {
    if (offset + TYPE > bytes.length) throw faults.damaged('BTF ends inside a type');
    const info = bytes.readUInt32LE(offset + 4);
    const tail = TAIL[(info >>> 24) & 31];
    if (tail === undefined) throw faults.damaged(`BTF type of unknown kind ${(info >>> 24) & 31}`);
    at[count++] = offset;
    offset += TYPE + tail[0] + tail[1] * (info & 0xffff);
    if (offset > bytes.length) throw faults.damaged('BTF ends inside a type');
  }
  return { bytes, at, count, strings };
}

const kindOf = (t: Types, id: number): number =>
  (t.bytes.readUInt32LE((t.at[id] ?? 0) + 4) >>> 24) & 31;
const nameOf = (t: Types, at: number): string => cString(t.strings, t.bytes.readUInt32LE(at), 128);

function structNamed(t: Types, name: string): number | null {
  const wanted = Buffer.from(`${name}\0`, 'latin1');
  for (let id = 1; id < t.count; id++) {
    if (kindOf(t, id) !== KIND_STRUCT) continue;
    const from = t.bytes.readUInt32LE(t.at[id] ?? 0);
    if (from + wanted.length > t.strings.length) continue;
    if (t.strings.compare(wanted, 0, wanted.length, from, from + wanted.length) === 0) return id;
  }
  return null;
}

/** Follows typedef, const, volatile, restrict and tags; 0 (void) where that leads nowhere. */
function strip(t: Types, start: number): number {
  let id = start;
  for (let steps = 0; steps < 32; steps++) {
    if (id === 0 || id >= t.count) return 0;
    if (!MODIFIERS.has(kindOf(t, id))) return id;
    id = t.bytes.readUInt32LE((t.at[id] ?? 0) + 8);
  }
  return 0;
}

function flattenInto(
  t: Types,
  id: number,
  place: { readonly prefix: string; readonly base: number; readonly depth: number },
  found: { readonly slots: Map<number, string>; visited: number },
  faults: Faults,
): void {
  const start = t.at[id] ?? 0;
  const info = t.bytes.readUInt32LE(start + 4);
  const withBits = info >>> 31 === 1;
  for (let m = 0; m < (info & 0xffff); m++) {
    // members of damaged types may all lie at one offset
    if (found.visited++ > MAX_MEMBERS) throw faults.damaged('BTF structure with too many members');
    const at = start + TYPE + m * MEMBER;
    const bits = t.bytes.readUInt32LE(at + 8);
    const offset = place.base + ((withBits ? bits & 0xffffff : bits) >>> 3);
    const name = place.prefix + nameOf(t, at);
    const type = strip(t, t.bytes.readUInt32LE(at + 4));
    const isStruct = type !== 0 && kindOf(t, type) === KIND_STRUCT;
    const isOp = !isStruct || nameOf(t, t.at[type] ?? 0) === 'paravirt_callee_save';
    if (isOp) found.slots.set(offset, name);
    else if (place.depth >= MAX_DEPTH) throw faults.damaged('BTF structures nested too deeply');
    else
      flattenInto(
        t,
        type,
        { prefix: `${name}.`, base: offset, depth: place.depth + 1 },
        found,
        faults,
      );
  }
}

/** Reads a `.BTF` section. Only headers are walked; structures are opened when asked for. */
export function parseBtf(section: Buffer, faults: Faults): Btf {
  if (section.length < HEADER || section.readUInt16LE(0) !== MAGIC) {
    throw faults.damaged('.BTF without its magic number');
  }
  const header = section.readUInt32LE(4);
  const part = (at: number, what: string): Buffer => {
    const from = header + section.readUInt32LE(at);
    const end = from + section.readUInt32LE(at + 4);
    if (end > section.length) throw faults.damaged(`BTF ${what} lie outside the section`);
    return section.subarray(from, end);
  };
  const types = walkTypes(part(8, 'types'), part(16, 'strings'), faults);
  const sizeAt = (id: number): number => types.bytes.readUInt32LE((types.at[id] ?? 0) + 8);
  return {
    sizeOf(name) {
      const id = structNamed(types, name);
      return id === null ? null : sizeAt(id);
    },
    flatten(name) {
      const id = structNamed(types, name);
      if (id === null) return null;
      const slots = new Map<number, string>();
      flattenInto(types, id, { prefix: '', base: 0, depth: 0 }, { slots, visited: 0 }, faults);
      return { size: sizeAt(id), slots };
    },
  };
}
