import { describe, expect, it } from 'vitest';
import type { Attributor } from '../../src/compare/attribute.js';
import { makeAttributor } from '../../src/compare/attributors.js';
import { keyOrder, KeyTable } from '../../src/compare/keys.js';
import { makeSide, weightsOf, type Side } from '../../src/compare/side.js';
import { sideTree, type UnionSide } from '../../src/compare/side-tree.js';
import { unionTree, type UnionTree } from '../../src/compare/union-tree.js';
import { WasmTrees } from '../../src/compare/wasm-trees.js';
import { FrameTable, PerfScriptReader, StringTable } from '../../src/ingest/index.js';
import { frameFacts } from '../../src/paravirt/index.js';
import { ProfileBuilder } from '../../src/profile/index.js';
import { seeded } from '../support/both-readers.js';
import { frame } from '../support/recordings.js';

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
  const side = makeSide(profile, frameFacts(profile.frames, { exactSymbols: false }), 'cycles');
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

interface Made {
  sides: UnionSide[];
  union: UnionTree;
  keys: unknown;
  kinds: Set<string>;
}

function make(
  sides: readonly Side[],
  attributorOf: (side: Side) => Attributor,
  quick?: WasmTrees,
): Made {
  const keys = new KeyTable();
  const trees = sides.map((side): UnionSide => {
    const tree = sideTree(side, weightsOf(side), attributorOf(side), keys, quick);
    const moved = tree.self.map((weight, node) => (node % 7 === 0 ? weight / 3 : 0));
    const { size, parent, key } = tree.nodes;
    const nodes = { size, parent: parent.slice(0, size), key: key.slice(0, size) };
    return { ...tree, nodes, moved };
  });
  const [base, other] = trees as [UnionSide, UnionSide];
  const union = unionTree(base, other, keyOrder(keys), quick);
  return {
    sides: trees,
    union,
    keys: [keys.keys, keys.merged().map((id) => keys.rawOf(id))],
    kinds: new Set(keys.keys.map(({ kind }) => kind)),
  };
}

describe('trees', () => {
  it('are the same with and without WebAssembly, to the last digit', () => {
    let [ops, wide] = [0, 0];
    for (let seed = 1; seed <= 80; seed++) {
      const random = seeded(seed);
      const sides = [sideOf(random), sideOf(random)];
      const attributorOf =
        seed % 2 === 0 ? fanciful : (side: Side) => makeAttributor(side, new Set());
      const quick = WasmTrees.make();
      if (quick === undefined) throw new Error('no WebAssembly');
      const made = make(sides, attributorOf, quick);
      expect(made, `seed ${seed}`).toEqual(make(sides, attributorOf));
      ops += made.kinds.has('op') ? 1 : 0;
      const children = new Map<number, number>();
      for (const up of made.union.parent) children.set(up, (children.get(up) ?? 0) + 1);
      wide += Math.max(...children.values()) > 24 ? 1 : 0;
    }
    // more siblings than are sorted by insertion
    expect(wide).toBeGreaterThan(20);
    expect(ops).toBeGreaterThan(60);
  });
});
