// A side's tree: ../side-tree.ts.
import { add, double, filled, get, set } from './columns';
import { begin, child, endTree, treeSize } from './key-tree';

/** Keys, which the other side interns: of a task; of the op whose callee a stack node is (-1: none); of a frame. */
@external("env", "taskKey") declare function taskKey(key: i32): i32;
@external("env", "opKey") declare function opKey(node: i32): i32;
@external("env", "frameKey") declare function frameKey(frame: i32, isCallee: i32): i32;

let map: usize = 0;
let self: usize = 0;
let counts: usize = 0;

/** Those of a tree that was made of another. */
export function setSide(mapOf: usize, selfOf: usize, samplesOf: usize): void {
  map = mapOf;
  self = selfOf;
  counts = samplesOf;
}

export function mapAt(): usize { return map; }
export function selfAt(): usize { return self; }
export function samplesAt(): usize { return counts; }

/**
 * `parentOf`, `keyOf`: the stacks; `node`, `weight`, `samples`: entries of the side's weights; `plain`: 1 for frames that are
 * never callees.
 */
export function sideTree(
  nodes: i32, parentOf: usize, keyOf: usize,
  entries: i32, node: usize, weight: usize, samples: usize,
  frames: i32, plain: usize, runs: i32,
): void {
  // nodes that samples of the compared event reach; of these the ones that may stand below an op's frame
  const held = filled(nodes, 0);
  let most = 0;
  for (let i = 0; i < entries; i++) {
    for (let at = get(node, i); at >= 0 && load<u8>(held + at) == 0; at = get(parentOf, at)) {
      store<u8>(held + at, 1);
      const key = get(keyOf, at);
      most += key < 0 || load<u8>(plain + key) == 1 ? 1 : 2;
    }
  }
  begin(most);
  map = filled(<usize>nodes << 2, 0);
  // op of the callee that a node is, by its key; 0: none
  const openOp = filled(<usize>nodes << 2, 0);
  const known = filled(<usize>frames << 3, 0);
  for (let at = 0; at < nodes; at++) {
    if (load<u8>(held + at) == 0) continue;
    const frame = get(keyOf, at);
    if (frame < 0) {
      set(map, at, child(-1, taskKey(frame)));
      continue;
    }
    const up = get(parentOf, at);
    let parent = get(map, up);
    const op = load<u8>(plain + frame) == 1 ? -1 : opKey(at);
    if (op >= 0) {
      set(openOp, at, op + 1);
      if (get(openOp, up) != op + 1) parent = child(parent, op);
    }
    const asked = 2 * frame + i32(op >= 0);
    let key = get(known, asked) - 1;
    if (key < 0) set(known, asked, (key = frameKey(frame, i32(op >= 0))) + 1);
    set(map, at, child(parent, key));
  }
  heap.free(held);
  heap.free(openOp);
  heap.free(known);
  endTree();
  const size = treeSize();
  self = filled(<usize>size << 3, 0);
  counts = filled(<usize>size << 3, 0);
  for (let i = 0; i < entries; i++) {
    const at = get(map, get(node, i));
    add(self, at, double(weight, i));
    add(counts, at, double(samples, i));
  }
  if (runs > 1)
    for (let at = 0; at < size; at++)
      store<f64>(self + (<usize>at << 3), double(self, at) / <f64>runs);
}
