// Arrays of numbers as JSON, one behind the other in memory that grows.
import { grown } from '../../ingest/assembly/memory';

const OPENING: u8 = 91;
const CLOSING: u8 = 93;
const COMMA: u8 = 44;
/** Bytes that a number and what follows it take at most. */
const NUMBER: usize = 48;

let json: usize = heap.alloc(1 << 16);
let room: usize = 1 << 16;
let used: usize = 0;
export function jsonAt(): usize { return json; }
export function jsonLength(): i32 { return <i32>used; }

/** What was written is gone. */
export function begin(): void { used = 0; }

@inline
function reserve(bytes: usize): void {
  while (used + bytes > room) {
    json = grown(json, room);
    room *= 2;
  }
}

export function beginArray(): void {
  reserve(NUMBER);
  store<u8>(json + used++, OPENING);
}

/** Where the next number goes. */
@inline
export function placeOfNumber(): usize {
  reserve(NUMBER);
  return json + used;
}

@inline
export function endNumber(end: usize): void {
  store<u8>(end, COMMA);
  used = end + 1 - json;
}

/** Ends an array, and gives the bytes of all that was written. */
export function endArray(): i32 {
  // in the place of the last comma, if there is one
  if (load<u8>(json + used - 1) == OPENING) used++;
  store<u8>(json + used - 1, CLOSING);
  return <i32>used;
}

/** Text that stands between arrays. */
export function putText(at: usize, length: i32): void {
  reserve(<usize>length);
  memory.copy(json + used, at, length);
  used += length;
}
