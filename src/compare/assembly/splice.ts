// A side's tree with callees counted into their callers: ../splice.ts.
import { add, double, filled, get, set } from './columns';
import { begin, child, endTree, keysAt } from './key-tree';
import { setSide } from './side-tree';

let moved: usize = 0;

export function movedAt(): usize { return moved; }

/**
 * A side's tree without the callees that are counted into their callers: `pairs` of `callers` and `callees`, by key.
 * `goesBy`: the key that each key goes by. `stacks`: nodes of the stacks, whose nodes `mapOf` has.
 */
export function splice(
  nodes: i32, parentOf: usize, keyOf: usize, selfOf: usize, samplesOf: usize,
  stacks: i32, mapOf: usize,
  keyCount: i32, goesBy: usize,
  pairs: i32, callers: usize, callees: usize,
): void {
  // of each caller its last pair + 1; of each pair the one before
  const lastOf = filled(<usize>keyCount << 2, 0);
  const before = heap.alloc((<usize>pairs << 2) + 16);
  for (let pair = 0; pair < pairs; pair++) {
    const caller = get(callers, pair);
    set(before, pair, get(lastOf, caller));
    set(lastOf, caller, pair + 1);
  }
  begin(nodes);
  const places = heap.alloc((<usize>nodes << 2) + 16);
  const self = filled(<usize>nodes << 3, 0);
  const counts = filled(<usize>nodes << 3, 0);
  moved = filled(<usize>nodes << 3, 0);
  for (let node = 0; node < nodes; node++) {
    const up = get(parentOf, node);
    const parent = up < 0 ? -1 : get(places, up);
    const key = get(goesBy, get(keyOf, node));
    let pair = parent < 0 ? 0 : get(lastOf, get(keysAt(), parent));
    while (pair > 0 && get(callees, pair - 1) != key) pair = get(before, pair - 1);
    const target = pair > 0 ? parent : child(parent, key);
    set(places, node, target);
    add(self, target, double(selfOf, node));
    add(counts, target, double(samplesOf, node));
    if (pair > 0) add(moved, target, double(selfOf, node));
  }
  const map = heap.alloc((<usize>stacks << 2) + 16);
  for (let at = 0; at < stacks; at++) set(map, at, get(places, get(mapOf, at)));
  heap.free(lastOf);
  heap.free(before);
  heap.free(places);
  endTree();
  setSide(map, self, counts);
}
