#!/usr/bin/env node
// Compares `pvflame fold` with inferno-collapse-perf and stackcollapse-perf.pl, line for line after a
// bytewise sort, on the given recordings and with every option set. Needs `npm run build`.
//
//   node bench/fold-parity.mjs [--show N] FILE...
//
// The peers are taken from INFERNO and STACKCOLLAPSE, else from PATH; one that is absent is left out.
// PVFLAME may name another build's dist/cli/main.js.
// They read no gzip, and know neither --comm nor --kernel-only: those are compared with what is left
// of the peer's output when its lines or frames are filtered.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const main = process.env.PVFLAME ?? join(import.meta.dirname, '../dist/cli/main.js');
const args = process.argv.slice(2);
const show = args[0] === '--show' ? Number(args.splice(0, 2)[1]) : 0;
const temporary = mkdtempSync(join(tmpdir(), 'pvflame-parity-'));

function run(command, list) {
  const { status, stdout, error } = spawnSync(command, list, { maxBuffer: 1 << 30 });
  if (error !== undefined) return null;
  const lines = stdout.toString('latin1').split('\n').slice(0, -1);
  return { status, lines };
}

const peers = [
  ['inferno', process.env.INFERNO ?? 'inferno-collapse-perf'],
  ['perl', process.env.STACKCOLLAPSE ?? 'stackcollapse-perf.pl'],
].filter(([, command]) => run(command, ['/dev/null']) !== null);

/** Lines in `ours` and not in `theirs`, and the other way round; equal lines pair off. */
function difference(ours, theirs) {
  const count = new Map();
  for (const line of ours) count.set(line, (count.get(line) ?? 0) + 1);
  for (const line of theirs) count.set(line, (count.get(line) ?? 0) - 1);
  const pick = (sign) =>
    [...count].filter(([, n]) => n * sign > 0).flatMap(([line, n]) => Array(n * sign).fill(line));
  return { ours: pick(1).sort(), theirs: pick(-1).sort() };
}

const split = (line) => {
  const space = line.lastIndexOf(' ');
  return [line.slice(0, space).split(';'), Number(line.slice(space + 1))];
};

/** Lines of the stacks that `change` leaves (null drops one), added up again. */
function refold(lines, change) {
  const sums = new Map();
  for (const line of lines) {
    const [stack, weight] = split(line);
    const kept = change(stack);
    if (kept !== null) sums.set(kept.join(';'), (sums.get(kept.join(';')) ?? 0) + weight);
  }
  return [...sums].map(([stack, weight]) => `${stack} ${weight}`);
}

const onlyKernel = ([comm, ...frames]) => {
  const kept = frames.filter((frame) => frame.includes('_[k]'));
  return kept.length === 0 ? null : [comm, ...kept];
};

/** Option sets: ours, the peers', and what is done to the peers' lines. */
function optionSets(text) {
  const same = ['--kernel', '--all', '--pid', '--tid', '--addrs'].map((o) => [[o], [o]]);
  const all = ['--all', '--tid', '--addrs'];
  const events = [...new Set([...text.matchAll(/ ([^\s:]\S*):[ \t]*$/gm)].map((m) => m[1]))];
  const comms = [...new Set([...text.matchAll(/^(\S+) +\d+(?:\/\d+)? /gm)].map((m) => m[1]))];
  return [
    [[], []],
    ...same,
    [all, all],
    ...events.slice(0, 3).map((e) => [['--event', e], [`--event-filter=${e}`]]),
    ...comms
      .slice(0, 3)
      .map((c) => [['--comm', c], [], ([r, ...f]) => (r === c ? [r, ...f] : null)]),
    [['--kernel', '--kernel-only'], ['--kernel'], onlyKernel],
  ];
}

const WIDTH = 130;
const clip = (line) => (line.length <= WIDTH ? line : `...${line.slice(3 - WIDTH)}`);

/** inferno's event names end at the first colon: "cycles" is "cycles:u" too. */
const optionFor = (peer, option) =>
  peer === 'inferno' && option.startsWith('--event-filter=') ? option.split(':')[0] : option;

const count = { equal: 0, different: 0 };

/** One file with one option set: [state of ours, a cell for each peer, lines to show]. */
function compare(text, [ours, theirs, change]) {
  const mine = run(process.execPath, [main, 'fold', '-q', ...ours, text]);
  const shown = [];
  const cells = peers.map(([name, command]) => {
    const peer = run(command, [...theirs.map((option) => optionFor(name, option)), text]);
    const lines = change === undefined ? peer.lines : refold(peer.lines, change);
    const { ours: more, theirs: less } = difference(mine.lines, lines);
    const equal = more.length + less.length === 0;
    count[equal ? 'equal' : 'different']++;
    shown.push(...less.slice(0, show).map((line) => `    ${name} - ${clip(line)}`));
    shown.push(...more.slice(0, show).map((line) => `    ${name} + ${clip(line)}`));
    return equal ? 'equal' : `-${less.length} +${more.length}`;
  });
  return [mine.status === 0 ? String(mine.lines.length) : `exit ${mine.status}`, cells, shown];
}

console.log('-: lines only the peer has, +: lines only pvflame has');
console.log(['file', 'options', 'lines', ...peers.map(([name]) => name)].join('\t'));
for (const path of args) {
  const raw = readFileSync(path);
  const bytes = raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw) : raw;
  const text = join(temporary, 'recording.txt');
  writeFileSync(text, bytes);
  const name = path.split('/').slice(-3).join('/');
  const sets = optionSets(bytes.toString('latin1'));
  let equal = 0;
  for (const set of sets) {
    const [state, cells, shown] = compare(text, set);
    if (cells.every((cell) => cell === 'equal')) equal++;
    else console.log([name, set[0].join(' ') || '(none)', state, ...cells].join('\t'));
    for (const line of shown) console.log(line);
  }
  console.log([name, `equal to all with ${equal} of ${sets.length} option sets`].join('\t'));
}
rmSync(temporary, { recursive: true });
console.log(`${count.equal} comparisons equal, ${count.different} different`);
