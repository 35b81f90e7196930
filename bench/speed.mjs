// Times pvflame beside its peers on the same files, in alternation, and prints medians and ratios.
//   npm run build && node bench/speed.mjs [MEGABYTES] [ROUNDS] [BASE NEW]      default 130 MB, 7 rounds
// Recordings are made from the shipped ones (bench/make-recording.mjs), or those named are taken, as
// bench/record-build.mjs writes them. Peers are taken from PATH, or from INFERNO (a folder with
// inferno-collapse-perf, inferno-diff-folded and inferno-flamegraph) and STACKCOLLAPSE
// (stackcollapse-perf.pl); what is not there is left out.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeRecording } from './make-recording.mjs';
import { alternate, mostMemory } from './timing.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const megabytes = Number(process.argv[2] ?? 130);
const rounds = Number(process.argv[3] ?? 7);
const given = process.argv.slice(4).map((path) => resolve(path));
const dir = mkdtempSync(join(tmpdir(), 'pvflame-speed-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
const to = (name) => join(dir, name);

const found = (name, folder) =>
  [...(folder === undefined ? [] : [folder]), ...(process.env.PATH ?? '').split(delimiter)]
    .map((place) => join(place, name))
    .find((path) => existsSync(path));
const main = join(root, 'dist/cli/main.js');
const pvflame = `${process.execPath} ${main}`;
const collapse = found('inferno-collapse-perf', process.env.INFERNO);
const differ = found('inferno-diff-folded', process.env.INFERNO);
const draw = found('inferno-flamegraph', process.env.INFERNO);
const perl = process.env.STACKCOLLAPSE;

/** Each: a name, and the commands by contestant, ours first. */
function contests(base, other, small) {
  const fold = { pvflame: `${pvflame} fold -q ${base} > ${to('a')}` };
  if (collapse) fold['inferno -n 1'] = `${collapse} -q -n 1 ${base} > ${to('b')}`;
  if (perl) fold['stackcollapse-perf.pl'] = `perl ${perl} ${base} > ${to('c')}`;
  const diff = {
    pvflame: `${pvflame} ${base} ${other} -q -o ${to('d.html')} -o ${to('d.json')} -o ${to('d.txt')}`,
  };
  if (collapse && differ && draw)
    diff['inferno, 4 commands'] =
      `${collapse} -q -n 1 ${base} > ${to('e')}; ${collapse} -q -n 1 ${other} > ${to('f')}; ` +
      `${differ} ${to('e')} ${to('f')} > ${to('g')}; ${draw} -q ${to('g')} > ${to('g.svg')}`;
  return [
    ['fold', fold],
    ['diff of two such to HTML, JSON and text', diff],
    [
      'fold of the same, gzip',
      {
        pvflame: `${pvflame} fold -q ${base}.gz > ${to('h')}`,
        'gzip -dc | wc -c': `gzip -dc ${base}.gz | wc -c > ${to('j')}`,
      },
    ],
    [
      'fold from a pipe',
      {
        pvflame: `cat ${base} | ${pvflame} fold -q - > ${to('k')}`,
        'cat | wc -l': `cat ${base} | wc -l > ${to('l')}`,
      },
    ],
    ['a 10 MB pair to HTML', { pvflame: `${pvflame} ${small.join(' ')} -q -o ${to('m.html')}` }],
    [
      '--help',
      {
        pvflame: `${pvflame} --help > ${to('i')}`,
        'node -e 0': `${process.execPath} -e 0`,
      },
    ],
  ];
}

/** The stacks of a folded file; peers count samples, and write in another order. */
function stacks(path) {
  const lines = readFileSync(path, 'latin1').trimEnd().split('\n');
  return new Set(lines.map((line) => line.replace(/ \d+$/, '')));
}

/** In a real recording peers name some frames otherwise, of deleted files above all (docs/fold.md). */
function requireAgreement() {
  if (!existsSync(to('b'))) return;
  const [ours, theirs] = [stacks(to('a')), stacks(to('b'))];
  const odd = [...theirs].filter((line) => !ours.has(line));
  if (odd.length > 0)
    console.error(`${odd.length} of ${theirs.size} stacks of inferno are not ours`);
  if (odd.length > (given.length === 2 ? 0.02 * theirs.size : 0)) throw new Error(odd[0]);
}

const fixture = (side) => join(root, `fixtures/recordings/6.1/${side}.perf-script.txt.gz`);
const made = (size, name) =>
  ['native', 'paravirt'].map((side, i) => {
    const path = to(`${name}-${side}.txt`);
    makeRecording(size, fixture(side), path, { seed: i + 1 });
    return path;
  });
const [base, other] = given.length === 2 ? given : made(megabytes, 'big');
execFileSync('bash', ['-c', `gzip -c ${base} > ${to('base.gz')}`]);
const mb = Math.round(statSync(base).size / 1e6);
const version = collapse
  ? 'inferno ' + (process.env.INFERNO_VERSION ?? '0.12')
  : 'no inferno at hand';
console.log(
  `${cpus()[0].model}, ${cpus().length} cores; Node ${process.version}; ${version}; ` +
    `medians of ${rounds}, in alternation; ${mb} MB a file\n`,
);
console.log('| contest | | wall s | CPU s | wall of it | CPU of it |');
console.log('|---|---|---|---|---|---|');
const commands = contests(base, other, made(10, 'small')).map(([name, each]) => [
  name,
  Object.fromEntries(
    Object.entries(each).map(([who, line]) => [who, line.replaceAll(`${base}.gz`, to('base.gz'))]),
  ),
]);
for (const [name, each] of commands) {
  const costs = alternate(each, rounds);
  const ours = costs.pvflame;
  for (const [who, cost] of Object.entries(costs)) {
    const ratio = (what) => (who === 'pvflame' ? '' : (ours[what] / cost[what]).toFixed(2));
    console.log(
      `| ${name} | ${who} | ${cost.wall.toFixed(3)} | ${cost.cpu.toFixed(3)} | ${ratio('wall')} | ${ratio('cpu')} |`,
    );
  }
  if (name === 'fold') requireAgreement();
}
const memory = await mostMemory(process.execPath, [main, 'fold', '-q', base, '-o', to('n')]);
const memoryOfDiff = await mostMemory(process.execPath, [
  main,
  ...[base, other, '-q', '-o', to('o.html')],
]);
console.log(`\nmemory: fold ${memory.toFixed(0)} MB, diff to HTML ${memoryOfDiff.toFixed(0)} MB`);
