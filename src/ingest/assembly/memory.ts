// Raw memory: copies, comparisons and hashes of bytes. Loads may reach 16 bytes beyond what they ask for:
// every text lies in memory with so much room behind it.

/** `count` 32-bit slots, all -1. */
export function filled(count: i32): usize {
  const at = heap.alloc(<usize>count << 2);
  memory.fill(at, 0xff, <usize>count << 2);
  return at;
}

/** The same memory of twice the size, where it is or elsewhere. */
export function grown(from: usize, size: usize): usize {
  return heap.realloc(from, size * 2);
}

@inline
export function tail(at: usize, length: i32): u64 {
  return length == 0 ? 0 : load<u64>(at) & (u64.MAX_VALUE >> (64 - (<u64>length << 3)));
}

@inline
export function same(a: usize, b: usize, length: i32): bool {
  if (length >= 16) {
    const last = length - 16;
    for (let i = 0; i < last; i += 16)
      if (v128.any_true(v128.xor(v128.load(a + i), v128.load(b + i)))) return false;
    // vectors may overlap
    return !v128.any_true(v128.xor(v128.load(a + last), v128.load(b + last)));
  }
  if (length >= 8)
    return ((load<u64>(a) ^ load<u64>(b)) | (load<u64>(a + length - 8) ^ load<u64>(b + length - 8))) == 0;
  return tail(a, length) == tail(b, length);
}

/** Of 18 bytes and more, and up to 64 at once: vectors that overlap. */
@inline
export function sameLong(a: usize, b: usize, length: i32): bool {
  const end = length - 16;
  let differ = v128.or(
    v128.xor(v128.load(a), v128.load(b)),
    v128.xor(v128.load(a + end), v128.load(b + end)),
  );
  if (length > 32) {
    const later = end - 16;
    differ = v128.or(
      differ,
      v128.or(
        v128.xor(v128.load(a, 16), v128.load(b, 16)),
        v128.xor(v128.load(a + later), v128.load(b + later)),
      ),
    );
    for (let i = 32; i < later; i += 16)
      differ = v128.or(differ, v128.xor(v128.load(a + i), v128.load(b + i)));
  }
  return !v128.any_true(differ);
}

/** Of the 64 bytes at `a` and `b`, the first in the lowest bit: which differ. */
@inline
export function difference64(a: usize, b: usize): u64 {
  const m0 = <u64>i8x16.bitmask(i8x16.ne(v128.load(a), v128.load(b)));
  const m1 = <u64>i8x16.bitmask(i8x16.ne(v128.load(a, 16), v128.load(b, 16)));
  const m2 = <u64>i8x16.bitmask(i8x16.ne(v128.load(a, 32), v128.load(b, 32)));
  const m3 = <u64>i8x16.bitmask(i8x16.ne(v128.load(a, 48), v128.load(b, 48)));
  return m0 | (m1 << 16) | (m2 << 32) | (m3 << 48);
}

const FACTOR: u64 = 0x9e3779b97f4a7c15;

@inline
export function mix(hash: u64, word: u64): u64 {
  const product = (hash ^ word) * FACTOR;
  return product ^ (product >> 29);
}

const OTHER: u64 = 0xc2b2ae3d27d4eb4f;

/** Of any number of bytes; two lanes, since a multiplication waits for the one before. */
@inline
export function hashOf(seed: u64, at: usize, length: i32): u64 {
  let one = mix(seed, <u64>length);
  let two = seed;
  let left = length;
  while (left >= 16) {
    one = mix(one, load<u64>(at));
    two = ((two ^ load<u64>(at, 8)) * OTHER) ^ (two >> 32);
    at += 16;
    left -= 16;
  }
  if (left >= 8) {
    two = ((two ^ load<u64>(at)) * OTHER) ^ (two >> 32);
    at += 8;
    left -= 8;
  }
  return mix(mix(one, tail(at, left)), two ^ (two >> 29));
}

/** Of the 64 bytes at `at`, the first in the lowest bit: which are `wanted`. */
@inline
export function mask64(at: usize, wanted: u8): u64 {
  const w = i8x16.splat(wanted);
  const m0 = <u64>i8x16.bitmask(i8x16.eq(v128.load(at), w));
  const m1 = <u64>i8x16.bitmask(i8x16.eq(v128.load(at, 16), w));
  const m2 = <u64>i8x16.bitmask(i8x16.eq(v128.load(at, 32), w));
  const m3 = <u64>i8x16.bitmask(i8x16.eq(v128.load(at, 48), w));
  return m0 | (m1 << 16) | (m2 << 32) | (m3 << 48);
}

/** Of the 64 bytes at `at`: which are digits. */
@inline
export function digits64(at: usize): u64 {
  const zero = i8x16.splat(48);
  const ten = i8x16.splat(10);
  const m0 = <u64>i8x16.bitmask(i8x16.lt_u(i8x16.sub(v128.load(at), zero), ten));
  const m1 = <u64>i8x16.bitmask(i8x16.lt_u(i8x16.sub(v128.load(at, 16), zero), ten));
  const m2 = <u64>i8x16.bitmask(i8x16.lt_u(i8x16.sub(v128.load(at, 32), zero), ten));
  const m3 = <u64>i8x16.bitmask(i8x16.lt_u(i8x16.sub(v128.load(at, 48), zero), ten));
  return m0 | (m1 << 16) | (m2 << 32) | (m3 << 48);
}

/** How many of the next 16 bytes are hex digits before one is none. */
@inline
export function hexDigits(at: usize): i32 {
  const bytes = v128.load(at);
  const digit = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(48)), i8x16.splat(10));
  const letter = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(97)), i8x16.splat(6));
  return ctz(i8x16.bitmask(v128.or(digit, letter)) ^ 0x1ffff);
}

@inline
export function isDigit(byte: u8): bool {
  return byte - 48 < 10;
}

@inline
export function isHex(byte: u8): bool {
  return byte - 48 < 10 || byte - 97 < 6;
}

export const TAB: u8 = 9;
export const NEWLINE: u8 = 10;
export const CR: u8 = 13;
export const SPACE: u8 = 32;
export const HASH: u8 = 35;
export const OPENING: u8 = 40;
export const CLOSING: u8 = 41;
export const PLUS: u8 = 43;
export const DOT: u8 = 46;
export const SLASH: u8 = 47;
export const COLON: u8 = 58;
