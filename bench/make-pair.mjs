// Writes a pair of invented recordings whose merged tree has about so many nodes: for measuring pages
// and comparisons at a size that no shipped recording has. Seeded: the same bytes every time.
//   node bench/make-pair.mjs NODES PREFIX      writes PREFIX.base.txt and PREFIX.new.txt
import { closeSync, openSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

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

/** Frames root first: few functions near the root, more below, as kernel callchains have it. */
function chain(random) {
  return Array.from({ length: 8 + Math.floor(random() * 22) }, (_, level) => {
    const near = level < 6;
    const which = Math.floor(random() ** (near ? 6 : 2.5) * (near ? 6 : 18));
    const address = (0x81000000 + level * 4096 + which * 64).toString(16);
    return { name: `level${level}_function_${which}`, address: `ffffffff${address}` };
  });
}

export function makePair(nodes, prefix) {
  const random = seeded(7);
  const files = ['base', 'new'].map((side) => openSync(`${prefix}.${side}.txt`, 'w'));
  const seen = new Set();
  let time = 0;
  while (seen.size < nodes) {
    const frames = chain(random);
    let path = '';
    for (const { name } of frames) seen.add((path += `;${name}`));
    const lines = frames
      .map(({ name, address }) => `\t${address} ${name}+0x10 ([kernel.kallsyms])\n`)
      .reverse()
      .join('');
    const before = Math.floor(random() * 40);
    const after = random() < 0.9 ? before : before + Math.floor(random() * 8);
    [before, after].forEach((weight, side) => {
      if (weight === 0) return;
      const period = 40009 * weight + Math.floor(random() * 1000);
      const stamp = `21.${String(time++).padStart(9, '0')}`;
      writeSync(
        files[side],
        `bench  3064/3064  [000]    ${stamp}: ${String(period).padStart(10)} cycles: \n${lines}\n`,
      );
    });
  }
  files.forEach(closeSync);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [nodes, prefix] = process.argv.slice(2);
  if (!(Number(nodes) > 0) || prefix === undefined) {
    process.stderr.write('usage: node bench/make-pair.mjs NODES PREFIX\n');
    process.exit(2);
  }
  makePair(Number(nodes), prefix);
}
