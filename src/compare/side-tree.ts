import { taskName } from '../profile/index.js';
import type { NodeKeys, SideTree, SideWeights } from './columns.js';
import type { Attributor } from './attribute.js';
import { KeyTree } from './key-tree.js';
import type { KeyTable, NodeKind } from './keys.js';
import type { Side } from './side.js';
import type { WasmTrees } from './wasm-trees.js';

/**
 * Builds a side's tree. Between a caller and a pv callee stands one frame for the op
 * (`pv:mmu.set_pte`), with thunk and implementation below it, so that an out-of-line `native_*` of a
 * kernel without paravirt lines up with it. `quick`: the same through WebAssembly.
 */
export function sideTree(
  side: Side,
  weights: SideWeights,
  attributor: Attributor,
  keys: KeyTable,
  quick?: WasmTrees,
): SideTree {
  const { stacks, frames } = side.profile;
  const runs = side.repetitions;
  const { taskKey, opKey, frameKey } = nodeKeys(side, attributor, keys);
  if (quick !== undefined) {
    const plain = plainFrames(frames.size, attributor);
    return quick.sideTree(stacks, weights, plain, { taskKey, opKey, frameKey }, runs);
  }
  const { held, count } = nodesWithSamples(side, weights);
  const map = new Int32Array(stacks.size);
  const nodes = new KeyTree(count);
  // op of the callee that a node is, by its key; 0: none
  const openOp = new Int32Array(stacks.size);
  // keys of frames, as a callee of an op or not
  const known = new Int32Array(frames.size * 2);
  for (let node = 0; node < stacks.size; node++) {
    if (held[node] !== 1) continue;
    const frame = stacks.key(node);
    if (frame < 0) {
      map[node] = nodes.child(-1, taskKey(frame));
      continue;
    }
    const up = stacks.parent(node);
    let parent = map[up] ?? -1;
    const op = opKey(node);
    if (op >= 0) {
      openOp[node] = op + 1;
      if (openOp[up] !== op + 1) parent = nodes.child(parent, op);
    }
    const asked = frame * 2 + (op >= 0 ? 1 : 0);
    let key = (known[asked] ?? 0) - 1;
    if (key < 0) known[asked] = (key = frameKey(frame, op >= 0)) + 1;
    map[node] = nodes.child(parent, key);
  }
  return { nodes, map, ...selfColumns(nodes.size, map, weights, runs) };
}

function plainFrames(frames: number, attributor: Attributor): Uint8Array {
  const plain = new Uint8Array(frames);
  for (let frame = 0; frame < frames; frame++) if (attributor.isPlain(frame)) plain[frame] = 1;
  return plain;
}

function selfColumns(size: number, map: Int32Array, weights: SideWeights, runs: number) {
  const self = new Float64Array(size);
  const samples = new Float64Array(size);
  for (let i = 0; i < weights.size; i++) {
    const at = map[weights.node[i] ?? 0] ?? 0;
    self[at] = (self[at] ?? 0) + (weights.weight[i] ?? 0);
    samples[at] = (samples[at] ?? 0) + (weights.samples[i] ?? 0);
  }
  if (runs > 1) for (let at = 0; at < size; at++) self[at] = (self[at] ?? 0) / runs;
  return { self, samples };
}

/** Nodes that samples of the compared event reach: those of other events are no empty frames here. */
function nodesWithSamples(side: Side, weights: SideWeights): { held: Uint8Array; count: number } {
  const { stacks } = side.profile;
  const held = new Uint8Array(stacks.size);
  let count = 0;
  for (let i = 0; i < weights.size; i++) {
    for (let at = weights.node[i] ?? -1; at >= 0 && held[at] !== 1; at = stacks.parent(at)) {
      held[at] = 1;
      count++;
    }
  }
  return { held, count };
}

function nodeKeys(side: Side, attributor: Attributor, keys: KeyTable): NodeKeys {
  const { facts } = side;
  const { frames } = side.profile;
  // a function's frames differ in their addresses only: the last key of a symbol is mostly the next one's too
  const last = new Int32Array(frames.strings.size).fill(-1);
  return {
    taskKey: (task) => keys.id('comm', frames.strings.text(taskName(task)), ''),
    opKey: (node) => {
      const op = attributor.calleeOp(node);
      return op === undefined ? -1 : keys.id('op', `pv:${op}`, '');
    },
    frameKey: (frame, isCallee) => {
      const name = facts.name[frame] ?? '';
      const dso = facts.dso[frame] ?? '';
      const kind = kindOf(side, frame, isCallee);
      const symbol = frames.symbol[frame] ?? 0;
      let id = last[symbol] ?? -1;
      if (id < 0 || !keys.is(id, kind, name, dso)) {
        id = keys.id(kind, name, dso);
        keys.noteRaw(id, frames.strings.text(symbol));
        last[symbol] = id;
      }
      return id;
    },
  };
}

function kindOf(side: Side, frame: number, isCallee: boolean): NodeKind {
  const kind = side.facts.kind[frame];
  if (kind === 'user') return 'user';
  if (kind === 'waiting') return 'wait';
  if (isCallee) return 'callee';
  return kind === 'entry' ? 'entry' : 'kernel';
}

/** Adds every node to the one above it (-1: none), where children stand behind their parents. */
export function addUp(values: Float64Array, parent: Int32Array): void {
  for (let i = values.length - 1; i >= 0; i--) {
    const above = parent[i] ?? -1;
    if (above >= 0) values[above] = (values[above] ?? 0) + (values[i] ?? 0);
  }
}
