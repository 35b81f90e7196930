// Writes a recording of about so many megabytes from a real one: its samples drawn again at random (seeded)
// with new time stamps, so that stacks repeat as they do in a long recording.
//   node bench/make-recording.mjs MEGABYTES FROM TO        FROM: perf script text, .gz or not
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

export function makeRecording(megabytes, from, to, seed = 7) {
  let state = seed;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
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
    block += `${sample.replace(/\d+\.\d{6,9}:/, stamp)}\n\n`;
    if (block.length < 1 << 22) continue;
    written += writeSync(file, Buffer.from(block, 'latin1'));
    block = '';
  }
  writeSync(file, Buffer.from(block, 'latin1'));
  closeSync(file);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [megabytes, from, to] = process.argv.slice(2);
  if (!(Number(megabytes) > 0) || from === undefined || to === undefined) {
    process.stderr.write('usage: node bench/make-recording.mjs MEGABYTES FROM TO\n');
    process.exit(2);
  }
  makeRecording(Number(megabytes), from, to);
}
