import { parseFrameLine } from './frame-line.js';
import type { RawFrame } from './tables.js';

/** What data_src is printed as (-d): "|OP LOAD|LVL L1 or L1 hit|...|BLK  N/A", numbers before it, more fields behind it. */
const DATA_SOURCE = /^(?:[0-9a-f]{1,16} +){1,2}\|OP [^(]*\|[A-Z]+ +[^ ]+ +(?=[0-9a-f])/;
/** Numbers in columns of 16 before an ip: a data address, a weight, a latency. */
const NUMBERS =
  /^(?:[0-9a-f]{1,16}(?: {2,}| (?=[0-9a-f]{4,16} ))){1,5}(?=[0-9a-f]{4,16} (?:[^ (]|\(anonymous namespace\)))/;

/** A flat sample's own ip; what -d, -W and the like record stands before it. */
export function flatFrame(rest: string): RawFrame | undefined {
  const text = rest.replace(DATA_SOURCE, '').replace(NUMBERS, '');
  if (/^[0-9a-f]+ +\|OP /.test(text)) return undefined;
  const frame = /^[0-9a-f]+(?:\s+\S|$)/.test(text) ? parseFrameLine(text) : undefined;
  // flags ("jmp", "call") and trace text may begin with letters a-f
  return frame !== undefined &&
    (frame.dso !== '' || frame.offset >= 0 || /^[0-9a-f]{5,16}(?:\s|$)/.test(text))
    ? frame
    : undefined;
}
