import type { UnionSide } from '../../src/compare/columns.js';
import { describe, expect, it } from 'vitest';
import type { Attributor } from '../../src/compare/attribute.js';
import { makeAttributor } from '../../src/compare/attributors.js';
import { edgesOf } from '../../src/compare/edges.js';
import type { Aligned } from '../../src/compare/functions.js';
import { KeyPairs } from '../../src/compare/key-tree.js';
import { keyOrder, KeyTable } from '../../src/compare/keys.js';
import { makeSide, weightsOf, type Side } from '../../src/compare/side.js';
import { sideTree } from '../../src/compare/side-tree.js';
import { applied } from '../../src/compare/splice.js';
import { sumRows } from '../../src/compare/tally.js';
import { testedFrames } from '../../src/compare/tested-frames.js';
import { unionTree } from '../../src/compare/union-tree.js';
import { WasmTrees } from '../../src/compare/wasm-trees.js';
import { FrameTable, PerfScriptReader, StringTable } from '../../src/ingest/index.js';
import { frameFacts } from '../../src/paravirt/index.js';
import { ProfileBuilder } from '../../src/profile/index.js';
import { seeded } from '../support/both-readers.js';
import { leaveDirtyMemory, leaveLargeMemory } from '../support/dirty-memory.js';
import { frame } from '../support/recordings.js';

/** Nothing is known of the kernels. */
const ANY = [{ release: null, ops: null }];

type Random = () => number;
const below = (random: Random, n: number) => Math.floor(random() * n);

const TELLING = ['native_set_pte', '_paravirt_ident_64', '__x86_return_thunk', 'default_idle'];

/** Some runs of random stacks; functions lie at two addresses each, so that nodes of the stacks meet in the tree. */
function sideOf(random: Random): Side {
  const frames = new FrameTable(new StringTable());
  const builder = new ProfileBuilder(frames);
  const functions = 2 + below(random, 80);
  const line = () => {
    if (random() < 0.2) return frame(TELLING[below(random, TELLING.length)] ?? '', 0);
    if (random() < 0.2) return `\t    4011${below(random, 10)}6 main+0x6 (/bin/a)`;
    return frame(`f${below(random, functions)}`, below(random, 2));
  };
  for (let run = 1 + below(random, 3); run > 0; run--) {
    const reader = new PerfScriptReader(builder.add, frames);
    for (let i = 1 + below(random, 250); i > 0; i--) {
      const event = random() < 0.9 ? 'cycles' : 'instructions';
      const head = `c${below(random, 3)}  1/1  [000]  1.000000: ${below(random, 1e9)} ${event}: `;
      const lines = Array.from({ length: 1 + below(random, 6) }, line);
      reader.push(Buffer.from(`${head}\n${lines.join('\n')}\n\n`));
    }
    builder.finishRun(reader.end(), { path: `run${run}`, sha256: String(run) });
  }
  const profile = builder.profile();
  const side = makeSide(
    profile,
    frameFacts(profile.frames, { exactSymbols: false, kernels: ANY }),
    'cycles',
  );
  // weights that do not add up exactly show in which order they were added
  side.factors = side.factors.map(() => 0.1 + random());
  return side;
}

/** Says of any frame that it is an op's callee, now of this op, now of that. */
function fanciful(side: Side): Attributor {
  const { stacks } = side.profile;
  return {
    ...makeAttributor(side, new Set()),
    attribute: () => ({ bucket: 'rest', op: undefined, site: undefined }),
    isPlain: (id) => id % 3 === 0,
    calleeOp: (node) =>
      stacks.key(node) % 3 === 0 || node % 5 === 0 ? undefined : `op${(node >> 2) % 2}`,
  };
}

const exactly = ({ nodes: { size, parent, key }, map, ...columns }: UnionSide): UnionSide => ({
  // without WebAssembly columns are longer than their tree
  nodes: { size, parent: parent.slice(0, size), key: key.slice(0, size) },
  map,
  self: columns.self.slice(0, size),
  samples: columns.samples.slice(0, size),
  moved: columns.moved.slice(0, size),
});

/** All that is made on the way from two sides to the graph's frames. */
function make(
  random: Random,
  sides: readonly Side[],
  attributorOf: (side: Side) => Attributor,
  quick?: WasmTrees,
) {
  const keys = new KeyTable();
  const all = sides.map((side) => ({
    side,
    weights: weightsOf(side, quick),
    attributor: attributorOf(side),
  }));
  const sums = all.map(({ side, weights }) => {
    const { size } = side.profile.stacks;
    const rowOf = Int32Array.from({ length: size }, () => below(random, 9) - 1);
    return sumRows(weights, side.columns.length, rowOf, 8, quick);
  });
  const trees = all.map(({ side, weights, attributor }) => ({
    ...sideTree(side, weights, attributor, keys, quick),
    moved: new Float64Array(0),
  }));
  const isKernel = Uint8Array.from(keys.keys, ({ kind }) => (kind === 'kernel' ? 1 : 0));
  const edges = trees.map((tree) => {
    const { below, pairs, ...columns } = edgesOf(tree, isKernel, quick);
    const ids = Array.from({ length: pairs.size }, (_, edge) => edge);
    return { columns, calls: ids.map((e) => [pairs.parent[e], pairs.key[e], ...below(e)]) };
  });
  const inlined = new KeyPairs();
  for (let i = below(random, 12); i > 0; i--)
    inlined.child(below(random, keys.size), below(random, keys.size));
  const names = Int32Array.from(keys.keys, (_, key) =>
    random() < 0.1 ? below(random, keys.size) : key,
  );
  const [base, other] = trees.map((tree) => applied(tree, inlined, names, quick)) as [
    UnionSide,
    UnionSide,
  ];
  const union = unionTree(base, other, keyOrder(keys), quick);
  const aligned = [base, other].map((tree, i) => ({ ...all[i], tree })) as [Aligned, Aligned];
  const frames = testedFrames(union, { base: aligned[0], new: aligned[1] }, quick);
  const raw = keys.merged().map((id) => keys.rawOf(id));
  const weights = all.map((side) => side.weights);
  return {
    weights,
    sums,
    keys: keys.keys,
    raw,
    edges,
    sides: [base, other].map(exactly),
    union,
    frames,
  };
}

describe('trees', () => {
  it('are the same with and without WebAssembly, to the last digit', () => {
    const seen = { ops: 0, wide: 0, moved: 0, frames: 0 };
    for (let seed = 1; seed <= 80; seed++) {
      const random = seeded(seed);
      const sides = [sideOf(random), sideOf(random)];
      const attributorOf =
        seed % 2 === 0 ? fanciful : (side: Side) => makeAttributor(side, new Set());
      if (seed === 80) leaveLargeMemory();
      else leaveDirtyMemory();
      const quick = WasmTrees.make();
      if (quick === undefined) throw new Error('no WebAssembly');
      const made = make(seeded(seed), sides, attributorOf, quick);
      expect(made, `seed ${seed}`).toEqual(make(seeded(seed), sides, attributorOf));
      const children = new Map<number, number>();
      for (const up of made.union.parent) children.set(up, (children.get(up) ?? 0) + 1);
      if (made.keys.some(({ kind }) => kind === 'op')) seen.ops++;
      // more siblings than are sorted by insertion
      if (Math.max(...children.values()) > 24) seen.wide++;
      if (made.union.moved.some((weight) => weight > 0)) seen.moved++;
      if (made.frames.frame.length > 1) seen.frames++;
    }
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(10);
  });
});
