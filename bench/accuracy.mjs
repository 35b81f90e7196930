// Measures the attribution against exact counts and prints docs/accuracy.md.
//   node bench/accuracy.mjs KERNELS > docs/accuracy.md
// KERNELS holds recordings and images of one kernel with the truth about them, laid out as the folders
// 6.1 (images, cpu-clock recordings, runtime state of every site) and 6.1-precise (recordings of a precise
// event sampled from an exact execution, and truth/, the exact counts).
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const kernels = process.argv[2];
if (kernels === undefined) {
  console.error('usage: node bench/accuracy.mjs KERNELS');
  process.exit(2);
}
const truth = join(kernels, '6.1-precise/truth');

function rows(path) {
  const raw = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(raw) : raw).toString('utf8');
  const [head, ...lines] = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  return lines.map((line) => Object.fromEntries(head.map((key, i) => [key, line[i]])));
}

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
const image = (kernel) =>
  join(kernels, '6.1', kernel === 'native' ? 'native.vmlinux.gz' : 'paravirt.vmlinux.gz');
const runs = (folder, kernel) =>
  readdirSync(join(kernels, folder, kernel))
    .filter((name) => name.includes('.perf-script'))
    .sort()
    .map((name) => join(kernels, folder, kernel, name));

function report(folder, base, other, ...options) {
  const args = ['--base', ...runs(folder, base), '--new', ...runs(folder, other)];
  const images = ['--base-vmlinux', image(base), '--new-vmlinux', image(other)];
  const out = execFileSync(
    process.execPath,
    [join(root, 'dist/cli/main.js'), ...args, ...images, ...options, '-f', 'json'],
    {
      maxBuffer: 1 << 30,
    },
  );
  return JSON.parse(out);
}

const functions = rows(join(truth, 'functions.tsv')).filter(
  (row) => row.function !== 'TOTAL_KERNEL',
);
const column = {
  native: 'own_A-native',
  paravirt: 'own_B-paravirt',
  'paravirt-unpatched': 'own_D-noreplace-all',
};
const grossOps = (kernel) =>
  kernel === 'native'
    ? new Map()
    : new Map(
        rows(join(truth, `${kernel}.gross-ops.tsv`))
          .filter((row) => row.op !== 'TOTAL')
          .map((row) => [
            row.op,
            {
              site: Number(row.site_insns),
              call: Number(row.callee_insns),
              gross: Number(row.gross),
            },
          ]),
      );

function exactLedger(kernel) {
  const ops = [...grossOps(kernel).values()];
  const callees = new Set(
    kernel === 'native'
      ? []
      : rows(join(truth, `${kernel}.pv-callees.tsv`)).map((row) => row.callee),
  );
  const own = (holds) =>
    sum(
      functions
        .filter((row) => row.has_sites === holds && !callees.has(row.function))
        .map((row) => Number(row[column[kernel]])),
    );
  return {
    call: sum(ops.map((op) => op.call)),
    site: sum(ops.map((op) => op.site)),
    // own time in the truth still holds the sites' own bytes
    caller: own('y') - sum(ops.map((op) => op.site)),
    elsewhere: own('n'),
    user: sum(
      rows(join(truth, `${kernel}.insn-counts.tsv.gz`))
        .filter((row) => row.symbol === '[user]')
        .map((row) => Number(row.executions)),
    ),
  };
}

const M = (value) => (value / 1e6).toFixed(2);
const signed = (value) => (value > 0 ? '+' : '') + M(value);
/** Standard error of a difference: Poisson counts of both sides, a sample weighs one period over the phases. */
const error = (samples, period, phases) => (Math.sqrt(samples) * period) / phases;

const zs = [];
const lines = [];
const say = (line = '') => lines.push(line);
const PERIOD = 40009;
const PHASES = 3;

function compare(name, estimate, exact, samples) {
  const sd = error(samples, PERIOD, PHASES);
  const z = sd === 0 ? 0 : (estimate - exact) / sd;
  zs.push(z);
  say(`| ${name} | ${signed(estimate)} | ${signed(exact)} | ${M(sd)} | ${z.toFixed(2)} |`);
}

say('# How accurate the attribution is');
say();
say(
  'Printed by `node bench/accuracy.mjs KERNELS > docs/accuracy.md` from recordings with exact truth: Linux 6.1.192',
);
say(
  'under an emulator that counts every executed instruction. Numbers are M instructions per run of a fixed workload.',
);
say('z is the error in standard errors of Poisson sampling; phases of one execution are pooled.');
say();
say('## A precise event (simulated: instructions:ppp, period 40009), every pair, with images');

const PAIRS = [
  ['native', 'paravirt'],
  ['native', 'paravirt-unpatched'],
  ['paravirt-unpatched', 'paravirt'],
];
for (const [base, other] of PAIRS) {
  const found = report('6.1-precise', base, other, '--native-equivalents', 'off');
  const [b, n] = [exactLedger(base), exactLedger(other)];
  say();
  say(`### ${base} -> ${other}`);
  say('| | measured | exact | std. error | z |');
  say('|---|---|---|---|---|');
  const perRun = (side, weight) => (weight / PERIOD) * found[side].runs.length;
  const kernel = (side) => found.total[side] - found.ledger.find((r) => r.bucket === 'user')[side];
  compare(
    'kernel total',
    kernel('new') - kernel('base'),
    sum(Object.values(n)) - n.user - (sum(Object.values(b)) - b.user),
    perRun('base', kernel('base')) + perRun('new', kernel('new')),
  );
  for (const bucket of ['call', 'site', 'caller', 'elsewhere', 'user']) {
    const row = found.ledger.find((r) => r.bucket === bucket);
    compare(
      bucket,
      row.delta,
      n[bucket] - b[bucket],
      perRun('base', row.base) + perRun('new', row.new),
    );
  }
  const [opsBase, opsNew] = [grossOps(base), grossOps(other)];
  const size = (op) => Math.max(opsBase.get(op)?.gross ?? 0, opsNew.get(op)?.gross ?? 0);
  const largest = [...new Set([...opsBase.keys(), ...opsNew.keys()])]
    .sort((x, y) => size(y) - size(x))
    .slice(0, 10);
  for (const op of largest) {
    const row = found.ops.find((r) => r.op === op);
    const exact = (opsNew.get(op)?.gross ?? 0) - (opsBase.get(op)?.gross ?? 0);
    compare(op, row?.extra ?? 0, exact, (row?.samples.base ?? 0) + (row?.samples.new ?? 0));
  }
  if (other === 'paravirt-unpatched') {
    const row = found.ledger.find((r) => r.bucket === 'call');
    say();
    say(
      `Unpatched call: ${M(row.delta)} measured, ${M(n.call - b.call)} exact: ${((row.delta / (n.call - b.call) - 1) * 100).toFixed(1)} %.`,
    );
  }
  if (base === 'native' && other === 'paravirt') {
    const row = found.ledger.find((r) => r.bucket === 'site');
    say();
    say(
      `Patched site: ${M(row.delta)} measured, ${M(n.site - b.site)} exact: ${((row.delta / (n.site - b.site) - 1) * 100).toFixed(1)} %.`,
    );
  }
}

say();
say('### Native equivalents (native -> paravirt): what base executes inline for the same op');
say('| | measured | exact | std. error | z |');
say('|---|---|---|---|---|');
const withNative = report('6.1-precise', 'native', 'paravirt');
const exactNative = new Map();
for (const row of rows(join(truth, 'native.equivalents.tsv'))) {
  // writing back cr3 in flush_tlb_func is flush_tlb_user's body, not write_cr3
  if (row.function === 'flush_tlb_func' || row.op === 'mmu.read_cr3') continue;
  exactNative.set(row.op, (exactNative.get(row.op) ?? 0) + Number(row.instructions));
}
for (const [op, exact] of exactNative) {
  const row = withNative.ops.find((r) => r.op === op);
  compare(op, row?.base ?? 0, exact, row?.samples.base ?? 0);
}

const within = zs.filter((z) => Math.abs(z) <= 1.96).length;
say();
say(
  `Of ${zs.length} comparisons ${within} (${((100 * within) / zs.length).toFixed(0)} %) have |z| at or under 1.96; the largest |z| is ${Math.max(...zs.map(Math.abs)).toFixed(2)}.`,
);
say();
say(
  'The sampling jitter is small against the period, so short loops alias a little, and an execution sampled at a',
);
say('fixed stride varies less than Poisson where code is spread evenly.');

say();
say('### Sample by sample: weight at sites against an oracle');
say(
  "| kernel | samples at sites, by the truth's addresses | by pvflame, which also knows the static calls of sched_clock |",
);
say('|---|---|---|');
for (const kernel of ['paravirt', 'paravirt-unpatched']) {
  const atSites = new Set(
    rows(join(truth, `${kernel}.insn-counts.tsv.gz`))
      .filter((row) => row.pv_site !== '-')
      .map((row) => row.address.slice(2)),
  );
  let oracle = 0;
  for (const path of runs('6.1-precise', kernel)) {
    const text = gunzipSync(readFileSync(path)).toString('utf8');
    for (const leaf of text.matchAll(/:ppp: \n\s*([0-9a-f]+) /g))
      if (atSites.has(leaf[1])) oracle++;
  }
  const found = report('6.1-precise', kernel, kernel, '--native-equivalents', 'off');
  const site = found.ledger.find((row) => row.bucket === 'site');
  say(`| ${kernel} | ${oracle} | ${Math.round((site.base / PERIOD) * found.base.runs.length)} |`);
}

say();
say('## A timer event (cpu-clock) on the same kernels: what cannot be said');
say('| pair | deferred in base, of all weight | in new | call | site | false states |');
say('|---|---|---|---|---|---|');
const runtime = (kernel) =>
  new Map(
    rows(join(kernels, '6.1', `${kernel}.runtime.tsv.gz`)).map((row) => [
      `${row.symbol}+${row.symoff}`,
      row.form,
    ]),
  );
function falseStates(found, side, kernel) {
  if (kernel === 'native') return { seen: 0, wrong: 0 };
  const forms = runtime(kernel);
  let seen = 0;
  let wrong = 0;
  for (const site of found.sites) {
    const state = site.state[side];
    if (state === null || state === 'unknown' || state === 'static') continue;
    seen++;
    const form = forms.get(`${site.symbol}+0x${site.offset[side].toString(16)}`) ?? '';
    const really = form.startsWith('indirect')
      ? 'indirect'
      : form.startsWith('direct')
        ? 'direct'
        : form.split('-')[0];
    if (really !== state) wrong++;
  }
  return { seen, wrong };
}
const states = [];
for (const [base, other] of PAIRS) {
  const found = report('6.1', base, other);
  const delta = (bucket) =>
    `>= ${(found.ledger.find((row) => row.bucket === bucket).delta / 1e6).toFixed(1)} ms`;
  const share = (side) => `${(100 * found.deferred.share[side]).toFixed(1)} %`;
  const [fb, fn] = [falseStates(found, 'base', base), falseStates(found, 'new', other)];
  say(
    `| ${base} -> ${other} | ${share('base')} | ${share('new')} | ${delta('call')} | ${delta('site')} | ${fb.wrong + fn.wrong} of ${fb.seen + fn.seen} |`,
  );
  if (base === 'paravirt-unpatched') states.push(found);
}
say();
say(
  'Rows of call, ops and sites are lower bounds there: what runs with interrupts off is not seen. Deferred samples are',
);
say(
  'recognised from the bytes and charged to no site. "False states" holds the state that samples show of a site against',
);
say('the bytes found in memory after boot.');
for (const found of states) {
  const changed = found.patching.changed.map((i) => found.sites[i]);
  say();
  say(
    `Unpatched against patched (one image): ${changed.length} sites changed their state, ` +
      `${changed.filter((s) => s.chance !== null && s.chance < 0.05).length} of them with a chance under 5 % had nothing changed; ` +
      `${found.sites.length} sites were seen on either side.`,
  );
}
process.stdout.write(lines.join('\n') + '\n');
