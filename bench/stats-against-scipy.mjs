// Compares src/compare/stats with scipy on the same cases; fails where three digits do not agree.
//   node bench/stats-against-scipy.mjs        (needs python3 with scipy)
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pvflame-scipy-'));
const load = async (path) => {
  const outfile = join(folder, `${path.replaceAll('/', '-')}.mjs`);
  const entry = join(here, '..', path);
  await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    logLevel: 'error',
  });
  return import(pathToFileURL(outfile).href);
};
const stats = await load('src/compare/stats/index.ts');
const { normal, poisson, seeded } = await load('test/unit/stats/support/random.ts');
rmSync(folder, { recursive: true });

const random = seeded(11);
const SPREADS = [
  stats.NO_SPREAD,
  { dispersion: 1.3, relative: 0.02, dfDispersion: 30, dfRelative: 6, points: 90 },
  { dispersion: 3.1, relative: 0, dfDispersion: 200, dfRelative: 200, points: 400 },
];
const changes = [];
const side = (mean, runs, weight) => {
  const counts = Array.from({ length: runs }, () => poisson(random, mean));
  return { runs: counts.map((n) => n * weight), samples: counts.reduce((a, b) => a + b, 0) };
};
for (let i = 0; i < 300; i++) {
  const runs = 2 + (i % 9);
  const draw = (mean) => Array.from({ length: runs }, () => mean + normal(random));
  changes.push({ method: 'welch', base: draw(100), new: [...draw(100 + (i % 5)), 101] });
  const mean = [0.5, 4, 12, 60, 900][i % 5];
  const base = side(i % 3 === 0 ? 0 : mean, runs, 250);
  const other = side(mean * (1 + (i % 4) / 4), runs + 1, 260);
  const totals = { base: 1e6, new: 1.1e6 };
  if (base.samples + other.samples > 0) {
    for (const spread of SPREADS)
      changes.push({ method: 'runs', base, new: other, totals, spread });
  }
  const row = (samples) => ({
    value: samples * 1000,
    samples,
    total: { value: 2e7, samples: 20_000 },
  });
  const [b, n] = [row(base.samples), row(other.samples)];
  if (b.samples + n.samples > 0)
    changes.push({ method: 'newcombe', base: b, new: n, dispersion: 1 + (i % 3) });
}
const families = Array.from({ length: 50 }, (_, i) =>
  Array.from({ length: 1 + i }, () => Math.round(1000 * random() ** 3) / 1000),
);
const effects = [2, 3, 4, 5, 7, 10, 20].map((runs) => ({ runs, sd: 0.4 }));

const ours = (c) => {
  if (c.method === 'welch') return stats.changeOfTotals(c.base, c.new);
  if (c.method === 'newcombe') return stats.changeWithinRuns(c.base, c.new, c.dispersion);
  return stats.changeOfRuns(c.base, c.new, c.totals, c.spread);
};
const theirs = JSON.parse(
  execFileSync('python3', [join(here, 'stats-against-scipy.py')], {
    input: JSON.stringify({ changes, families, effects }),
    maxBuffer: 1 << 26,
  }).toString(),
);

let bad = 0;
const worst = {};
const check = (what, mine, scipy, scale = Math.abs(scipy)) => {
  const off = mine === scipy ? 0 : Math.abs(mine - scipy) / Math.max(scale, 1e-300);
  worst[what] = Math.max(worst[what] ?? 0, off);
  if (!(off < 5e-4)) {
    bad++;
    if (bad < 10) console.error(`${what}: ${mine} is not scipy's ${scipy}`);
  }
};
changes.forEach((c, i) => {
  const { interval, p } = ours(c);
  const scipy = theirs.changes[i];
  // An end near 0 is compared on the scale of the interval.
  const width = scipy.high - scipy.low;
  check(`${c.method} interval`, interval[0], scipy.low, width);
  check(`${c.method} interval`, interval[1], scipy.high, width);
  check(`${c.method} p`, p, scipy.p);
});
families.forEach((p, i) =>
  stats.benjaminiHochberg(p).forEach((q, k) => check('q', q, theirs.adjusted[i][k], 1)),
);
for (const [what, off] of Object.entries(worst))
  console.log(`${what}: largest relative difference ${off.toExponential(1)}`);
effects.forEach(({ runs, sd }, i) => {
  const effect = stats.minimumDetectableEffect(sd, runs);
  const off = (100 * (effect / theirs.effects[i] - 1)).toFixed(1);
  console.log(`detectable effect, ${runs} runs a side: ${off} % off the noncentral t's`);
});
console.log(`${changes.length} changes, ${families.length} families, ${bad} differences`);
process.exit(bad === 0 ? 0 : 1);
