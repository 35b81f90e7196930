// Sample lines: "comm pid/tid [cpu] 1234.567890123: period event: ". A form is what stays the same from
// sample to sample: comm and what follows the period.
import { endOfLine } from './frame-line';
import { CLOSING, COLON, difference64, DOT, digits64, grown, hashOf, hexDigits, mask64, OPENING as OPENING_PARENTHESIS, SLASH, SPACE } from './memory';
import { NONE, Texts } from './texts';

/**
 * A sample line of a form seen for the first time. Positions are of the time stamp, of the period (of each 0, 0 where
 * there is none) and of what follows the event (0 where nothing does). Returns its form's id; -1: not regular.
 */
@external("env", "newForm")
declare function newForm(
  at: usize, length: i32, time: usize, timeEnd: usize, period: usize, periodEnd: usize, rest: usize,
): i32;

const OPENING: u8 = 91;
const BAR: u8 = 124;
const ENDING: u8 = 93;
const COLON_BLANK: u16 = <u16>SPACE << 8 | <u16>COLON;
const MOST_FORMS: i32 = 1 << 16;
/** A line without a time is a form of its own. */
const LONGEST_UNTIMED: i32 = 512;
/** Where periods differ nearly every line would be one. */
const MOST_UNTIMED: i32 = 1 << 12;
const UNTIMED: u64 = 256;
/** The part of a line in which the time must begin and end; a longer comm is not regular. */
const WINDOW: i32 = 64;
/** "[000]" before the time; a pid and a tid before that; an ip behind the event, or a tracepoint's text. */
const WITH_CPU: u64 = 16;
const WITH_IDS: u64 = 32;
const FLAT: u64 = 64;
const TRACE: u64 = 128;
/** " %16llx ": a flat sample's ip with the blank before it. */
const IP_WIDTH: i32 = 17;
/** A shorter number needs a dso behind it to be an ip. */
const SURE_IP: i32 = 5;

const forms = new Texts();

/** Whether process and thread id make tasks differ. */
let byThread: bool = false;
export function tellThreadsApart(yes: bool): void { byThread = yes; }

/** Of a sample without a time. */
export const NO_TIME: u64 = u64.MAX_VALUE;
/** Set by `formOf`: the period, -1 where none is printed; the time in nanoseconds. */
let period: f64 = 0;
let time: u64 = 0;
@inline
export function lastPeriod(): f64 { return period; }
@inline
export function lastTime(): u64 { return time; }

/** The number that 1 to 8 digits say; the first one stands at `at`. */
@inline
function number8(at: usize, digits: i32): u64 {
  // the digits move to the end, zeros stand before them; then pairs, fours and eights are added up at once
  let v = (load<u64>(at) - 0x3030303030303030) << (<u64>(8 - digits) << 3);
  v = v * 10 + (v >> 8);
  return (((v & 0x000000ff000000ff) * 0x000f424000000064) + (((v >> 16) & 0x000000ff000000ff) * 0x0000271000000001)) >> 32;
}

/** The number that 1 to 16 digits say. */
@inline
function number16(at: usize, digits: i32): u64 {
  if (digits <= 8) return number8(at, digits);
  return number8(at, digits - 8) * 100000000 + number8(at + <usize>(digits - 8), 8);
}

/** How many of a mask's lowest bits are set. */
@inline
function run(mask: u64): i32 { return <i32>ctz(~mask); }

/** Where the run of set bits begins that ends below bit `end`; `end` where there is none. */
@inline
function runBefore(mask: u64, end: i32): i32 {
  return 64 - <i32>clz(~mask & ((<u64>1 << <u64>end) - 1));
}

// ---- lines that lie as an earlier one did ------------------------------------------------------------

/** Bytes of a line that can be kept, newline included. */
const LONGEST: i32 = 80;
/** Where a layout's line stands in it, and how many layouts there are, of 128 bytes each. */
const TEXT: usize = 48;
const LAYOUTS: i32 = 1 << 7;

/**
 * A line as it was, up to its event's colon where something follows; one that lies like it differs from it in digits of its
 * ids, its time and its period only.
 */
@unmanaged
class Layout {
  /** Which of the first 64 bytes may be other digits. */
  free: u64;
  form: i32;
  /** Bytes that are kept; 0: none are. */
  length: i32;
  begin: i32;
  dot: i32;
  timeEnd: i32;
  periodAt: i32;
  periodEnd: i32;
  /** What follows the event. */
  kind: u64;
}

const layouts: usize = heap.alloc(<usize>LAYOUTS << 7);
memory.fill(layouts, 0, <usize>LAYOUTS << 7);
let lineLength: i32 = 0;
/** Bytes of the line that `formAsBefore` found, newline included. */
@inline
export function lengthOfLine(): i32 { return lineLength; }

/** Where the layout of lines like this one is kept: of one comm, and with digits at the same places up to the last ": ". */
@inline
function layoutFor(at: usize, digits: u64): usize {
  const colons = mask64(at, COLON) & (mask64(at, SPACE) >> 1);
  const before = colons == 0 ? 0 : u64.MAX_VALUE >> <u64>clz(colons);
  return layouts + (<usize>(((load<u64>(at) ^ (digits & before)) * 0x9e3779b97f4a7c15) >> 57) << 7);
}

/** The form of the line at `at`, if it lies as an earlier one did; -1 if it does not. */
@inline
export function formAsBefore(at: usize, end: usize): i32 {
  const digits = digits64(at);
  const place = layoutFor(at, digits);
  const layout = changetype<Layout>(place);
  const length = layout.length;
  if (length == 0 || (digits & layout.free) != layout.free || at + length > end) return -1;
  const differ = difference64(at, place + TEXT) & ~layout.free;
  if (length < 64) {
    if (differ << <u64>(64 - length) != 0) return -1;
  } else {
    const behind = i8x16.bitmask(i8x16.ne(v128.load(at, 64), v128.load(place, TEXT + 64)));
    if (differ != 0 || (behind & ((1 << (length - 64)) - 1)) != 0) return -1;
  }
  rest = 0;
  kind = layout.kind;
  lineLength = length;
  if (kind != 0) {
    const eol = endOfLine(at + length, end);
    if (eol == 0 || kindOfRest(at + length, eol) != kind) return -1;
    lineLength = <i32>(eol + 1 - at);
  }
  time = timeAt(at + layout.begin, at + layout.dot, at + layout.timeEnd);
  const count = layout.periodEnd - layout.periodAt;
  period = count == 0 ? -1 : <f64>number16(at + layout.periodAt, count);
  return layout.form;
}

/** Keeps a line's first `length` bytes. */
function keepLayout(
  at: usize, length: i32, form: i32, taskEnd: i32, begin: i32, dot: i32, timeEnd: i32, periodAt: i32, periodEnd: i32,
): void {
  if (length > LONGEST || periodEnd > 64) return;
  const digits = digits64(at);
  const place = layoutFor(at, digits);
  const layout = changetype<Layout>(place);
  layout.free = digits & (between(taskEnd, timeEnd) | between(periodAt, periodEnd));
  layout.form = form;
  layout.length = length;
  layout.begin = begin;
  layout.dot = dot;
  layout.timeEnd = timeEnd;
  layout.periodAt = periodAt;
  layout.periodEnd = periodEnd;
  layout.kind = kind;
  memory.copy(place + TEXT, at, LONGEST);
}

/** Bits from `from` on below `to`, of 64 at most. */
@inline
function between(from: i32, to: i32): u64 {
  return to <= from ? 0 : (u64.MAX_VALUE >> <u64>(64 - (to - from))) << <u64>from;
}

@inline
function timeAt(begin: usize, dot: usize, end: usize): u64 {
  return number16(begin, <i32>(dot - begin)) * 1000000000 +
    (end - dot == 10 ? number16(dot + 1, 9) : number8(dot + 1, 6) * 1000);
}

// ---- any line ------------------------------------------------------------------------------------------

/** Set by `formOf` and `formAsBefore`: what follows the event (FLAT, TRACE, or 0: nothing), where it begins, an ip's digits. */
let kind: u64 = 0;
let rest: usize = 0;
let ipWidth: i32 = 0;
@inline
export function isFlat(): bool { return kind == FLAT; }
@inline
export function isTrace(): bool { return kind == TRACE; }
export function ipAt(): usize { return rest; }
export function ipDigits(): i32 { return ipWidth; }

/** Where the event ends that begins at `at`, if something that is known follows; 0 if not. Sets `kind`. */
function eventBefore(at: usize, eol: usize): usize {
  const blanks = mask64(at, SPACE);
  const end = at + <usize>ctz(blanks);
  kind = blanks != 0 && end >= at + 2 && end < eol && load<u8>(end - 1) == COLON ? kindOfRest(end, eol) : 0;
  return kind == 0 ? 0 : end;
}

/** What follows an event's colon, from `at` on; 0: nothing, or what the line reader has to look at. */
function kindOfRest(at: usize, eol: usize): u64 {
  rest = at;
  while (load<u8>(rest) == SPACE) rest++;
  if (rest >= eol) return 0;
  const digits = hexDigits(rest);
  if (digits > 0 && load<u8>(rest + digits) == SPACE) return isIp(at, digits, eol) ? FLAT : 0;
  // nothing that could be a number alone, nor a colon that could be an event's
  return digits < 16 && rest + digits < eol && load<u8>(eol - 1) > SPACE && !hasColon(rest, eol) ? TRACE : 0;
}

function hasColon(at: usize, end: usize): bool {
  let p = at;
  for (; p + 64 < end; p += 64) if (mask64(p, COLON) != 0) return true;
  return mask64(p, COLON) << <u64>(64 - (end - p)) != 0;
}

/** Whether a number of so many digits at `rest` is a flat sample's ip. */
function isIp(at: usize, width: i32, eol: usize): bool {
  const symbol = rest + width + 1;
  if (load<u8>(eol - 1) != CLOSING || symbol > eol) return false;
  // in its column, and with a symbol behind it: two numbers would be a data address and an ip
  const second = hexDigits(symbol);
  if (<i32>(rest - at) < IP_WIDTH - width || load<u8>(symbol) <= SPACE) return false;
  if (second >= 4 && load<u8>(symbol + second) == SPACE) return false;
  // a data source
  if (load<u8>(symbol) == BAR) return false;
  // "()" and "(inlined)" name no dso
  if (width < SURE_IP && (load<u8>(eol - 2) == OPENING_PARENTHESIS || load<u64>(eol - 8) == 0x2964656e696c6e69)) return false;
  ipWidth = width;
  return true;
}

/** The id of a sample line's form; -1 where it is not regular. */
export function formOf(at: usize, eol: usize): i32 {
  const digit = digits64(at);
  // the first "1234.567890:" is the time; the form's first line settles whether it is
  let dots = mask64(at, DOT) & (digit << 1) & (digit >> 1);
  let dot = 0;
  let timeEnd: i32 = 0;
  while (dots != 0) {
    dot = <i32>ctz(dots);
    const decimals = run(digit >> <u64>(dot + 1));
    timeEnd = dot + 1 + decimals;
    if ((decimals == 9 || decimals == 6) && load<u16>(at + timeEnd) == COLON_BLANK) break;
    dots &= dots - 1;
  }
  if (dots == 0) return untimedForm(at, eol);
  if (timeEnd > WINDOW - 2 || at + timeEnd > eol) return -1;
  const begin = runBefore(digit, dot);
  const whole = dot - begin;
  if (begin == 0 || whole > 9 || load<u8>(at + begin - 1) != SPACE) return -1;
  time = timeAt(at + begin, at + dot, at + timeEnd);
  // the period, where a number and a blank follow
  let p = at + timeEnd + 1;
  while (load<u8>(p) == SPACE) p++;
  let periodAt: usize = 0;
  let periodEnd: usize = 0;
  const count = run(digits64(p));
  if (count > 0 && load<u8>(p + count) == SPACE) {
    // more digits than a double holds exactly
    if (count > 15) return -1;
    periodAt = p;
    periodEnd = p + count;
    period = <f64>number16(p, count);
    p = periodEnd;
    while (load<u8>(p) == SPACE) p++;
  } else {
    period = -1;
  }
  if (p > eol) return -1;
  // the task: "comm pid/tid [cpu] " from its end; where that does not fit, or ids matter, all of it
  let taskEnd = begin;
  const plain: u64 = periodAt == 0 ? 4 : 5;
  const event = eventBefore(p, eol);
  let seed = plain;
  if (!byThread) {
    const blank = mask64(at, SPACE);
    let r = runBefore(blank, begin);
    if (r > 0 && load<u8>(at + r - 1) == ENDING) {
      const s = runBefore(digit, r - 1);
      if (s > 0 && s < r - 1 && load<u8>(at + s - 1) == OPENING) r = runBefore(blank, s - 1);
      seed += WITH_CPU;
    }
    const tidEnd = r;
    r = runBefore(digit, r);
    if (r > 0 && r < tidEnd && load<u8>(at + r - 1) == SLASH) {
      const pidEnd = r - 1;
      r = runBefore(digit, pidEnd);
      if (r > 0 && r < pidEnd && load<u8>(at + r - 1) == SPACE) {
        const commEnd = runBefore(blank, r);
        // ids wide enough to be something else are none
        if (commEnd > 0 && tidEnd - r < 24) {
          taskEnd = commEnd;
          seed += WITH_IDS;
        }
      }
    }
    if (taskEnd == begin) seed = plain;
  }
  seed += kind;
  const restLength = <i32>((kind != 0 ? event : eol) - p);
  const hash = hashOf(hashOf(seed, at, taskEnd), p, restLength);
  const known = forms.find(hash, at, taskEnd, p, restLength);
  const form = known != NONE
    ? known
    : newlySeen(hash, at, taskEnd, p, restLength, eol, at + begin, at + timeEnd, periodAt, periodEnd);
  if (form >= 0)
    keepLayout(
      at, kind != 0 ? <i32>(event - at) : <i32>(eol - at) + 1, form, taskEnd, begin, dot, timeEnd,
      periodAt == 0 ? 0 : <i32>(periodAt - at), periodAt == 0 ? 0 : <i32>(periodEnd - at),
    );
  return form;
}

/** Periods of forms without a time, 8 bytes each. */
let untimedPeriods: usize = heap.alloc(8 << 6);
let untimedRoom: i32 = 1 << 6;
let untimedCount: i32 = 0;

export function setUntimedPeriod(form: i32, value: f64): void {
  while (form >= untimedRoom) {
    untimedPeriods = grown(untimedPeriods, <usize>untimedRoom << 3);
    untimedRoom *= 2;
  }
  store<f64>(untimedPeriods + (<usize>form << 3), value);
}

/** The form of a line in which nothing looks like a time: all that it says belongs to it, its period too. */
function untimedForm(at: usize, eol: usize): i32 {
  const length = <i32>(eol - at);
  if (length > LONGEST_UNTIMED) return -1;
  time = NO_TIME;
  period = -1;
  kind = 0;
  const hash = hashOf(UNTIMED, at, length);
  const known = forms.find(hash, at, length, eol, 0);
  if (known == NONE && ++untimedCount > MOST_UNTIMED) return -1;
  const form = known != NONE ? known : newlySeen(hash, at, length, eol, 0, eol, 0, 0, 0, 0);
  if (form >= 0) period = load<f64>(untimedPeriods + (<usize>form << 3));
  return form;
}

function newlySeen(
  hash: u64, at: usize, taskEnd: i32, event: usize, eventLength: i32, eol: usize,
  begin: usize, timeEnd: usize, periodAt: usize, periodEnd: usize,
): i32 {
  // lines that are all of their own form would fill the memory
  if (forms.count >= MOST_FORMS) return -1;
  const id = newForm(at, <i32>(eol - at), begin, timeEnd, periodAt, periodEnd, kind == 0 ? 0 : rest);
  forms.add(hash, at, taskEnd, event, eventLength, id);
  return id;
}
