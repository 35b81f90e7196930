import {
  PerfScriptReader,
  type RawFrame,
  type Recording,
  type Sample,
} from '../../../src/ingest/index.js';

/** A sample with its frames spelled out, so that a test can hold on to it. */
export interface ReadSample extends Omit<Sample, 'frames' | 'depth'> {
  frames: RawFrame[];
}

export interface ReadResult {
  samples: ReadSample[];
  recording: Recording;
}

/** Reads text in chunks of `chunk` bytes (whole by default), or cut where `cuts` says. */
export function read(input: string | Uint8Array, chunk?: number | number[]): ReadResult {
  const bytes = typeof input === 'string' ? Buffer.from(input, 'utf8') : input;
  const samples: ReadSample[] = [];
  const reader = new PerfScriptReader(({ depth, ...sample }) => {
    const frames = Array.from(sample.frames.subarray(0, depth), (id) => reader.frames.frame(id));
    samples.push({ ...sample, frames });
  });
  for (const part of parts(bytes, chunk)) reader.push(part);
  return { samples, recording: reader.end() };
}

function* parts(bytes: Uint8Array, chunk?: number | number[]): Generator<Uint8Array> {
  if (Array.isArray(chunk)) {
    const cuts = [...chunk.map((c) => c % (bytes.length + 1)), 0, bytes.length];
    cuts.sort((a, b) => a - b);
    for (let i = 1; i < cuts.length; i++) yield bytes.subarray(cuts[i - 1], cuts[i]);
    return;
  }
  const step = chunk ?? Math.max(bytes.length, 1);
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

/** Lines of a text, counted on the side: newlines, and a last line without one. */
export function lineCount(input: string | Uint8Array): number {
  const bytes = typeof input === 'string' ? Buffer.from(input, 'utf8') : input;
  let lines = 0;
  for (const byte of bytes) if (byte === 10) lines++;
  return bytes.length > 0 && bytes[bytes.length - 1] !== 10 ? lines + 1 : lines;
}

export function weightOf(samples: readonly { period: number }[]): number {
  return samples.reduce((sum, s) => sum + (s.period < 0 ? 1 : s.period), 0);
}

export function address(frame: RawFrame): string {
  return ((BigInt(frame.addressHi) << 32n) | BigInt(frame.addressLo)).toString(16);
}
