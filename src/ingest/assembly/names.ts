// Texts and frames of a side while it is read: ../tables.ts takes them over at its end. A frame is what perf prints of
// one: address, symbol, offset, dso, whether it was inlined.
import { filled, grown, mix } from './memory';
import { Texts } from './texts';

// ---- texts ---------------------------------------------------------------------------------------

const texts = new Texts();

export function textCount(): i32 { return texts.count; }
/** The texts' bytes, one behind the other in the order of their ids. */
export function textsAt(): usize { return texts.arena; }
/** Where a text ends among them. */
export function textEnd(id: i32): i32 { return texts.endOf(id); }
/** The same of all texts: a copy, 4 bytes each. */
export function textEnds(): usize { return texts.ends(); }

/** The id of a text, made if it is new; ids count from 0. */
export function text(at: usize, length: i32): i32 { return texts.id(at, length); }

// ---- frames --------------------------------------------------------------------------------------

let room: i32 = 1 << 11;
let count: i32 = 0;
let capacity: i32 = 1 << 13;
let slots: usize = filled(1 << 13);
/** Columns: address, symbol, dso, offset (-1: none), inlined. */
let addressHi: usize = heap.alloc(4 << 11);
let addressLo: usize = heap.alloc(4 << 11);
let symbol: usize = heap.alloc(4 << 11);
let dso: usize = heap.alloc(4 << 11);
let offset: usize = heap.alloc(8 << 11);
let inlined: usize = heap.alloc(1 << 11);

export function framesKnown(): i32 { return count; }
export function addressHiAt(): usize { return addressHi; }
export function addressLoAt(): usize { return addressLo; }
export function symbolAt(): usize { return symbol; }
export function dsoAt(): usize { return dso; }
export function offsetAt(): usize { return offset; }
export function inlinedAt(): usize { return inlined; }

@inline
function hashFrame(hi: u32, lo: u32, symbolText: i32, byteOffset: f64, dsoText: i32): u64 {
  const names = <u64>(<u32>symbolText) << 32 | <u64>(<u32>dsoText);
  return mix(mix(<u64>hi << 32 | <u64>lo, names), reinterpret<u64>(byteOffset));
}

/** The id of a frame, made if it is new. */
export function frame(hi: u32, lo: u32, symbolText: i32, byteOffset: f64, dsoText: i32, wasInlined: i32): i32 {
  let slot = <i32>hashFrame(hi, lo, symbolText, byteOffset, dsoText) & (capacity - 1);
  let id = load<i32>(slots + (<usize>slot << 2));
  while (id >= 0) {
    const four = <usize>id << 2;
    if (
      load<u32>(addressLo + four) == lo && load<u32>(addressHi + four) == hi &&
      load<i32>(symbol + four) == symbolText && load<i32>(dso + four) == dsoText &&
      load<f64>(offset + (<usize>id << 3)) == byteOffset && <i32>load<u8>(inlined + id) == wasInlined
    ) return id;
    slot = (slot + 1) & (capacity - 1);
    id = load<i32>(slots + (<usize>slot << 2));
  }
  id = count++;
  if (id == room) growColumns();
  const four = <usize>id << 2;
  store<u32>(addressHi + four, hi);
  store<u32>(addressLo + four, lo);
  store<i32>(symbol + four, symbolText);
  store<i32>(dso + four, dsoText);
  store<f64>(offset + (<usize>id << 3), byteOffset);
  store<u8>(inlined + id, <u8>wasInlined);
  store<i32>(slots + (<usize>slot << 2), id);
  if (count * 2 > capacity) rehash();
  return id;
}

/** A frame with the names of another, at another address and offset (-1: none). */
export function frameLike(like: i32, hi: u32, lo: u32, byteOffset: f64): i32 {
  const four = <usize>like << 2;
  return frame(hi, lo, load<i32>(symbol + four), byteOffset, load<i32>(dso + four), load<u8>(inlined + like));
}

function growColumns(): void {
  const four = <usize>room << 2;
  addressHi = grown(addressHi, four);
  addressLo = grown(addressLo, four);
  symbol = grown(symbol, four);
  dso = grown(dso, four);
  offset = grown(offset, <usize>room << 3);
  inlined = grown(inlined, room);
  room *= 2;
}

function rehash(): void {
  heap.free(slots);
  capacity *= 2;
  slots = filled(capacity);
  for (let id = 0; id < count; id++) {
    const four = <usize>id << 2;
    const hash = hashFrame(
      load<u32>(addressHi + four), load<u32>(addressLo + four), load<i32>(symbol + four),
      load<f64>(offset + (<usize>id << 3)), load<i32>(dso + four),
    );
    let slot = <i32>hash & (capacity - 1);
    while (load<i32>(slots + (<usize>slot << 2)) >= 0) slot = (slot + 1) & (capacity - 1);
    store<i32>(slots + (<usize>slot << 2), id);
  }
}
