// What kernel functions call: ../edges.ts.
import { add, addUp, copied, double, filled, get, set } from './columns';
import { begin, pairOf, treeSize } from './key-tree';

let edgeOf: usize = 0;
let nodeWeight: usize = 0;
let edgeWeight: usize = 0;
let edgeSamples: usize = 0;
let edgeSelf: usize = 0;
let keySelf: usize = 0;
let keyHas: usize = 0;

export function edgeOfAt(): usize { return edgeOf; }
export function nodeWeightAt(): usize { return nodeWeight; }
export function edgeWeightAt(): usize { return edgeWeight; }
export function edgeSamplesAt(): usize { return edgeSamples; }
export function edgeSelfAt(): usize { return edgeSelf; }
export function keySelfAt(): usize { return keySelf; }
export function keyHasAt(): usize { return keyHas; }

/** Of the whole side. */
let allWeight: f64 = 0;
let allSamples: f64 = 0;

export function allWeightOf(): f64 { return allWeight; }
export function allSamplesOf(): f64 { return allSamples; }

/** What kernel functions call, summed over all paths; a pair's caller is its parent. `isKernel`: 1 for keys of such functions. */
export function edges(
  nodes: i32, parentOf: usize, keyOf: usize, selfOf: usize, samplesOf: usize,
  keyCount: i32, isKernel: usize,
): void {
  nodeWeight = copied(selfOf, nodes);
  const nodeSamples = copied(samplesOf, nodes);
  addUp(nodeWeight, parentOf, nodes);
  addUp(nodeSamples, parentOf, nodes);
  edgeOf = heap.alloc((<usize>nodes << 2) + 16);
  keySelf = filled(<usize>keyCount << 3, 0);
  keyHas = filled(keyCount, 0);
  let most = 0;
  allWeight = 0;
  allSamples = 0;
  for (let node = 0; node < nodes; node++) {
    allWeight += double(selfOf, node);
    allSamples += double(samplesOf, node);
    const own = get(keyOf, node);
    store<u8>(keyHas + own, 1);
    add(keySelf, own, double(selfOf, node));
    const up = get(parentOf, node);
    const caller = up < 0 ? -1 : get(keyOf, up);
    const counts = caller >= 0 && load<u8>(isKernel + caller) == 1;
    set(edgeOf, node, counts ? caller : -1);
    if (counts) most++;
  }
  begin(most);
  for (let node = 0; node < nodes; node++) {
    const caller = get(edgeOf, node);
    if (caller >= 0) set(edgeOf, node, pairOf(caller, get(keyOf, node)));
  }
  const size = treeSize();
  edgeWeight = filled(<usize>size << 3, 0);
  edgeSamples = filled(<usize>size << 3, 0);
  edgeSelf = filled(<usize>size << 3, 0);
  for (let node = 0; node < nodes; node++) {
    const edge = get(edgeOf, node);
    if (edge < 0) continue;
    add(edgeWeight, edge, double(nodeWeight, node));
    add(edgeSamples, edge, double(nodeSamples, node));
    add(edgeSelf, edge, double(selfOf, node));
  }
  heap.free(nodeSamples);
}
