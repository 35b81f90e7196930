// Frame lines that were seen before. A caller is nearly always followed by the same line as last time: to
// compare what comes next with that is several times quicker than to find its end and to hash it.
import { filled, hashOf, same, sameLong } from './memory';
import { NONE, Texts } from './texts';

/**
 * A record has the first part of its text behind it, and holds:
 *   0  u32  the record that followed last time (0: none did)
 *   4  i32  frame id; -1: the line is no regular frame
 *   8  i32  length of the text's first part
 *  12  i32  length of its second part, what follows the digits of an offset; 0 where there are none
 *  16  u64  hash
 *  24  u32  the second part: few dsos are many frames'
 *  28  i32  bytes that a line of this record has at most
 *  32  i32  kind
 * A record is named by its address, and stays where it is.
 */
const HEAD: usize = 48;

/** A line as it stands, newline included: its address matters. */
export const WHOLE: i32 = 0;
/** Symbol and dso of a program's frame: what stands behind the address, digits of the offset left out. */
export const OF_PROGRAM: i32 = 1;
/** The same of a kernel's frame. */
export const OF_KERNEL: i32 = 2;

const seconds = new Texts();
/** Records are made in chunks of memory of at least so many bytes. */
const CHUNK: usize = 1 << 18;
let place: usize = 0;
let chunkEnd: usize = 0;
let capacity: i32 = 1 << 12;
let slots: usize = filled(1 << 12);
let count: i32 = 0;

@inline
export function idOf(record: u32): i32 { return load<i32>(record, 4); }
@inline
export function kindOf(record: u32): i32 { return load<i32>(record, 32); }
@inline
export function mostBytesOf(record: u32): i32 { return load<i32>(record, 28); }
@inline
export function firstLengthOf(record: u32): i32 { return load<i32>(record, 8); }
@inline
export function secondLengthOf(record: u32): i32 { return load<i32>(record, 12); }
@inline
export function textOf(record: u32): usize { return <usize>record + HEAD; }
@inline
export function secondOf(record: u32): usize { return seconds.arena + load<u32>(record, 24); }
@inline
export function nextOf(record: u32): u32 { return load<u32>(record); }
@inline
export function follow(record: u32, next: u32): void { store<u32>(record, next); }

/** The record of a text in two parts; 0 where it is new. */
@inline
export function findRecord(kind: i32, hash: u64, a: usize, aLength: i32, b: usize, bLength: i32): u32 {
  let slot = <i32>(hash >> 20) & (capacity - 1);
  let record = load<u32>(slots + (<usize>slot << 2));
  while (record != FREE) {
    const at = <usize>record;
    if (
      load<u64>(at, 16) == hash && load<i32>(at, 32) == kind &&
      load<i32>(at, 8) == aLength && load<i32>(at, 12) == bLength &&
      same(at + HEAD, a, aLength) && same(secondOf(record), b, bLength)
    ) return record;
    slot = (slot + 1) & (capacity - 1);
    record = load<u32>(slots + (<usize>slot << 2));
  }
  return 0;
}

/** The record of the line that begins at `at`, kept as it stands; 0 where there is none. */
@inline
export function findLine(hash: u64, at: usize, end: usize): u32 {
  let slot = <i32>(hash >> 20) & (capacity - 1);
  let record = load<u32>(slots + (<usize>slot << 2));
  while (record != FREE) {
    const length = firstLengthOf(record);
    if (
      load<u64>(record, 16) == hash && kindOf(record) == WHOLE &&
      at + length <= end && sameLong(at, textOf(record), length)
    ) return record;
    slot = (slot + 1) & (capacity - 1);
    record = load<u32>(slots + (<usize>slot << 2));
  }
  return 0;
}

const FREE: u32 = 0xffffffff;

/** Adds a text that `findRecord` did not find. */
export function addRecord(
  kind: i32, hash: u64, a: usize, aLength: i32, b: usize, bLength: i32, id: i32, most: i32,
): u32 {
  const second = bLength == 0 ? 0 : secondText(b, bLength);
  const size = (HEAD + <usize>aLength + 15) & ~15;
  if (place + size + 16 > chunkEnd) {
    // loads may reach beyond a text's end
    const chunk = max(CHUNK, size + 16);
    place = heap.alloc(chunk);
    chunkEnd = place + chunk;
  }
  const at = place;
  const record = <u32>at;
  store<u32>(at, 0);
  store<i32>(at, id, 4);
  store<i32>(at, aLength, 8);
  store<i32>(at, bLength, 12);
  store<u64>(at, hash, 16);
  store<u32>(at, second, 24);
  store<i32>(at, most, 28);
  store<i32>(at, kind, 32);
  memory.copy(at + HEAD, a, aLength);
  place += size;
  if (++count * 2 > capacity) rehash();
  put(record);
  return record;
}

/** Where a second part stands among those; it stays there. */
function secondText(at: usize, length: i32): u32 {
  const hash = hashOf(7, at, length);
  const known = seconds.find(hash, at, length, at, 0);
  if (known != NONE) return <u32>known;
  const place = <u32>seconds.arenaUsed;
  seconds.add(hash, at, length, at, 0, <i32>place);
  return place;
}

function put(record: u32): void {
  let slot = <i32>(load<u64>(record, 16) >> 20) & (capacity - 1);
  while (load<u32>(slots + (<usize>slot << 2)) != FREE) slot = (slot + 1) & (capacity - 1);
  store<u32>(slots + (<usize>slot << 2), record);
}

function rehash(): void {
  const old = slots;
  const end = old + (<usize>capacity << 2);
  capacity *= 2;
  slots = filled(capacity);
  for (let at = old; at < end; at += 4) if (load<u32>(at) != FREE) put(load<u32>(at));
  heap.free(old);
}
