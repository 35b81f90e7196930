// Sample lines: "comm pid/tid [cpu] 1234.567890123: period event: ". A form is what stays the same from
// sample to sample: comm and what follows the period.
import { COLON, DOT, digits64, hashOf, mask64, SLASH, SPACE } from './memory';
import { NONE, Texts } from './texts';

/**
 * A sample line of a form seen for the first time. Positions are of the time stamp and of the period
 * (0, 0 where there is none). Returns its form's id; -1: not regular.
 */
@external("env", "newForm")
declare function newForm(
  at: usize, length: i32, time: usize, timeEnd: usize, period: usize, periodEnd: usize,
): i32;

const OPENING: u8 = 91;
const ENDING: u8 = 93;
const COLON_BLANK: u16 = <u16>SPACE << 8 | <u16>COLON;
const MOST_FORMS: i32 = 1 << 16;
/** The part of a line in which the time must begin and end; a longer comm is not regular. */
const WINDOW: i32 = 64;
/** "[000]" before the time; a pid and a tid before that. */
const WITH_CPU: u64 = 16;
const WITH_IDS: u64 = 32;

const forms = new Texts();

/** Whether process and thread id make tasks differ. */
let byThread: bool = false;
export function tellThreadsApart(yes: bool): void { byThread = yes; }

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
  if (dots == 0 || timeEnd > WINDOW - 2 || at + timeEnd > eol) return -1;
  const begin = runBefore(digit, dot);
  const whole = dot - begin;
  if (begin == 0 || whole > 9 || load<u8>(at + begin - 1) != SPACE) return -1;
  time = number16(at + begin, whole) * 1000000000 +
    (timeEnd - dot == 10 ? number16(at + dot + 1, 9) : number8(at + dot + 1, 6) * 1000);
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
  const restLength = <i32>(eol - p);
  const hash = hashOf(hashOf(seed, at, taskEnd), p, restLength);
  const known = forms.find(hash, at, taskEnd, p, restLength);
  return known != NONE
    ? known
    : newlySeen(hash, at, taskEnd, p, eol, at + begin, at + timeEnd, periodAt, periodEnd);
}

function newlySeen(
  hash: u64, at: usize, taskEnd: i32, rest: usize, eol: usize,
  begin: usize, timeEnd: usize, periodAt: usize, periodEnd: usize,
): i32 {
  // lines that are all of their own form would fill the memory
  if (forms.count >= MOST_FORMS) return -1;
  const id = newForm(at, <i32>(eol - at), begin, timeEnd, periodAt, periodEnd);
  forms.add(hash, at, taskEnd, rest, <i32>(eol - rest), id);
  return id;
}
