import { KIND_NAMES, VERDICT_TOO_LITTLE } from '../../src/render/shared/codes.js';
import {
  reportSchema,
  SITE_STATES,
  type ReportDocument,
  type Side,
  type SiteState,
} from '../../src/report/schema.js';

/** A call path of a synthetic comparison with the self weights of its last frame. */
export interface SamplePath {
  /** Names from the root down, without the root; "name@kind" sets the kind, "name!dso" the dso. */
  readonly path: readonly string[];
  readonly base: number;
  readonly new: number;
}

export interface SampleOptions {
  readonly unit?: string;
  readonly event?: string;
  readonly timer?: boolean;
  readonly title?: string | null;
  readonly labels?: readonly [string, string];
  /** As joined with kernel images: site, caller, elsewhere, states, and what was moved. */
  readonly images?: boolean;
}

interface TreeNode {
  readonly name: string;
  base: number;
  new: number;
  readonly children: Map<string, TreeNode>;
}

function side(options: SampleOptions, which: 0 | 1, weight: number): Side {
  const label = (options.labels ?? ['6.1.0-native', '6.1.0-paravirt'])[which];
  return {
    label,
    kernel: label,
    event: options.event ?? 'instructions:ppp',
    unit: options.unit ?? 'instructions',
    timer: options.timer ?? false,
    recording: {
      hostname: 'bench',
      osRelease: label,
      arch: 'x86_64',
      cpu: 'Sample CPU',
      cpusOnline: 1,
      perfVersion: '6.1.192',
      command: '/usr/bin/perf record -a -g',
    },
    events: [{ name: options.event ?? 'instructions:ppp', samples: 16536 + which * 310 }],
    runs: [
      {
        path: `run1.${which === 0 ? 'native' : 'paravirt'}.txt.gz`,
        sha256: String(which + 1).repeat(64),
        samples: 16536 + which * 310,
        weight,
        lost: 0,
        skippedLines: which * 3,
        skipped:
          which === 1 ? [{ reason: 'no sample <header> line', lines: 3, firstLine: 17 }] : [],
        duration: 8.34,
        anchor: null,
      },
    ],
  };
}

const untested = { interval: null, percentInterval: null, verdict: 'too little data' } as const;

function sum(paths: readonly SamplePath[], key: 'base' | 'new'): number {
  return paths.reduce((all, path) => all + path[key], 0);
}

/** The paths as a prefix tree in preorder columns, children by name. */
function graphOf(paths: readonly SamplePath[]): ReportDocument['graph'] {
  const root: TreeNode = { name: 'all@root', base: 0, new: 0, children: new Map() };
  for (const { path, base, new: newer } of paths) {
    let node = root;
    for (const name of path) {
      let child = node.children.get(name);
      if (!child) node.children.set(name, (child = { name, base: 0, new: 0, children: new Map() }));
      node = child;
    }
    node.base += base;
    node.new += newer;
  }
  const graph: ReportDocument['graph'] = {
    names: [],
    dsos: [],
    raw: [],
    nodes: { depth: [], name: [], kind: [], base: [], new: [], verdict: [], moved: [] },
  };
  const ids = new Map<string, number>();
  const visit = (node: TreeNode, depth: number): void => {
    const [rest = '', kind = 'kernel'] = node.name.split('@');
    const [name = '', dso = ''] = rest.split('!');
    let id = ids.get(rest);
    if (id === undefined) {
      ids.set(rest, (id = graph.names.length));
      graph.names.push(name);
      graph.dsos.push(dso);
    }
    graph.nodes.depth.push(depth);
    graph.nodes.name.push(id);
    graph.nodes.kind.push((KIND_NAMES as readonly string[]).indexOf(kind));
    graph.nodes.base.push(node.base);
    graph.nodes.new.push(node.new);
    graph.nodes.verdict.push(VERDICT_TOO_LITTLE);
    graph.nodes.moved.push(name === '__schedule' ? 2e6 : 0);
    for (const key of [...node.children.keys()].sort()) visit(node.children.get(key)!, depth + 1);
  };
  visit(root, 0);
  return graph;
}

/** A valid report over the given paths; op rows come from frames of kind op. */
export function sampleReport(
  paths: readonly SamplePath[],
  options: SampleOptions = {},
): ReportDocument {
  const base = sum(paths, 'base');
  const newer = sum(paths, 'new');
  const percent = (value: number): number | null => (base > 0 ? (value / base) * 100 : null);
  const bound = options.timer === true ? 'lower' : null;
  const inPv = paths.filter(({ path }) => path.some((name) => /@(op|callee)$/.test(name)));
  const user = paths.filter(({ path }) => /@user$/.test(path.at(-1) ?? ''));
  const bucket = (name: string, b: number | null, n: number | null): object => ({
    bucket: name,
    base: b,
    new: n,
    delta: b === null || n === null ? null : n - b,
    percent: b === null || n === null ? null : percent(n - b),
    ...untested,
    bound: options.timer === true && (name === 'call' || name === 'site') ? 'lower' : null,
  });
  const rest = (key: 'base' | 'new'): number =>
    (key === 'base' ? base : newer) - sum(inPv, key) - sum(user, key);
  const ops = new Map<string, SamplePath[]>();
  const functions = new Map<string, SamplePath[]>();
  for (const path of paths) {
    const op = path.path.find((name) => name.endsWith('@op'));
    if (op !== undefined) ops.set(op, [...(ops.get(op) ?? []), path]);
    const leaf = path.path.at(-1) ?? '';
    functions.set(leaf, [...(functions.get(leaf) ?? []), path]);
  }
  const row = (group: readonly SamplePath[]): object => ({
    base: sum(group, 'base'),
    new: sum(group, 'new'),
    percent: percent(sum(group, 'new') - sum(group, 'base')),
    ...untested,
    samples: {
      base: Math.round(sum(group, 'base') / 40009),
      new: Math.round(sum(group, 'new') / 40009),
    },
  });
  const change = (group: readonly SamplePath[]): number => sum(group, 'new') - sum(group, 'base');
  const opName = (key: string): string => key.replace(/@op$/, '').replace(/^pv:/, '');
  const states = Object.fromEntries(SITE_STATES.map((s) => [s, { sites: 0, weight: 0 }]));
  const seen = {
    ...states,
    unknown: {
      sites: [...ops.values()].flat().length,
      weight: sum([...ops.values()].flat(), 'new'),
    },
  };
  const report = reportSchema.parse({
    schema: 'pvflame-report/1',
    title: options.title ?? null,
    base: side(options, 0, base),
    new: side(options, 1, newer),
    normalization: { mode: 'none', factor: 1 },
    total: { base, new: newer, delta: newer - base, percent: percent(newer - base), ...untested },
    ledger: [
      bucket('call', sum(inPv, 'base'), sum(inPv, 'new')),
      bucket('site', null, null),
      bucket('wait', 0, 0),
      bucket('deferred', null, null),
      bucket('caller', null, null),
      bucket('elsewhere', null, null),
      bucket('rest', rest('base'), rest('new')),
      bucket('user', sum(user, 'base'), sum(user, 'new')),
    ],
    sumCheck: 0,
    moved: {
      weight: 0,
      gross: 0,
      reasons: { inlined: 0, deferred: null, renamed: 0 },
      splices: [],
    },
    ops: [...ops].map(([key, group]) => ({
      op: opName(key),
      extra: change(group),
      bound,
      sites: group.length,
      ...row(group),
    })),
    sites: [...ops].flatMap(([key, group]) =>
      group.map((path, i) => ({
        function: (path.path[path.path.indexOf(key) - 1] ?? '').split('!')[0],
        symbol: path.path[path.path.indexOf(key) - 1] ?? '',
        op: opName(key),
        ordinal: i,
        offset: { base: null, new: null },
        returnOffset: { base: null, new: 0x46 + i },
        state: { base: null, new: 'unknown' },
        votes: { base: 0, new: 0 },
        chance: null,
        code: null,
        extra: change([path]),
        bound,
        ...row([path]),
      })),
    ),
    functions: [...functions].map(([key, group]) => ({
      function: key.split(/[@!]/)[0],
      dso: /!([^@]*)/.exec(key)?.[1] ?? null,
      bucket: key.endsWith('@user') ? 'user' : 'rest',
      delta: change(group),
      hasSites: null,
      moved: { base: 0, new: 0 },
      ...row(group),
    })),
    patching: { base: states, new: seen, changed: [] },
    images: null,
    configs: null,
    siteWindow: null,
    basis: 'sampling',
    statistics: { method: 'none: one run a side', n: { base: 1, new: 1 }, seed: null },
    budget: [],
    deferred: null,
    nameable: newer === base ? null : change(inPv) / (newer - base),
    merges: [],
    graph: graphOf(paths),
    warnings: [
      { code: 'one-run', message: 'one run a side: boot-to-boot spread is unknown' },
      ...(options.timer === true
        ? [{ code: 'timer-event', message: 'cpu-clock cannot sample while interrupts are off' }]
        : []),
    ],
    provenance: {
      tool: 'pvflame',
      version: '0.1.0',
      argv: ['native.txt.gz', 'paravirt.txt.gz'],
      options: { normalize: 'none' },
    },
  });
  return options.images === true ? withImages(report) : report;
}

/** The same report as images would have it: half of `rest` is the callers', a tenth of `call` the sites'. */
function withImages(report: ReportDocument): ReportDocument {
  const of = (bucket: string): ReportDocument['ledger'][number] =>
    report.ledger.find((row) => row.bucket === bucket)!;
  const set = (bucket: string, base: number | null, newer: number | null): void => {
    const delta = base === null || newer === null ? null : newer - base;
    const percent = delta === null ? null : (delta / report.total.base) * 100;
    Object.assign(of(bucket), { base, new: newer, delta, percent });
  };
  const [call, rest] = [{ ...of('call') }, { ...of('rest') }];
  const part = (value: number | null, share: number): number => (value ?? 0) * share;
  set('call', part(call.base, 0.9), part(call.new, 0.9));
  set('site', part(call.base, 0.1), part(call.new, 0.1));
  set('caller', part(rest.base, 0.5), part(rest.new, 0.5));
  set('elsewhere', part(rest.base, 0.25), part(rest.new, 0.25));
  set('rest', null, null);
  const { timer } = report.base;
  set(
    timer ? 'deferred' : 'elsewhere',
    part(rest.base, timer ? 0.25 : 0.5),
    part(rest.new, timer ? 0.25 : 0.5),
  );
  const last = report.sites.length - 1;
  report.sites.forEach((site, i) => {
    site.offset = { base: 0x40 + i, new: 0x40 + i };
    site.returnOffset = { base: 0x46 + i, new: null };
    site.state = { base: 'indirect', new: i === last ? 'unknown' : 'inline' };
    site.votes = { base: 40 + i, new: i === last ? 0 : 3 };
    site.chance = i === last ? null : i === 0 ? 1e-9 : 1 / 35;
  });
  const count = (side: 'base' | 'new', state: SiteState): { sites: number; weight: number } => {
    const rows = report.sites.filter((site) => site.state[side] === state);
    return { sites: rows.length, weight: rows.reduce((all, row) => all + row[side], 0) };
  };
  for (const side of ['base', 'new'] as const) {
    for (const state of SITE_STATES) report.patching[side][state] = count(side, state);
  }
  report.patching.changed = report.sites.slice(0, -1).map((_, i) => i);
  const image = {
    name: 'vmlinux.gz',
    release: '6.1.192',
    sha256: '0123456789abcdef'.repeat(4),
    buildId: '1c2131aa',
    sites: 4238,
    slide: 0x1f000000,
    agreement: 0.99996,
  };
  report.images = { base: { ...image, sites: 0, slide: 0 }, new: image };
  report.siteWindow = { rule: timer ? 'timer' : 'own-bytes', half: 1e6, double: 9e6 };
  if (timer) report.deferred = { base: 1, new: 1, share: { base: 0.288, new: 0.293 } };
  const hostile = report.functions[0]?.function ?? '';
  report.moved = {
    weight: 14e6,
    gross: 20e6,
    reasons: { inlined: 12e6, deferred: null, renamed: 2e6 },
    splices: [
      { caller: hostile, callee: 'wp_page_reuse', side: 'new', weight: 2e6, reason: 'renamed' },
      { caller: 'pipe_write', callee: hostile, side: 'base', weight: 12e6, reason: 'inlined' },
    ],
  };
  report.merges = [{ canonical: 'copy_page', raw: ['copy_page.isra.0', hostile] }];
  return report;
}

const K = '![kernel.kallsyms]';
const syscall = ['mmapbench@comm', `entry_SYSCALL_64_after_hwframe${K}@entry`, `do_syscall_64${K}`];

/** A small kernel comparison: an op that is new, one that grew, a function that went. */
export function smallPaths(): SamplePath[] {
  const M = 1e6;
  const fault = [...syscall, `__x64_sys_mmap${K}`, `handle_mm_fault${K}`];
  const pipe = [...syscall, `ksys_write${K}`, `pipe_write${K}`];
  return [
    { path: ['mmapbench@comm', 'main!mmapbench@user'], base: 210 * M, new: 210.4 * M },
    { path: [...syscall], base: 120 * M, new: 124 * M },
    { path: fault, base: 600 * M, new: 597 * M },
    { path: [...fault, 'pv:mmu.set_pte@op'], base: 0, new: 21 * M },
    {
      path: [...fault, 'pv:mmu.set_pte@op', `__raw_callee_save_native_set_pte${K}@callee`],
      base: 0,
      new: 6 * M,
    },
    { path: [...fault, `clear_page_rep${K}`], base: 420 * M, new: 420 * M },
    { path: [...fault, `old_walk_helper${K}`], base: 31 * M, new: 0 },
    { path: pipe, base: 300 * M, new: 303 * M },
    { path: [...pipe, `_raw_spin_unlock_irqrestore${K}`], base: 80 * M, new: 66 * M },
    {
      path: [...pipe, `_raw_spin_unlock_irqrestore${K}`, 'pv:lock.queued_spin_unlock@op'],
      base: 0,
      new: 41 * M,
    },
    { path: [...pipe, `__schedule${K}`], base: 150 * M, new: 151 * M },
    { path: [...pipe, `__schedule${K}`, 'pv:irq.irq_disable@op'], base: 3 * M, new: 9.2 * M },
    { path: [...pipe, `__schedule${K}`, 'pv:irq.irq_enable@op'], base: 3 * M, new: 8.7 * M },
    { path: ['swapper@comm', `cpu_idle${K}`, `default_idle${K}@wait`], base: 60 * M, new: 60 * M },
  ];
}

/** Names that try to run, to break out, to vanish or to turn the line around. */
export const HOSTILE_NAMES: readonly string[] = [
  '</script><script>window.pwned=1</script>',
  '</title></svg><script>window.pwned=2</script>',
  '<img src=x onerror="window.pwned=3">',
  '" onload="window.pwned=4" x="',
  "' onfocus='window.pwned=5' autofocus='",
  '<!--<script>window.pwned=6',
  '__proto__',
  'constructor',
  'rtl\u202eevil\u202c',
  'nul\u0000byte',
  'bell\u0007esc\u001b[31m',
  'zero\u200bwidth\u2060',
  'lone\ud800surrogate',
  'tag\u{e0041}',
  '{{script}}$&$1',
  'שלום',
  'x'.repeat(10_000),
  '',
  'operator[](',
  '&amp;&lt;',
];

/** Paths over the hostile names, wide enough that every one is drawn with its label. */
export function hostilePaths(): SamplePath[] {
  return HOSTILE_NAMES.map((name, i) => ({
    path: ['comm@comm', name.replaceAll('@', ''), `child of ${String(i)}`],
    base: 1000,
    new: 1000 + (i % 3) * 400,
  }));
}

/** A seeded generator (mulberry32), so that a size means the same tree everywhere. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Deep, skewed call paths until the tree has about `nodes` nodes. */
export function manyPaths(nodes: number, seed = 7): SamplePath[] {
  const next = random(seed);
  const paths: SamplePath[] = [];
  const seen = new Set<string>();
  while (seen.size < nodes) {
    const path = ['bench@comm'];
    let key = '';
    const depth = 8 + Math.floor(next() * 22);
    for (let level = 0; level < depth; level++) {
      const choice = Math.floor(next() ** (level < 6 ? 6 : 2.5) * (level < 6 ? 6 : 18));
      const name = `fn_${String(level)}_${String(choice)}`;
      key += `;${name}`;
      seen.add(key);
      path.push(`${name}${K}`);
    }
    if (next() < 0.1) path.push(`pv:irq.op_${String(Math.floor(next() * 12))}@op`);
    const base = Math.floor(next() * 40) * 40009;
    paths.push({ path, base, new: next() < 0.9 ? base : base + 40009 * Math.floor(next() * 8) });
  }
  return paths;
}
