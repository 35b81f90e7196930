// Writes a recording of about so many megabytes from a real one: its samples drawn again at random (seeded)
// with new time stamps, so that stacks repeat as they do in a long recording.
//   node bench/make-recording.mjs MEGABYTES FROM TO [SPREAD]        FROM: perf script text, .gz or not
// SPREAD, a part of 1: in so many of the frames the address lies elsewhere in the function, as where a
// recording is of many programs and much code; default 0.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** Mulberry32. */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const FRAME = /^\t( *)([0-9a-f]+) (.*)\+0x([0-9a-f]+) \(/gm;

/** Moves frames within their functions, or what is taken for their size: twice the offset seen, 64 bytes at least. */
function moved(sample, spread, random) {
  return sample.replace(FRAME, (line, _, address, symbol, offset) => {
    if (random() >= spread) return line;
    const to = Math.floor(random() * Math.max(64, 2 * Number.parseInt(offset, 16)));
    const start = BigInt(`0x${address}`) - BigInt(`0x${offset}`);
    const at = (start + BigInt(to)).toString(16).padStart(16);
    return `\t${at} ${symbol}+0x${to.toString(16)} (`;
  });
}

export function makeRecording(megabytes, from, to, { seed = 7, spread = 0 } = {}) {
  const random = seeded(seed);
  const raw = readFileSync(from);
  const text = (raw[0] === 0x1f ? gunzipSync(raw) : raw).toString('latin1');
  const samples = text
    .split('\n\n')
    .filter((sample) =>
      / \d+\.\d{6,9}: /.test(sample.split('\n').find((line) => !line.startsWith('#')) ?? ''),
    );
  const header = text.split('\n').filter((line) => line.startsWith('#'));
  const file = openSync(to, 'w');
  let block = header.length > 0 ? `${header.join('\n')}\n` : '';
  let written = 0;
  let nanos = 21e9;
  while (written < megabytes * 1e6) {
    const sample = (samples[Math.floor(random() * samples.length)] ?? '').replace(/^(#.*\n)+/, '');
    nanos += 1e5 + Math.floor(random() * 8e5);
    const stamp = `${Math.floor(nanos / 1e9)}.${String(nanos % 1e9).padStart(9, '0')}:`;
    const stamped = sample.replace(/\d+\.\d{6,9}:/, stamp);
    block += `${spread > 0 ? moved(stamped, spread, random) : stamped}\n\n`;
    if (block.length < 1 << 22) continue;
    written += writeSync(file, Buffer.from(block, 'latin1'));
    block = '';
  }
  writeSync(file, Buffer.from(block, 'latin1'));
  closeSync(file);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [megabytes, from, to, spread] = process.argv.slice(2);
  if (!(Number(megabytes) > 0) || from === undefined || to === undefined) {
    process.stderr.write('usage: node bench/make-recording.mjs MEGABYTES FROM TO [SPREAD]\n');
    process.exit(2);
  }
  makeRecording(Number(megabytes), from, to, { spread: Number(spread ?? 0) });
}
