// Times pvflame beside its peers on the same files, in alternation, and prints medians and ratios.
//   npm run build && node bench/speed.mjs [MEGABYTES] [ROUNDS]      default 130 MB, 7 rounds
// Peers are taken from PATH, or from INFERNO (a folder with inferno-collapse-perf, inferno-diff-folded and
// inferno-flamegraph) and STACKCOLLAPSE (stackcollapse-perf.pl); what is not there is left out.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeRecording } from './make-recording.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const megabytes = Number(process.argv[2] ?? 130);
const rounds = Number(process.argv[3] ?? 7);
const dir = mkdtempSync(join(tmpdir(), 'pvflame-speed-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));

const found = (name, folder) =>
  [...(folder === undefined ? [] : [folder]), ...(process.env.PATH ?? '').split(delimiter)]
    .map((place) => join(place, name))
    .find((path) => existsSync(path));
const pvflame = `${process.execPath} ${join(root, 'dist/cli/main.js')}`;
const collapse = found('inferno-collapse-perf', process.env.INFERNO);
const differ = found('inferno-diff-folded', process.env.INFERNO);
const draw = found('inferno-flamegraph', process.env.INFERNO);
const perl = process.env.STACKCOLLAPSE;

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Wall and CPU seconds of a shell command, children included. */
function time(command) {
  const out = execFileSync(
    'bash',
    ['-c', `TIMEFORMAT='%R %U %S'; { time { ${command}; } 2>/dev/null; } 2>&1`],
    { encoding: 'utf8' },
  );
  const [wall, user, system] = out.trim().split(' ').map(Number);
  return { wall, cpu: user + system };
}

/** Each: a name, the commands by contestant, ours first, and whether outputs of the files named must agree. */
function contests(base, other) {
  const to = (name) => join(dir, name);
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
  const gzip = {
    pvflame: `${pvflame} fold -q ${base}.gz > ${to('h')}`,
    'gzip -dc': `gzip -dc ${base}.gz | wc -c > ${to('j')}`,
  };
  const help = {
    pvflame: `${pvflame} --help > ${to('i')}`,
    'node -e 0': `${process.execPath} -e 0`,
  };
  return [
    [`fold, ${megabytes} MB`, fold, [to('a'), to('b')]],
    [`diff of two such to HTML, JSON and text`, diff, []],
    [`fold of the same, gzip`, gzip, []],
    ['--help', help, []],
  ];
}

/** Sums a stack: peers count samples, and write in another order. */
function stacks(path) {
  return existsSync(path)
    ? new Set(
        readFileSync(path, 'utf8')
          .trimEnd()
          .split('\n')
          .map((line) => line.replace(/ \d+$/, '')),
      )
    : null;
}

const fixture = (side) => join(root, `fixtures/recordings/6.1/${side}.perf-script.txt.gz`);
const [base, other] = ['native', 'paravirt'].map((side, i) => {
  const path = join(dir, `${side}.txt`);
  makeRecording(megabytes, fixture(side), path, i + 1);
  return path;
});
execFileSync('bash', ['-c', `gzip -k ${base}`]);
console.log(
  `${cpus()[0].model}, ${cpus().length} cores; Node ${process.version}; ` +
    `${collapse ? 'inferno' : 'no inferno'}; ` +
    `medians of ${rounds}, in alternation; ${Math.round(statSync(base).size / 1e6)} MB a file\n`,
);
console.log('| contest | | wall s | CPU s | wall of it | CPU of it |');
console.log('|---|---|---|---|---|---|');
for (const [name, commands, same] of contests(base, other)) {
  const times = Object.fromEntries(Object.keys(commands).map((who) => [who, []]));
  for (let round = 0; round < rounds; round++)
    for (const [who, command] of Object.entries(commands)) times[who].push(time(command));
  const of = (who, what) => median(times[who].map((one) => one[what]));
  for (const who of Object.keys(commands)) {
    const ratio = (what) =>
      who === 'pvflame' ? '' : (of('pvflame', what) / of(who, what)).toFixed(2);
    console.log(
      `| ${name} | ${who} | ${of(who, 'wall').toFixed(2)} | ${of(who, 'cpu').toFixed(2)} | ${ratio('wall')} | ${ratio('cpu')} |`,
    );
  }
  const [a, b] = same.map(stacks);
  if (a && b && (a.size !== b.size || [...a].some((line) => !b.has(line))))
    throw new Error(`${name}: the outputs hold different stacks`);
}
