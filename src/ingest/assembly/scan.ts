// The regular part of `perf script` text, in WebAssembly with SIMD: AssemblyScript, not TypeScript.
// docs/performance.md explains the tables; ../scanner.ts is the other side. What is not regular (see
// `scan`) is left to the reader in ../perf-script.ts, so that the format's meaning lives in one place.

/** A frame line seen for the first time: its bytes, to be parsed. Returns its frame id; -1: not a frame. */
@external("env", "newFrame")
declare function newFrame(at: usize, length: i32): i32;
/**
 * A sample line of a form seen for the first time. Positions are of the time stamp and of the period
 * (0, 0 where there is none). Returns its form's id; -1: not regular.
 */
@external("env", "newForm")
declare function newForm(
  at: usize, length: i32, time: usize, timeEnd: usize, period: usize, periodEnd: usize,
): i32;

const TAB: u8 = 9;
const NEWLINE: u8 = 10;
const CR: u8 = 13;
const SPACE: u8 = 32;
const HASH: u8 = 35;
const PLUS: u8 = 43;
const DOT: u8 = 46;
const SLASH: u8 = 47;
const COLON: u8 = 58;

// ---- what a scan leaves behind -------------------------------------------------------------------

/** Samples that one scan may give. */
const MOST: i32 = 1 << 15;
const outNode: usize = heap.alloc(<usize>MOST * 4);
const outForm: usize = heap.alloc(<usize>MOST * 4);
const outPeriod: usize = heap.alloc(<usize>MOST * 8);
let samples: i32 = 0;
let frames: i32 = 0;
let periodless: i32 = 0;
let stopped: i32 = 0;
/** Least and largest time stamp of the scan, in nanoseconds. */
let earliest: u64 = u64.MAX_VALUE;
let latest: u64 = 0;

export function nodesAt(): usize { return outNode; }
export function formsAt(): usize { return outForm; }
export function periodsAt(): usize { return outPeriod; }
export function sampleCount(): i32 { return samples; }
export function frameCount(): i32 { return frames; }
export function withoutPeriod(): i32 { return periodless; }
/** Why the scan ended: 0 more bytes are needed, 1 something that is not regular, 2 the tables are full. */
export function why(): i32 { return stopped; }
export function earliestSeconds(): f64 { return <f64>(earliest / 1000000000); }
export function earliestNanos(): i32 { return <i32>(earliest % 1000000000); }
export function latestSeconds(): f64 { return <f64>(latest / 1000000000); }
export function latestNanos(): i32 { return <i32>(latest % 1000000000); }

// ---- input ---------------------------------------------------------------------------------------

let input: usize = 0;
let inputSize: usize = 0;

/** A place for `size` bytes of text; what the last one held is gone. */
export function reserve(size: usize): usize {
  if (size > inputSize) {
    if (input != 0) heap.free(input);
    // loads of 16 bytes may reach beyond the end
    input = heap.alloc(size + 64);
    inputSize = size;
  }
  return input;
}

// ---- interned texts: frame lines and forms of sample lines ----------------------------------------

class Texts {
  capacity: i32 = 1 << 13;
  slots: usize = filled(1 << 13);
  room: i32 = 1 << 12;
  /** Each entry: hash (8), arena offset (4), length (4), id (4), first part's length (4). */
  entries: usize = heap.alloc((1 << 12) * 24);
  count: i32 = 0;
  arena: usize = heap.alloc(1 << 18);
  arenaSize: usize = 1 << 18;
  arenaUsed: usize = 0;

  /** The entry of a text in two parts; -1 where there is none, then `slotOf` is where it belongs. */
  find(hash: u64, a: usize, aLength: i32, b: usize, bLength: i32): i32 {
    let slot = <i32>hash & (this.capacity - 1);
    for (;;) {
      const entry = load<i32>(this.slots + (<usize>slot << 2));
      if (entry < 0) break;
      const at = this.entries + <usize>entry * 24;
      if (load<u64>(at) == hash && load<i32>(at, 12) == aLength + bLength && load<i32>(at, 20) == aLength) {
        const text = this.arena + <usize>load<u32>(at, 8);
        if (same(text, a, aLength) && same(text + aLength, b, bLength)) return load<i32>(at, 16);
      }
      slot = (slot + 1) & (this.capacity - 1);
    }
    slotOf = slot;
    return NONE;
  }

  add(hash: u64, a: usize, aLength: i32, b: usize, bLength: i32, id: i32): void {
    const entry = this.count++;
    if (entry == this.room) {
      this.entries = grown(this.entries, <usize>this.room * 24);
      this.room *= 2;
    }
    const length = <usize>(aLength + bLength);
    while (this.arenaUsed + length + 16 > this.arenaSize) {
      this.arena = grown(this.arena, this.arenaSize);
      this.arenaSize *= 2;
    }
    memory.copy(this.arena + this.arenaUsed, a, aLength);
    memory.copy(this.arena + this.arenaUsed + aLength, b, bLength);
    const at = this.entries + <usize>entry * 24;
    store<u64>(at, hash);
    store<u32>(at, <u32>this.arenaUsed, 8);
    store<i32>(at, aLength + bLength, 12);
    store<i32>(at, id, 16);
    store<i32>(at, aLength, 20);
    this.arenaUsed += length;
    store<i32>(this.slots + (<usize>slotOf << 2), entry);
    if (this.count * 2 > this.capacity) this.rehash();
  }

  rehash(): void {
    heap.free(this.slots);
    this.capacity *= 2;
    this.slots = filled(this.capacity);
    for (let entry = 0; entry < this.count; entry++) {
      let slot = <i32>load<u64>(this.entries + <usize>entry * 24) & (this.capacity - 1);
      while (load<i32>(this.slots + (<usize>slot << 2)) >= 0) slot = (slot + 1) & (this.capacity - 1);
      store<i32>(this.slots + (<usize>slot << 2), entry);
    }
  }
}

/** No such entry; -1 is an entry that is not regular. */
const NONE: i32 = -2;
let slotOf: i32 = 0;

function filled(count: i32): usize {
  const at = heap.alloc(<usize>count << 2);
  memory.fill(at, 0xff, <usize>count << 2);
  return at;
}

/** A copy of twice the size; the old one is freed. */
function grown(from: usize, size: usize): usize {
  const to = heap.alloc(size * 2);
  memory.copy(to, from, size);
  heap.free(from);
  return to;
}

// @ts-ignore: decorator
@inline
function tail(at: usize, length: i32): u64 {
  return length == 0 ? 0 : load<u64>(at) & (u64.MAX_VALUE >> (64 - (<u64>length << 3)));
}

// @ts-ignore: decorator
@inline
function same(a: usize, b: usize, length: i32): bool {
  let left = length;
  while (left >= 8) {
    if (load<u64>(a) != load<u64>(b)) return false;
    a += 8;
    b += 8;
    left -= 8;
  }
  return tail(a, left) == tail(b, left);
}

const FACTOR: u64 = 0x9e3779b97f4a7c15;

// @ts-ignore: decorator
@inline
function mix(hash: u64, word: u64): u64 {
  const product = (hash ^ word) * FACTOR;
  return product ^ (product >> 29);
}

// @ts-ignore: decorator
@inline
function hashOf(seed: u64, at: usize, length: i32): u64 {
  let hash = mix(seed, <u64>length);
  let left = length;
  while (left >= 8) {
    hash = mix(hash, load<u64>(at));
    at += 8;
    left -= 8;
  }
  return mix(hash, tail(at, left));
}

const frameTexts = new Texts();
const formTexts = new Texts();

// ---- lines as they were, and what followed them ------------------------------------------------------
//
// A caller is nearly always followed by the same line as last time: comparing that line's bytes with what
// comes next is several times quicker than to find its end and to hash it. Full, the cache stays as it is.

const MOST_LINES: i32 = 1 << 17;
const MOST_LINE_BYTES: usize = 1 << 24;
/** Shorter lines are not worth it, and a comparison takes 16 bytes at a time. */
const SHORTEST: i32 = 16;

/** Each entry: hash (8), bytes (4), length with the newline (4), frame id (4), the entry that followed (4). */
let lineRoom: i32 = 1 << 10;
let lines: usize = heap.alloc((1 << 10) * 24);
let lineCount: i32 = 0;
let lineCapacity: i32 = 1 << 11;
let lineSlots: usize = filled(1 << 11);
let lineBytes: usize = heap.alloc(1 << 18);
let lineBytesSize: usize = 1 << 18;
let lineBytesUsed: usize = 0;

/** The entry of the line from `at` to behind its newline; -1 where there is none. */
function findLine(hash: u64, at: usize, length: i32): i32 {
  let slot = <i32>hash & (lineCapacity - 1);
  for (;;) {
    const entry = load<i32>(lineSlots + (<usize>slot << 2));
    if (entry < 0) break;
    const record = lines + <usize>entry * 24;
    if (load<u64>(record) == hash && load<i32>(record, 12) == length && sameLine(at, lineBytes + load<u32>(record, 8), length))
      return entry;
    slot = (slot + 1) & (lineCapacity - 1);
  }
  slotOf = slot;
  return -1;
}

/** Keeps a line; -1 where there is no room for more. Only behind a `findLine` that found nothing. */
function addLine(hash: u64, at: usize, length: i32, id: i32): i32 {
  if (lineCount == MOST_LINES || lineBytesUsed + length > MOST_LINE_BYTES) return -1;
  const entry = lineCount++;
  if (entry == lineRoom) {
    lines = grown(lines, <usize>lineRoom * 24);
    lineRoom *= 2;
  }
  while (lineBytesUsed + length + 16 > lineBytesSize) {
    lineBytes = grown(lineBytes, lineBytesSize);
    lineBytesSize *= 2;
  }
  memory.copy(lineBytes + lineBytesUsed, at, length);
  const record = lines + <usize>entry * 24;
  store<u64>(record, hash);
  store<u32>(record, <u32>lineBytesUsed, 8);
  store<i32>(record, length, 12);
  store<i32>(record, id, 16);
  store<i32>(record, -1, 20);
  lineBytesUsed += length;
  store<i32>(lineSlots + (<usize>slotOf << 2), entry);
  if (lineCount * 2 > lineCapacity) {
    heap.free(lineSlots);
    lineCapacity *= 2;
    lineSlots = filled(lineCapacity);
    for (let i = 0; i < lineCount; i++) {
      let slot = <i32>load<u64>(lines + <usize>i * 24) & (lineCapacity - 1);
      while (load<i32>(lineSlots + (<usize>slot << 2)) >= 0) slot = (slot + 1) & (lineCapacity - 1);
      store<i32>(lineSlots + (<usize>slot << 2), i);
    }
  }
  return entry;
}

// @ts-ignore: decorator
@inline
function sameLine(a: usize, b: usize, length: i32): bool {
  const last = length - 16;
  for (let i = 0; i < last; i += 16) {
    if (v128.any_true(v128.xor(v128.load(a + i), v128.load(b + i)))) return false;
  }
  return !v128.any_true(v128.xor(v128.load(a + last), v128.load(b + last)));
}

// ---- the prefix tree ------------------------------------------------------------------------------

let nodes: i32 = 0;
let nodeRoom: i32 = 1 << 14;
let parents: usize = heap.alloc(4 << 14);
let keys: usize = heap.alloc(4 << 14);
let nodeCapacity: i32 = 1 << 15;
let nodeSlots: usize = filled(1 << 15);

export function nodeCount(): i32 { return nodes; }
export function parentsAt(): usize { return parents; }
export function keysAt(): usize { return keys; }

// @ts-ignore: decorator
@inline
function nodeHash(parent: i32, key: i32): i32 {
  const h = mix((<u64>parent << 32) | <u64>(<u32>key), FACTOR);
  return <i32>(h >> 8);
}

function child(parent: i32, key: i32): i32 {
  let slot = nodeHash(parent, key) & (nodeCapacity - 1);
  for (;;) {
    const node = load<i32>(nodeSlots + (<usize>slot << 2));
    if (node < 0) break;
    if (load<i32>(parents + (<usize>node << 2)) == parent && load<i32>(keys + (<usize>node << 2)) == key)
      return node;
    slot = (slot + 1) & (nodeCapacity - 1);
  }
  const node = nodes++;
  if (node == nodeRoom) {
    parents = grown(parents, <usize>nodeRoom << 2);
    keys = grown(keys, <usize>nodeRoom << 2);
    nodeRoom *= 2;
  }
  store<i32>(parents + (<usize>node << 2), parent);
  store<i32>(keys + (<usize>node << 2), key);
  store<i32>(nodeSlots + (<usize>slot << 2), node);
  if (nodes * 2 > nodeCapacity) growSlots();
  return node;
}

function growSlots(): void {
  heap.free(nodeSlots);
  nodeCapacity *= 2;
  nodeSlots = filled(nodeCapacity);
  for (let node = 0; node < nodes; node++) {
    const at = <usize>node << 2;
    let slot = nodeHash(load<i32>(parents + at), load<i32>(keys + at)) & (nodeCapacity - 1);
    while (load<i32>(nodeSlots + (<usize>slot << 2)) >= 0) slot = (slot + 1) & (nodeCapacity - 1);
    store<i32>(nodeSlots + (<usize>slot << 2), node);
  }
}

// ---- the current sample's frames and the last one's path -------------------------------------------

let stackRoom: i32 = 1 << 10;
let stack: usize = heap.alloc(4 << 10);
let pathKeys: usize = heap.alloc(4 << 10);
let pathNodes: usize = heap.alloc(4 << 10);
let pathDepth: i32 = 0;
let pathTop: i32 = -1;

function growStack(): void {
  stack = grown(stack, <usize>stackRoom << 2);
  pathKeys = grown(pathKeys, <usize>stackRoom << 2);
  pathNodes = grown(pathNodes, <usize>stackRoom << 2);
  stackRoom *= 2;
}

/** The node of the frames on the stack, leaf first, under a task. Consecutive samples share their roots. */
function walk(top: i32, depth: i32): i32 {
  let shared = top == pathTop;
  let node = top;
  for (let i = 0; i < depth; i++) {
    const key = load<i32>(stack + (<usize>(depth - 1 - i) << 2));
    const at = <usize>i << 2;
    if (shared && i < pathDepth && load<i32>(pathKeys + at) == key) {
      node = load<i32>(pathNodes + at);
    } else {
      shared = false;
      node = child(node, key);
      store<i32>(pathKeys + at, key);
      store<i32>(pathNodes + at, node);
    }
  }
  pathDepth = depth;
  pathTop = top;
  return node;
}

// ---- lines ------------------------------------------------------------------------------------------

/** Set by `endOfLine`: the line's last '+', 0 where it has none. */
let plus: usize = 0;

/** Where the line ends that begins at `at`; 0 where it does not within `end`. One pass for both marks. */
// @ts-ignore: decorator
@inline
function endOfLine(at: usize, end: usize): usize {
  let last: usize = 0;
  for (let p = at; p < end; p += 16) {
    const bytes = v128.load(p);
    const newlines = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(NEWLINE)));
    let pluses = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(PLUS)));
    if (newlines != 0) {
      const before = ctz(newlines);
      pluses &= (1 << before) - 1;
      if (pluses != 0) last = p + 31 - clz(pluses);
      plus = last;
      const found = p + before;
      return found < end ? found : 0;
    }
    if (pluses != 0) last = p + 31 - clz(pluses);
  }
  return 0;
}

// @ts-ignore: decorator
@inline
function isDigit(byte: u8): bool {
  return byte - 48 < 10;
}

// @ts-ignore: decorator
@inline
function isHex(byte: u8): bool {
  return byte - 48 < 10 || byte - 97 < 6;
}

/** 0: frames differ by symbol and dso. 1: by address too where they are the kernel's. 2: all by their whole line. */
let addresses: i32 = 1;
/** Whether process and thread id make tasks differ. */
let byThread: bool = false;

export function configure(addressMode: i32, threads: bool): void {
  addresses = addressMode;
  byThread = threads;
}

/** The id of a frame line's text; -1 where it is not a regular frame. */
function frameOf(at: usize, eol: usize): i32 {
  // "ffffffff81000000 ": hex digits, lower case, and a blank
  const bytes = v128.load(at);
  const digit = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(48)), i8x16.splat(10));
  const letter = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(97)), i8x16.splat(6));
  const other = i8x16.bitmask(v128.or(digit, letter)) ^ 0xffff;
  const width = other == 0 ? 16 : <i32>ctz(other);
  if (width == 0 || load<u8>(at + width) != SPACE || at + width >= eol) return -1;
  const symbol = at + width + 1;
  const whole = addresses == 2 || (addresses == 1 && width == 16);
  let a = symbol;
  let aEnd = eol;
  let b = eol;
  // a kernel's frame and a program's differ in where they are
  const side: u64 = width == 16 ? 8 : 0;
  let seed: u64 = 1 + side;
  if (whole) {
    a = at;
    seed = 3;
  } else if (plus > symbol && load<u16>(plus + 1) == 0x7830) {
    let p = plus + 3;
    while (isHex(load<u8>(p))) p++;
    if (p > plus + 3 && p <= plus + 19 && load<u16>(p) == 0x2820) {
      aEnd = plus;
      b = p;
      seed = 2 + side;
    }
  }
  const aLength = <i32>(aEnd - a);
  const bLength = <i32>(eol - b);
  let hash = hashOf(seed, a, aLength);
  if (bLength > 0) hash = hashOf(hash, b, bLength);
  const known = frameTexts.find(hash, a, aLength, b, bLength);
  if (known != NONE) return known;
  const id = newFrame(at, <i32>(eol - at));
  frameTexts.add(hash, a, aLength, b, bLength, id);
  return id;
}

const MOST_FORMS: i32 = 1 << 16;

/** Set by `formOf`. */
let period: f64 = 0;
let time: u64 = 0;

/** The id of a sample line's form (comm and what follows the period); -1 where it is not regular. */
function formOf(at: usize, eol: usize): i32 {
  // the first "1234.567890:" is the time; the form's first line settles whether it is
  let dot = at;
  let timeEnd: usize = 0;
  let begin: usize = 0;
  while (timeEnd == 0) {
    dot = nextDot(dot, eol);
    if (dot >= eol) return -1;
    let p = dot + 1;
    while (isDigit(load<u8>(p))) p++;
    const decimals = p - dot - 1;
    if (
      dot > at && isDigit(load<u8>(dot - 1)) && (decimals == 6 || decimals == 9) &&
      load<u8>(p) == COLON && load<u8>(p + 1) == SPACE
    ) {
      begin = dot;
      while (begin > at && isDigit(load<u8>(begin - 1))) begin--;
      if (begin == at || load<u8>(begin - 1) != SPACE || dot - begin > 9) return -1;
      timeEnd = p;
    } else {
      dot++;
    }
  }
  time = 0;
  for (let p = begin; p < timeEnd; p++) if (p != dot) time = time * 10 + (load<u8>(p) - 48);
  if (timeEnd - dot == 7) time *= 1000;
  // the period, where a number and a blank follow
  let p = timeEnd + 1;
  while (load<u8>(p) == SPACE) p++;
  let periodAt: usize = 0;
  let periodEnd: usize = 0;
  let value: u64 = 0;
  let q = p;
  while (isDigit(load<u8>(q))) value = value * 10 + (load<u8>(q++) - 48);
  if (q > p && load<u8>(q) == SPACE) {
    if (q - p > 15) return -1;
    periodAt = p;
    periodEnd = q;
    p = q;
    while (load<u8>(p) == SPACE) p++;
  }
  if (p > eol) return -1;
  period = periodAt == 0 ? -1 : <f64>value;
  // the task: "comm pid/tid [cpu] " from its end; where that does not fit, or ids matter, all of it
  let taskEnd = begin;
  let seed: u64 = periodAt == 0 ? 4 : 5;
  if (!byThread) {
    let r = back(begin, at);
    if (r > at && load<u8>(r - 1) == 93) {
      let s = r - 1;
      while (s > at && isDigit(load<u8>(s - 1))) s--;
      if (s > at && s < r - 1 && load<u8>(s - 1) == 91) r = back(s - 1, at);
      seed += 16;
    }
    const tidEnd = r;
    while (r > at && isDigit(load<u8>(r - 1))) r--;
    if (r > at && r < tidEnd && load<u8>(r - 1) == SLASH) {
      const pidEnd = r - 1;
      r--;
      while (r > at && isDigit(load<u8>(r - 1))) r--;
      if (r > at && r < pidEnd && load<u8>(r - 1) == SPACE) {
        const commEnd = back(r, at);
        // ids wide enough to be something else are none
        if (commEnd > at && tidEnd - r < 24) {
          taskEnd = commEnd;
          seed += 32;
        }
      }
    }
    if (taskEnd == begin) seed = periodAt == 0 ? 4 : 5;
  }
  const taskLength = <i32>(taskEnd - at);
  const restLength = <i32>(eol - p);
  const hash = hashOf(hashOf(seed, at, taskLength), p, restLength);
  const known = formTexts.find(hash, at, taskLength, p, restLength);
  if (known != NONE) return known;
  // lines that are all of their own form would fill the memory
  if (formTexts.count >= MOST_FORMS) return -1;
  const slot = slotOf;
  const id = newForm(at, <i32>(eol - at), begin, timeEnd, periodAt, periodEnd);
  slotOf = slot;
  formTexts.add(hash, at, taskLength, p, restLength, id);
  return id;
}

/** The first '.' from `at` on, or something from `end` on. */
// @ts-ignore: decorator
@inline
function nextDot(at: usize, end: usize): usize {
  for (let p = at; p < end; p += 16) {
    const dots = i8x16.bitmask(i8x16.eq(v128.load(p), i8x16.splat(DOT)));
    if (dots != 0) return p + ctz(dots);
  }
  return end;
}

/** Behind the last byte before `from` that is no blank. */
function back(from: usize, start: usize): usize {
  let p = from;
  while (p > start && load<u8>(p - 1) == SPACE) p--;
  return p;
}

/** The tree's key of each form's task, set by the other side before the form is used. */
let tops: usize = heap.alloc(4 << 8);
let topRoom: i32 = 1 << 8;

/** Hangs a form's samples under a task. */
export function setTask(form: i32, task: i32): void {
  while (form >= topRoom) {
    tops = grown(tops, <usize>topRoom << 2);
    topRoom *= 2;
  }
  store<i32>(tops + (<usize>form << 2), child(-1, -1 - task));
}

/**
 * Reads whole regular samples (a line with a time stamp, frames, one empty line) from the first
 * `length` bytes of the input, which begin where a sample may begin. Returns the bytes that were read;
 * `why` says what comes next. What is not regular, and whatever stands in one sample with it, is left.
 */
export function scan(length: i32, from: i32): i32 {
  const end = input + length;
  let at = input + from;
  samples = 0;
  frames = 0;
  periodless = 0;
  earliest = u64.MAX_VALUE;
  latest = 0;
  stopped = 0;
  let start = at;
  for (;;) {
    start = at;
    if (samples == MOST) { stopped = 2; break; }
    if (at >= end) break;
    const first = load<u8>(at);
    if (first == NEWLINE || first == TAB || first == HASH) { stopped = 1; break; }
    let eol = endOfLine(at, end);
    if (eol == 0) break;
    if (load<u8>(eol - 1) == CR) { stopped = 1; break; }
    const form = formOf(at, eol);
    if (form < 0) { stopped = 1; break; }
    const weight = period;
    const stamp = time;
    at = eol + 1;
    let depth = 0;
    let whole = false;
    let previous: i32 = -1;
    while (at < end) {
      if (previous >= 0) {
        const next = load<i32>(lines + <usize>previous * 24, 20);
        if (next >= 0) {
          const record = lines + <usize>next * 24;
          const length = load<i32>(record, 12);
          if (at + length <= end && sameLine(at, lineBytes + load<u32>(record, 8), length)) {
            if (depth == stackRoom) growStack();
            store<i32>(stack + (<usize>depth << 2), load<i32>(record, 16));
            depth++;
            at += length;
            previous = next;
            continue;
          }
        }
      }
      const indent = load<u8>(at);
      if (indent == NEWLINE) {
        at++;
        whole = true;
        break;
      }
      if (indent != TAB && indent != SPACE) { stopped = 1; break; }
      let text = at + 1;
      while (load<u8>(text) == SPACE || load<u8>(text) == TAB) text++;
      // two blanks begin a source line
      if (indent == SPACE && text - at == 2) { stopped = 1; break; }
      eol = endOfLine(text, end);
      if (eol == 0) break;
      if (eol == text || load<u8>(eol - 1) == CR) { stopped = 1; break; }
      const length = <i32>(eol - at) + 1;
      let id: i32 = -1;
      let entry: i32 = -1;
      if (length >= SHORTEST) {
        const hash = hashOf(6, at, length);
        entry = findLine(hash, at, length);
        if (entry >= 0) id = load<i32>(lines + <usize>entry * 24, 16);
        else {
          const slot = slotOf;
          id = frameOf(text, eol);
          slotOf = slot;
          if (id >= 0) entry = addLine(hash, at, length, id);
        }
      } else {
        id = frameOf(text, eol);
      }
      if (id < 0) { stopped = 1; break; }
      if (previous >= 0 && entry >= 0) store<i32>(lines + <usize>previous * 24, entry, 20);
      previous = entry;
      if (depth == stackRoom) growStack();
      store<i32>(stack + (<usize>depth << 2), id);
      depth++;
      at = eol + 1;
    }
    if (stopped != 0 || !whole) break;
    if (depth == 0) { stopped = 1; break; }
    const out = <usize>samples << 2;
    store<i32>(outNode + out, walk(load<i32>(tops + (<usize>form << 2)), depth));
    store<i32>(outForm + out, form);
    store<f64>(outPeriod + (<usize>samples << 3), weight);
    if (stamp < earliest) earliest = stamp;
    if (stamp > latest) latest = stamp;
    if (weight < 0) periodless++;
    samples++;
    frames += depth;
  }
  return <i32>(start - input);
}
