// Frame lines: "\t%16llx symbol+0xoffset (dso)" (tools/perf/util/evsel_fprintf.c).
import { CLOSING, COLON, CR, hashOf, hexDigits, isHex, mask64, mix, NEWLINE, OPENING, PLUS, same, sameLong, SPACE, TAB } from './memory';
import { frame, frameLike, text } from './names';
import {
  addRecord, findLine, findRecord, firstLengthOf, follow, idOf, kindOf, mostBytesOf, nextOf, OF_KERNEL, OF_PROGRAM,
  secondLengthOf, secondOf, textOf, WHOLE,
} from './records';

/** A frame line seen for the first time that is not plain: its bytes, to be parsed. Returns its frame id; -1: not a frame. */
@external("env", "newFrame")
declare function newFrame(at: usize, length: i32): i32;

/** What the functions below give for a line that is not regular, and for one that does not end. */
export const IRREGULAR: i32 = -1;
export const UNENDED: i32 = -2;
/** A line with an address: the tab, 16 characters, a blank, a newline. */
const SHORTEST: usize = 19;

/** 0: frames differ by symbol and dso. 1: by address too where they are the kernel's. 2: all by their whole line. */
let addresses: i32 = 1;
export function tellAddressesApart(mode: i32): void { addresses = mode; }

/** Behind the last line's newline. */
let after: usize = 0;
@inline
export function afterLine(): usize { return after; }

/** The last line's record; 0 where it has none. */
let current: u32 = 0;
export function startCallchain(): void { current = 0; }

let plus: usize = 0;

/** Where the line ends that goes on at `at`; 0 where it does not within `end`. Sets `plus` to its last '+', 0 where it has none. */
@inline
export function endOfLine(at: usize, end: usize): usize {
  let found: usize = 0;
  plus = 0;
  let p = at;
  while (p < end) {
    const newlines = mask64(p, NEWLINE);
    let pluses = mask64(p, PLUS);
    if (newlines != 0) {
      pluses &= (newlines & (0 - newlines)) - 1;
      if (pluses != 0) plus = p + 63 - <usize>clz(pluses);
      found = p + <usize>ctz(newlines);
      break;
    }
    if (pluses != 0) plus = p + 63 - <usize>clz(pluses);
    p += 64;
  }
  return found < end ? found : 0;
}

/** Digits of the address at `at`, of a width of 16, blanks before them; 0 where it is none. */
@inline
function addressWidth(at: usize): i32 {
  const bytes = v128.load(at);
  const digit = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(48)), i8x16.splat(10));
  const letter = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(97)), i8x16.splat(6));
  const hex = i8x16.bitmask(v128.or(digit, letter));
  const blank = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(SPACE)));
  // blanks are the low bits, and digits all others
  return (hex ^ blank) == 0xffff && (blank & (blank + 1)) == 0 ? popcnt(hex) : 0;
}

/** Whether the line at `at` is a record's once more. Sets `afterLine`. */
@inline
function isAgain(record: u32, at: usize, end: usize): bool {
  if (at + <usize>mostBytesOf(record) > end) return false;
  const kind = kindOf(record);
  if (kind == WHOLE) {
    const length = firstLengthOf(record);
    after = at + length;
    return sameLong(at, textOf(record), length);
  }
  const width = load<u8>(at) == TAB && load<u8>(at + 17) == SPACE ? addressWidth(at + 1) : 0;
  return width != 0 && (width == 16) == (kind == OF_KERNEL) && isNamed(record, at + 18);
}

/** Whether symbol, offset and dso at `symbol` are a record's. Sets `afterLine`. */
@inline
function isNamed(record: u32, symbol: usize): bool {
  const first = firstLengthOf(record);
  if (!same(symbol, textOf(record), first)) return false;
  let p = symbol + first;
  const second = secondLengthOf(record);
  if (second != 0) {
    const digits = hexDigits(p);
    if (digits == 0) return false;
    p += digits;
    if (!same(p, secondOf(record), second)) return false;
    p += second;
  }
  after = p;
  return true;
}

/** The frame id of the line at `at`; IRREGULAR or UNENDED where there is none. Sets `afterLine`. */
@inline
export function frameOf(at: usize, end: usize): i32 {
  const record = current == 0 ? 0 : nextOf(current);
  if (record == 0 || !isAgain(record, at, end)) return otherFrame(at, end);
  current = record;
  return idOf(record);
}

function otherFrame(at: usize, end: usize): i32 {
  const width = load<u8>(at) == TAB && at + SHORTEST <= end && load<u8>(at + 17) == SPACE ? addressWidth(at + 1) : 0;
  if (width == 0) return oddFrame(at, end);
  const kernel = width == 16;
  const matters = addresses == 2 || (addresses == 1 && kernel);
  const record = matters ? ofItsAddress(at, width, end) : ofItsName(at, width, end);
  if (record == 0) return failed;
  if (current != 0) follow(current, record);
  current = record;
  return idOf(record);
}

/** Why there is no record: IRREGULAR or UNENDED. */
let failed: i32 = IRREGULAR;

/** The end of the line whose symbol is at `symbol`; 0 where it has none, or one that is not regular. Sets `afterLine`. */
@inline
function regularEnd(symbol: usize, end: usize): usize {
  const eol = endOfLine(symbol, end);
  failed = eol == 0 ? UNENDED : IRREGULAR;
  if (eol == 0 || load<u8>(eol - 1) == CR) return 0;
  after = eol + 1;
  return eol;
}

/** The record of a line whose address matters. That tells nearly all lines apart: where one ends need not be known. */
@inline
function ofItsAddress(at: usize, width: i32, end: usize): u32 {
  const hash = mix(load<u64>(at, 1), load<u64>(at, 9));
  const known = findLine(hash, at, end);
  if (known != 0) {
    after = at + firstLengthOf(known);
    return known;
  }
  const eol = regularEnd(at + 18, end);
  if (eol == 0) return 0;
  const digits = at + 17 - width;
  const named = byName(digits, at + 18, eol, width == 16 ? OF_KERNEL : OF_PROGRAM);
  const id = idOf(named) < 0 ? idOf(named) : ofAddress(named, digits, width, at + 18, eol);
  const length = <i32>(eol - at) + 1;
  return addRecord(WHOLE, hash, at, length, eol, 0, id, length);
}

/** Of symbols that begin alike, by their first 16 bytes: the record asked for last. */
const ALIKE: usize = 1 << 12;
const alike: usize = heap.alloc(ALIKE << 2);
memory.fill(alike, 0, ALIKE << 2);

/** The record of a line whose address does not matter. */
@inline
function ofItsName(at: usize, width: i32, end: usize): u32 {
  const symbol = at + 18;
  const kind = width == 16 ? OF_KERNEL : OF_PROGRAM;
  const slot = alike + ((<usize>(mix(load<u64>(symbol), load<u64>(symbol, 8)) >> 20) & (ALIKE - 1)) << 2);
  const known = load<u32>(slot);
  if (
    known != 0 && kindOf(known) == kind && at + <usize>mostBytesOf(known) <= end && isNamed(known, symbol)
  ) return known;
  const eol = regularEnd(symbol, end);
  if (eol == 0) return 0;
  const named = byName(at + 17 - width, symbol, eol, kind);
  store<u32>(slot, named);
  return named;
}

/** The frame of a line that has the name of `named`, its own address, and its own offset where it has one. */
function ofAddress(named: u32, digits: usize, width: i32, symbol: usize, eol: usize): i32 {
  const address = hexNumber(digits, width);
  let offset: f64 = -1;
  if (secondLengthOf(named) != 0) {
    const at = symbol + firstLengthOf(named);
    offset = exactOffset(at, <i32>(eol + 1 - secondLengthOf(named) - at));
  } else if (plus != 0) {
    // what may be an offset without a dso behind it is the parser's business
    return newFrame(digits, <i32>(eol - digits));
  }
  return frameLike(idOf(named), <u32>(address >> 32), <u32>address, offset);
}

/** Of 2^53 and more an offset says nothing, as in ../frame-line.ts. */
function exactOffset(at: usize, digits: i32): f64 {
  const value = hexNumber(at, digits);
  return value < 9007199254740992 ? <f64>value : -1;
}

function hexNumber(at: usize, digits: i32): u64 {
  let value: u64 = 0;
  for (let i = 0; i < digits; i++) {
    const byte = <u64>load<u8>(at + i);
    value = (value << 4) | (byte < 58 ? byte - 48 : byte - 87);
  }
  return value;
}

/** The record of a frame's symbol and dso. The address begins at `at` (without blanks), the symbol at `symbol`. */
function byName(at: usize, symbol: usize, eol: usize, kind: i32): u32 {
  // the newline belongs to the text, so that one comparison finds the line's end too
  let a = eol + 1;
  let b = a;
  // an offset is no part of the name: "+0x1f (" with a dso behind it, which may hold a '+' of its own
  let p = load<u8>(eol - 1) == CLOSING ? plus : 0;
  while (p > symbol) {
    if (load<u16>(p + 1) == 0x7830) {
      const digits = hexDigits(p + 3);
      if (digits > 0 && load<u16>(p + 3 + digits) == 0x2820) {
        a = p + 3;
        b = a + digits;
        break;
      }
    }
    do p--; while (p > symbol && load<u8>(p) != PLUS);
  }
  const first = <i32>(a - symbol);
  const second = <i32>(eol + 1 - b);
  // of what stands behind the symbol the length is enough: it is compared all the same
  const hash = hashOf(<u64>(kind << 16 | second), symbol, first);
  const known = findRecord(kind, hash, symbol, first, b, second);
  return known != 0
    ? known
    : addRecord(kind, hash, symbol, first, b, second, seenFirst(at, symbol, a, b, eol), 18 + first + 16 + second);
}

/**
 * The frame of a line whose name was not seen before. What `parseFrameLine` (../frame-line.ts) would make of a plain
 * one is found here, of others there. The address stands at `at`, the symbol at `symbol`; the digits of an offset from
 * `a` to `b`, which lie behind the line where it has none.
 */
function seenFirst(at: usize, symbol: usize, a: usize, b: usize, eol: usize): i32 {
  let symbolEnd = a - 3;
  let dsoBegin = b + 2;
  let offset: f64 = -1;
  let isPlain = load<u8>(symbol) > SPACE && isAscii(symbol, eol);
  if (a <= eol) {
    offset = exactOffset(a, <i32>(b - a));
  } else if (plus != 0) {
    isPlain = false;
  } else if (load<u8>(eol - 1) == CLOSING) {
    dsoBegin = eol - 1;
    while (dsoBegin > symbol && load<u8>(dsoBegin - 1) != OPENING && load<u8>(dsoBegin - 1) != CLOSING) dsoBegin--;
    symbolEnd = dsoBegin - 2;
    isPlain = isPlain && symbolEnd > symbol && load<u8>(dsoBegin - 1) == OPENING && load<u8>(symbolEnd) == SPACE &&
      load<u8>(symbolEnd - 1) > SPACE;
  } else {
    symbolEnd = dsoBegin = eol;
    isPlain = isPlain && load<u8>(eol - 1) > SPACE;
  }
  const dsoLength = dsoBegin == eol ? 0 : <i32>(eol - 1 - dsoBegin);
  // "inlined"
  if (!isPlain || (dsoLength == 7 && load<u32>(dsoBegin) == 0x696c6e69)) return newFrame(at, <i32>(eol - at));
  let width = 0;
  while (load<u8>(at + width) != SPACE) width++;
  const address = hexNumber(at, width);
  return frame(
    <u32>(address >> 32), <u32>address, text(symbol, <i32>(symbolEnd - symbol)), offset, text(dsoBegin, dsoLength), 0,
  );
}

/** Whether bytes are characters. */
function isAscii(at: usize, end: usize): bool {
  let p = at;
  for (; p + 16 <= end; p += 16) if (i8x16.bitmask(v128.load(p)) != 0) return false;
  return (i8x16.bitmask(v128.load(p)) & ((1 << <i32>(end - p)) - 1)) == 0;
}

/** The frame of a flat sample: its ip of so many digits at `at`; -1 where it is none. */
export function flatFrame(at: usize, width: i32, end: usize): i32 {
  const symbol = at + width + 1;
  // for its last '+'
  const eol = endOfLine(symbol, end);
  const kernel = width == 16;
  const named = byName(at, symbol, eol, kernel ? OF_KERNEL : OF_PROGRAM);
  const matters = addresses == 2 || (addresses == 1 && kernel);
  return matters && idOf(named) >= 0 ? ofAddress(named, at, width, symbol, eol) : idOf(named);
}

/** Whether a line ends with a colon or a digit, blanks aside, as sample lines do. */
function endsLikeSample(at: usize, eol: usize): bool {
  let last = eol - 1;
  while (last > at && load<u8>(last) == SPACE) last--;
  const byte = load<u8>(last);
  return byte >= 48 && byte <= COLON;
}

/** A line that is not as perf prints it, and a frame all the same. */
function oddFrame(at: usize, end: usize): i32 {
  const indent = load<u8>(at);
  if (indent != TAB && indent != SPACE) return IRREGULAR;
  let text = at + 1;
  while (load<u8>(text) == SPACE || load<u8>(text) == TAB) text++;
  // two blanks begin a source line
  if (indent == SPACE && text - at == 2) return IRREGULAR;
  const eol = endOfLine(text, end);
  if (eol == 0) return UNENDED;
  if (eol == text || load<u8>(eol - 1) == CR) return IRREGULAR;
  // what may be a sample's line
  if (indent == SPACE && endsLikeSample(text, eol)) return IRREGULAR;
  after = eol + 1;
  let symbol = text;
  while (isHex(load<u8>(symbol)) && symbol < text + 16) symbol++;
  const width = <i32>(symbol - text);
  if (width == 0 || load<u8>(symbol) != SPACE || symbol >= eol) return IRREGULAR;
  const kernel = width == 16;
  current = 0;
  if (addresses == 0 || (addresses == 1 && !kernel))
    return idOf(byName(text, symbol + 1, eol, kernel ? OF_KERNEL : OF_PROGRAM));
  const length = <i32>(eol + 1 - text);
  const hash = hashOf(WHOLE, text, length);
  const known = findRecord(WHOLE, hash, text, length, eol, 0);
  return known != 0
    ? idOf(known)
    : idOf(addRecord(WHOLE, hash, text, length, eol, 0, newFrame(text, length - 1), length));
}
