// Sides' stacks in one prefix tree of names: what ../fold-tree.ts does in TypeScript.
import { grown } from '../../ingest/assembly/memory';
import { child, nodeCount } from '../../ingest/assembly/tree';
import { listOf, nameOfKey, NO_NAME } from './names';

/** Memory that the other side fills in. */
export function allocate(size: usize): usize { return heap.alloc(size + 16); }

/** Each side: where its stacks end (4), their weights (4), how many nodes have these (4), its stacks (4). */
let sides: usize = heap.alloc(2 << 4);
let sideRoom: i32 = 2;
let sideCount: i32 = 0;

/** The folded node of each of the last side's; -1 where nothing is left of its stack. */
let place: usize = 0;
let sums: usize = 0;
let ends: usize = 0;
let stacks: i32 = 0;

@inline
function sideAt(side: i32): usize { return sides + (<usize>side << 4); }
/** How many stacks a side has. */
export function stackCount(side: i32): i32 { return load<i32>(sideAt(side), 12); }
/** Nodes from here on were made for later sides. */
@inline
export function nodesOf(side: i32): i32 { return load<i32>(sideAt(side), 8); }
/** Whether a stack of a side ends at a node that was there when the side was folded. */
@inline
export function endsAt(side: i32, node: i32): bool { return load<u8>(load<usize>(sideAt(side)) + node) != 0; }
/** Weight of a side's stacks that end there. */
@inline
export function weightAt(side: i32, node: i32): f64 { return load<f64>(load<usize>(sideAt(side), 4) + (<usize>node << 3)); }

/** Folds another side's stacks, parent and key of each node in columns, into the tree. */
export function fold(count: i32, parents: usize, keys: usize): void {
  stacks = 0;
  place = heap.alloc(<usize>count << 2);
  for (let node = 0; node < count; node++) {
    const at = <usize>node << 2;
    const parent = load<i32>(parents + at);
    let folded = parent < 0 ? -1 : load<i32>(place + (<usize>parent << 2));
    const name = nameOfKey(load<i32>(keys + at));
    if (name >= 0) {
      folded = child(folded, name);
    } else if (name < NO_NAME) {
      const list = listOf(name);
      const names = load<i32>(list);
      for (let i = 1; i <= names; i++) folded = child(folded, load<i32>(list + (<usize>i << 2)));
    }
    store<i32>(place + at, folded);
  }
  const size = <usize>nodeCount();
  sums = heap.alloc(size << 3);
  memory.fill(sums, 0, size << 3);
  ends = heap.alloc(size);
  memory.fill(ends, 0, size);
  if (sideCount == sideRoom) {
    sides = grown(sides, <usize>sideRoom << 4);
    sideRoom *= 2;
  }
  const at = sideAt(sideCount++);
  store<usize>(at, ends);
  store<usize>(at, sums, 4);
  store<i32>(at, <i32>size, 8);
  store<i32>(at, 0, 12);
}

/** Adds a run's weights and samples, by the last side's nodes from the first on. */
export function add(count: i32, weights: usize, samples: usize): void {
  for (let node = 0; node < count; node++) {
    if (load<u32>(samples + (<usize>node << 2)) == 0) continue;
    const folded = <usize>load<i32>(place + (<usize>node << 2));
    const at = sums + (folded << 3);
    store<f64>(at, load<f64>(at) + load<f64>(weights + (<usize>node << 3)));
    if (load<u8>(ends + folded) == 0) stacks++;
    store<u8>(ends + folded, 1);
  }
  store<i32>(sideAt(sideCount - 1), stacks, 12);
}
