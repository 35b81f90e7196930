// The regular part of `perf script` text, in WebAssembly with SIMD: AssemblyScript, not TypeScript.
// docs/performance.md explains the tables; ../scanner.ts is the other side. What is not regular (see
// `scan`) is left to the reader in ../perf-script.ts, so that the format's meaning lives in one place.
import { afterLine, endOfLine, flatFrame, frameOf, IRREGULAR, startCallchain, tellAddressesApart } from './frame-line';
import { addSample } from './columns';
import { CR, grown, HASH, NEWLINE, TAB } from './memory';
import { formAsBefore, formOf, ipAt, ipDigits, isFlat, isTrace, lastPeriod, lastTime, lengthOfLine, NO_TIME, tellThreadsApart } from './sample-line';
import { child, push, walk } from './tree';
export { addSample, columnSums, dropColumn, newColumn } from './columns';
export {
  addressHiAt, addressLoAt, dsoAt, frame, framesKnown, inlinedAt, offsetAt, symbolAt, text, textCount, textEnd, textEnds, textsAt,
} from './names';
export { child, columns, nodeCount, nodesAt } from './tree';
// exported so that they are not put into `scan`: V8 takes four times as long to compile the whole
export { formOf, setUntimedPeriod } from './sample-line';
export { walk } from './tree';

// ---- what a scan leaves behind -------------------------------------------------------------------

/** Samples that one scan may give. */
const MOST: i32 = 1 << 15;
const outNode: usize = heap.alloc(<usize>MOST * 4);
const outForm: usize = heap.alloc(<usize>MOST * 4);
const outPeriod: usize = heap.alloc(<usize>MOST * 8);
let samples: i32 = 0;
let frames: i32 = 0;
/** Lines of the scan's samples; of these without a callchain: their number, and how many an empty line follows. */
let lines: i32 = 0;
let flats: i32 = 0;
let flatBlanks: i32 = 0;
let periodless: i32 = 0;
let stopped: i32 = 0;
/** Samples without a frame, and on which of the scan's lines the first one stands (the scan's first line is 0). */
let empty: i32 = 0;
let firstEmpty: i32 = 0;
/** Least and largest time stamp of the scan, in nanoseconds. */
let earliest: u64 = u64.MAX_VALUE;
let latest: u64 = 0;

export function sampleNodesAt(): usize { return outNode; }
export function formsAt(): usize { return outForm; }
export function periodsAt(): usize { return outPeriod; }
export function sampleCount(): i32 { return samples; }
export function frameCount(): i32 { return frames; }
export function lineCount(): i32 { return lines; }
export function flatCount(): i32 { return flats; }
export function flatBlankCount(): i32 { return flatBlanks; }
export function emptyCount(): i32 { return empty; }
export function firstEmptyLine(): i32 { return firstEmpty; }
export function withoutPeriod(): i32 { return periodless; }
/** Why the scan ended: 0 more bytes are needed, 1 something that is not regular, 2 the tables are full. */
export function why(): i32 { return stopped; }
/** Whether a sample of the scan has a time. */
export function hasTimes(): bool { return earliest != u64.MAX_VALUE; }
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

let outside: usize = 0;
let outsideSize: usize = 0;

/** A place for a text that comes from the other side; what the last one held is gone. */
export function placeForText(size: usize): usize {
  if (size + 16 > outsideSize) {
    if (outside != 0) heap.free(outside);
    outsideSize = 2 * size + 256;
    outside = heap.alloc(outsideSize);
  }
  return outside;
}

// ---- samples ---------------------------------------------------------------------------------------

/** Of each form: the tree's node of its task (4), and the run's column (4), 0 where it has none yet. */
let formsKnown: usize = heap.alloc(8 << 8);
let formRoom: i32 = 1 << 8;
/** Forms that have a task. */
let formCount: i32 = 0;

/** A form's column is asked for when the run's first sample of it is there; 0: samples are not summed here. */
@external("env", "columnOf")
declare function columnOf(form: i32): usize;

/** Whether samples go into columns, or are left to the other side one by one. */
let summed: bool = false;

export function configure(addressMode: i32, threads: bool, sums: bool): void {
  tellAddressesApart(addressMode);
  tellThreadsApart(threads);
  summed = sums;
}

/** Hangs a form's samples under a task: its key at the top of the tree. Forms come in order. */
export function setTask(form: i32, task: i32): void {
  if (form >= formRoom) {
    formsKnown = grown(formsKnown, <usize>formRoom << 3);
    formRoom *= 2;
  }
  formCount = form + 1;
  store<i32>(formsKnown + (<usize>form << 3), child(-1, task));
  store<usize>(formsKnown + (<usize>form << 3), 0, 4);
}

/** Another run begins: its samples go into columns of its own. */
export function forgetColumns(): void {
  for (let form = 0; form < formCount; form++) store<usize>(formsKnown + (<usize>form << 3), 0, 4);
}

@inline
function sum(form: i32, node: i32, period: f64): void {
  const at = formsKnown + (<usize>form << 3);
  let column = load<usize>(at, 4);
  if (column == 0) {
    column = columnOf(form);
    store<usize>(formsKnown + (<usize>form << 3), column, 4);
  }
  addSample(column, node, period < 0 ? 1 : period);
}

/** Adds a sample whose frames are on the stack. */
@inline
function add(form: i32, depth: i32, weight: f64, stamp: u64): void {
  const out = <usize>samples << 2;
  const node = walk(load<i32>(formsKnown + (<usize>form << 3)), depth);
  if (summed) sum(form, node, weight);
  store<i32>(outNode + out, node);
  store<i32>(outForm + out, form);
  store<f64>(outPeriod + (<usize>samples << 3), weight);
  if (stamp != NO_TIME) {
    if (stamp < earliest) earliest = stamp;
    if (stamp > latest) latest = stamp;
  }
  if (weight < 0) periodless++;
  samples++;
}

/** A flat sample, whose frame stands on its own line, and that a callchain may still follow. */
let held: bool = false;
let heldForm: i32 = 0;
let heldFrame: i32 = 0;
let heldPeriod: f64 = 0;
let heldTime: u64 = 0;

function addHeld(): void {
  held = false;
  push(0, heldFrame);
  add(heldForm, 1, heldPeriod, heldTime);
  flats++;
  lines++;
}

/** Whether a regular sample begins at `from`: 1 yes, 0 no, -1: more bytes would tell. */
export function startsSample(length: i32, from: i32): i32 {
  const at = input + from;
  const end = input + length;
  if (at >= end) return -1;
  const first = load<u8>(at);
  if (first == NEWLINE || first == TAB || first == HASH) return 0;
  if (formAsBefore(at, end) >= 0) return 1;
  const eol = endOfLine(at, end);
  if (eol == 0) return -1;
  return load<u8>(eol - 1) != CR && formOf(at, eol) >= 0 ? 1 : 0;
}

/**
 * Reads whole regular samples from the first `length` bytes of the input, which begin where a sample may begin: a line
 * with an event, mostly with a time stamp, a tracepoint's text or none, frames or none, one empty line; or a frame on the line
 * itself, and another sample or an empty line behind it. Returns the bytes that were read; `why` says what comes next. What is not regular, and
 * whatever stands in one sample with it, is left.
 */
export function scan(length: i32, from: i32): i32 {
  const end = input + length;
  let at = input + from;
  samples = 0;
  frames = 0;
  lines = 0;
  flats = 0;
  flatBlanks = 0;
  periodless = 0;
  earliest = u64.MAX_VALUE;
  latest = 0;
  stopped = 0;
  empty = 0;
  held = false;
  let start = at;
  for (;;) {
    if (!held) start = at;
    if (samples >= MOST - 1) { stopped = 2; break; }
    if (at >= end) break;
    const first = load<u8>(at);
    if (first == NEWLINE || first == TAB || first == HASH) { stopped = 1; break; }
    const line = at;
    let form = formAsBefore(at, end);
    if (form >= 0) {
      at += lengthOfLine();
    } else {
      const eol = endOfLine(at, end);
      if (eol == 0) break;
      if (load<u8>(eol - 1) == CR) { stopped = 1; break; }
      form = formOf(at, eol);
      if (form < 0) { stopped = 1; break; }
      at = eol + 1;
    }
    const weight = lastPeriod();
    const stamp = lastTime();
    if (held) {
      // a sample ends where the next one begins
      addHeld();
      start = line;
    }
    if (isFlat()) {
      heldFrame = flatFrame(ipAt(), ipDigits(), end);
      if (heldFrame < 0) { stopped = 1; break; }
      held = true;
      heldForm = form;
      heldPeriod = weight;
      heldTime = stamp;
      if (at < end && load<u8>(at) == NEWLINE) {
        at++;
        addHeld();
        flatBlanks++;
        lines++;
      }
      continue;
    }
    // with text behind the event only a tab begins a frame
    const isTabbed = isTrace();
    let depth = 0;
    let whole = false;
    startCallchain();
    while (at < end) {
      if (load<u8>(at) == NEWLINE) {
        at++;
        whole = true;
        break;
      }
      const id = isTabbed && load<u8>(at) != TAB ? IRREGULAR : frameOf(at, end);
      if (id < 0) {
        if (id == IRREGULAR) stopped = 1;
        break;
      }
      push(depth++, id);
      at = afterLine();
    }
    if (stopped != 0 || !whole) break;
    if (depth == 0) {
      if (empty == 0) firstEmpty = lines;
      empty++;
      lines += 2;
      continue;
    }
    add(form, depth, weight, stamp);
    frames += depth;
    lines += depth + 2;
  }
  return <i32>(start - input);
}
