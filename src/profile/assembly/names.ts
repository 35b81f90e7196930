// Names in folded stacks: what ../fold-names.ts makes of symbols, and the bytewise order of what is written.
import { Texts } from '../../ingest/assembly/texts';

/**
 * The names of a frame, of a task (its key), where they are not found here: a name's id; `NO_NAME`; or, below that,
 * -2 - (where its names stand, their number first).
 */
@external("env", "frameName")
declare function frameName(frame: i32): i32;
@external("env", "taskName")
declare function taskName(key: i32): i32;

export const NO_NAME: i32 = -1;
const UNSEEN: i32 = i32.MIN_VALUE;

const OPENING: u8 = 40;
const CLOSING: u8 = 41;
const DOT: u8 = 46;
export const SEMICOLON: u8 = 59;
const COLON: u8 = 58;

@inline
export function listOf(name: i32): usize { return <usize>(-2 - name); }

// ---- names ---------------------------------------------------------------------------------------

const names = new Texts();

/** The id of a name, made if it is new. */
export function name(at: usize, length: i32): i32 { return names.id(at, length); }

@inline
export function textOf(id: i32): usize { return names.arena + names.startOf(id); }
@inline
export function lengthOf(id: i32): i32 { return names.endOf(id) - names.startOf(id); }

export function nameCount(): i32 { return names.count; }
/** Where a name's bytes begin and end. */
export function nameBegin(id: i32): usize { return textOf(id); }
export function nameEnd(id: i32): usize { return textOf(id) + lengthOf(id); }

// ---- frames and tasks ----------------------------------------------------------------------------

/** The profile's texts and where each ends, and the texts of its frames' symbols. */
let texts: usize = 0;
let textEnds: usize = 0;
let symbols: usize = 0;
/** What a frame, a symbol, a task is called, where that was asked for; UNSEEN: it was not. */
let ofFrame: usize = 0;
let ofSymbol: usize = 0;
let ofTask: usize = 0;
/** Whether symbols are names as they are, without marks or addresses. */
let unmarked: bool = false;

export function setFrames(
  textCount: i32, bytes: usize, byteEnds: usize, frames: i32, symbolOfFrame: usize, plain: bool,
): void {
  texts = bytes;
  textEnds = byteEnds;
  symbols = symbolOfFrame;
  unmarked = plain;
  ofFrame = unseen(frames);
  ofSymbol = unseen(textCount);
  ofTask = unseen(textCount);
}

function unseen(count: i32): usize {
  const at = heap.alloc(<usize>count << 2);
  for (let i = 0; i < count; i++) store<i32>(at + (<usize>i << 2), UNSEEN);
  return at;
}

/** What a key of the tree is called: a frame's, or a task's (-1 - its text). */
export function nameOfKey(key: i32): i32 {
  const at = key < 0 ? ofTask + (<usize>(-1 - key) << 2) : ofFrame + (<usize>key << 2);
  const known = load<i32>(at);
  if (known != UNSEEN) return known;
  const found = key < 0 ? taskName(key) : nameOfFrame(key);
  store<i32>(at, found);
  return found;
}

function nameOfFrame(frame: i32): i32 {
  if (!unmarked) return frameName(frame);
  const symbol = load<i32>(symbols + (<usize>frame << 2));
  const known = load<i32>(ofSymbol + (<usize>symbol << 2));
  if (known != UNSEEN) return known;
  const begin = symbol == 0 ? 0 : load<u32>(textEnds + (<usize>(symbol - 1) << 2));
  const at = texts + begin;
  const length = <i32>(load<u32>(textEnds + (<usize>symbol << 2)) - begin);
  let found: i32;
  if (isPlain(at, length)) found = name(at, length);
  else if (isSymbol(at, length)) found = tidy(at, length);
  // of frames with other symbols each has a name of its own
  else return frameName(frame);
  store<i32>(ofSymbol + (<usize>symbol << 2), found);
  return found;
}

/** Whether a symbol is its own name, as nearly all are: without '(', ';', '-' and '['. */
function isPlain(at: usize, length: i32): bool {
  let odd: i32 = 0;
  for (let i = 0; i < length; i += 16) {
    const bytes = v128.load(at + i);
    const found = v128.or(
      v128.or(i8x16.eq(bytes, i8x16.splat(OPENING)), i8x16.eq(bytes, i8x16.splat(SEMICOLON))),
      v128.or(i8x16.eq(bytes, i8x16.splat(45)), i8x16.eq(bytes, i8x16.splat(91))),
    );
    const inside = length - i >= 16 ? 0xffff : (1 << (length - i)) - 1;
    odd |= i8x16.bitmask(found) & inside;
  }
  return length > 0 && odd == 0;
}

/** Whether a text is nothing but a symbol: not "", "[unknown]", "(...", "a->b" (of Java's perf maps). */
function isSymbol(at: usize, length: i32): bool {
  if (length == 0 || load<u8>(at) == OPENING) return false;
  // "[unknown]"
  if (length == 9 && load<u64>(at) == 0x6e776f6e6b6e755b && load<u8>(at + 8) == 93) return false;
  for (let i = 0; i + 1 < length; i++) if (load<u16>(at + i) == 0x3e2d) return false;
  return true;
}

let scratch: usize = heap.alloc(1 << 10);
let scratchRoom: i32 = 1 << 10;

/** A symbol's name, as `tidyGeneric` in ../fold-names.ts: without its arguments, and with ':' instead of ';'. */
function tidy(at: usize, length: i32): i32 {
  if (length + 16 > scratchRoom) {
    heap.free(scratch);
    scratchRoom = 2 * length + 16;
    scratch = heap.alloc(scratchRoom);
  }
  let depth = 0;
  let afterDot = -1;
  for (let i = 0; i < length; i++) {
    const c = load<u8>(at + i);
    store<u8>(scratch + i, c == SEMICOLON ? COLON : c);
    if (c == 60 || c == 123 || c == 91) { // < { [
      depth++;
    } else if (c == 62 || c == 125 || c == 93 || c == CLOSING) { // > } ]
      depth--;
    } else if (c == DOT) {
      afterDot = i + 1;
    } else if (c == OPENING) {
      // "net/http.(*Client).Do" and "(anonymous namespace)::f" are no argument lists
      if (depth == 0 && afterDot != i && !isAnonymous(at + i, length - i)) return name(scratch, i);
      depth++;
    }
  }
  return name(scratch, length);
}

/** "(anonymous namespace)" */
function isAnonymous(at: usize, length: i32): bool {
  return length >= 21 && load<u64>(at) == 0x6f6d796e6f6e6128 && load<u64>(at, 8) == 0x73656d616e207375 &&
    load<u64>(at, 13) == 0x296563617073656d;
}

// ---- order ---------------------------------------------------------------------------------------

/** -1, 0 or 1: names by their bytes, all of them unsigned. */
function compare(a: i32, b: i32): i32 {
  const lengthA = lengthOf(a);
  const lengthB = lengthOf(b);
  const shared = min(lengthA, lengthB);
  let atA = textOf(a);
  let atB = textOf(b);
  for (let i = 0; i < shared; i += 8, atA += 8, atB += 8) {
    const kept = shared - i >= 8 ? u64.MAX_VALUE : u64.MAX_VALUE << (64 - (<u64>(shared - i) << 3));
    const wordA = bswap<u64>(load<u64>(atA)) & kept;
    const wordB = bswap<u64>(load<u64>(atB)) & kept;
    if (wordA != wordB) return wordA < wordB ? -1 : 1;
  }
  return lengthA < lengthB ? -1 : lengthA > lengthB ? 1 : 0;
}

/** All names' ids in order, by merging. */
function sorted(): usize {
  const count = names.count;
  let from = heap.alloc(<usize>count << 2);
  let to = heap.alloc(<usize>count << 2);
  for (let id = 0; id < count; id++) store<i32>(from + (<usize>id << 2), id);
  for (let width = 1; width < count; width <<= 1) {
    for (let begin = 0; begin < count; begin += 2 * width) {
      const middle = min(begin + width, count);
      const end = min(begin + 2 * width, count);
      let a = begin;
      let b = middle;
      for (let i = begin; i < end; i++) {
        const first = a < middle &&
          (b >= end || compare(load<i32>(from + (<usize>a << 2)), load<i32>(from + (<usize>b << 2))) < 0);
        store<i32>(to + (<usize>i << 2), load<i32>(from + (<usize>(first ? a++ : b++) << 2)));
      }
    }
    const swap = from;
    from = to;
    to = swap;
  }
  heap.free(to);
  return from;
}

/** Whether `longer` goes on behind all of `name` with what comes before a semicolon. */
function goesOn(name: i32, longer: i32): bool {
  const length = lengthOf(name);
  if (lengthOf(longer) <= length || load<u8>(textOf(longer) + length) >= SEMICOLON) return false;
  return memory.compare(textOf(name), textOf(longer), length) == 0;
}

/** Where the texts 2 * id ("a") and 2 * id + 1 ("a;") of names stand in bytewise order, as `textsInOrder` in ../fold.ts. */
export function textRanks(): usize {
  const count = names.count;
  const byName = sorted();
  const ranks = heap.alloc(<usize>count << 3);
  // names whose "a;" comes later: behind names that go on with what is less than a semicolon
  const waiting = heap.alloc(<usize>count << 2);
  let waits = 0;
  let rank = 0;
  for (let i = 0; i <= count; i++) {
    const next = i < count ? load<i32>(byName + (<usize>i << 2)) : -1;
    while (waits > 0) {
      const last = load<i32>(waiting + (<usize>(waits - 1) << 2));
      if (next >= 0 && goesOn(last, next)) break;
      store<i32>(ranks + (<usize>last << 3), rank++, 4);
      waits--;
    }
    if (next < 0) break;
    store<i32>(ranks + (<usize>next << 3), rank++);
    store<i32>(waiting + (<usize>(waits++) << 2), next);
  }
  return ranks;
}
