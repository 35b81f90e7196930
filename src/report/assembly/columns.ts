// Columns of numbers as JSON, in WebAssembly: AssemblyScript, not TypeScript. ../columns.ts is the other side.
import { beginArray, endArray, endNumber, placeOfNumber } from '../../profile/assembly/json-arrays';
import { putWhole } from '../../profile/assembly/numbers';
export { begin, jsonAt, jsonLength, putText } from '../../profile/assembly/json-arrays';

const MINUS: u8 = 45;

/** Memory that the other side fills in. */
export function allocate(size: usize): usize { return heap.alloc(size + 16); }
export function release(at: usize): void { heap.free(at); }

export function bytes(at: usize, count: i32): void {
  beginArray();
  for (let i = 0; i < count; i++) endNumber(putWhole(load<u8>(at + i), placeOfNumber()));
  endArray();
}

export function ints(at: usize, count: i32): void {
  beginArray();
  for (let i = 0; i < count; i++) put(<f64>load<i32>(at + (<usize>i << 2)));
  endArray();
}

/** Whether all are whole numbers below 2^53, which this writes; others are the other side's. */
export function areWhole(at: usize, count: i32): bool {
  for (let i = 0; i < count; i++) {
    const value = Math.abs(load<f64>(at + (<usize>i << 3)));
    if (!(value < 9007199254740992 && Math.floor(value) == value)) return false;
  }
  return true;
}

export function doubles(at: usize, count: i32): void {
  beginArray();
  for (let i = 0; i < count; i++) put(load<f64>(at + (<usize>i << 3)));
  endArray();
}

@inline
function put(value: f64): void {
  let to = placeOfNumber();
  if (value < 0) store<u8>(to++, MINUS);
  endNumber(putWhole(<u64>Math.abs(value), to));
}
