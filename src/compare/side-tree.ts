import { taskName } from '../profile/index.js';
import type { Attributor } from './attribute.js';
import { KeyTree } from './key-tree.js';
import type { KeyTable, NodeKind } from './keys.js';
import type { Side, SideWeights } from './side.js';

/** A side's callchains by comparable keys, with op frames put in. Columns are by node. */
export interface SideTree {
  nodes: KeyTree;
  /** The tree's node of each node of the profile's stacks. */
  map: Int32Array;
  /** Self weight, mean over the side's runs. */
  self: Float64Array;
  samples: Float64Array;
}

/** A side's tree after splicing. */
export interface UnionSide extends SideTree {
  /** Weight that splicing counted into a node, by node. */
  moved: Float64Array;
}

/**
 * Builds a side's tree. Between a caller and a pv callee stands one frame for the op
 * (`pv:mmu.set_pte`), with thunk and implementation below it, so that an out-of-line `native_*` of a
 * kernel without paravirt lines up with it.
 */
export function sideTree(
  side: Side,
  weights: SideWeights,
  attributor: Attributor,
  keys: KeyTable,
): SideTree {
  const { stacks, frames } = side.profile;
  const { held, count } = nodesWithSamples(side, weights);
  const map = new Int32Array(stacks.size);
  const nodes = new KeyTree(count);
  // op of the callee that a node is, by its key; 0: none
  const openOp = new Int32Array(stacks.size);
  const keyOf = frameKeys(side, keys);
  for (let node = 0; node < stacks.size; node++) {
    if (held[node] !== 1) continue;
    const frame = stacks.key(node);
    if (frame < 0) {
      map[node] = nodes.child(-1, keys.id('comm', frames.strings.text(taskName(frame)), ''));
      continue;
    }
    const up = stacks.parent(node);
    let parent = map[up] ?? -1;
    const op = attributor.calleeOp(node);
    if (op !== undefined) {
      const opKey = keys.id('op', `pv:${op}`, '');
      openOp[node] = opKey + 1;
      if (openOp[up] !== opKey + 1) parent = nodes.child(parent, opKey);
    }
    map[node] = nodes.child(parent, keyOf(frame, op !== undefined));
  }
  return { nodes, map, ...selfColumns(nodes.size, map, weights, side.columns.length) };
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

/** Keys of frames, as a callee of an op or not; worked out once a frame, in the order in which they are asked for. */
function frameKeys(side: Side, keys: KeyTable): (frame: number, isCallee: boolean) => number {
  const { facts } = side;
  const { frames } = side.profile;
  const known = new Int32Array(frames.size * 2);
  // a function's frames differ in their addresses only: the last key of a symbol is mostly the next one's too
  const last = new Int32Array(frames.strings.size).fill(-1);
  return (frame, isCallee) => {
    const at = frame * 2 + (isCallee ? 1 : 0);
    const found = known[at] ?? 0;
    if (found > 0) return found - 1;
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
    known[at] = id + 1;
    return id;
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
