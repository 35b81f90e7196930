/**
 * A comparison's sums and trees through WebAssembly (assembly/trees.ts): some hundred thousand entries and nodes that are
 * looked at once.
 */
import type {
  KeyNodes,
  NodeKeys,
  RowSums,
  SideTree,
  SideWeights,
  TestedFrames,
  UnionSide,
  UnionTree,
} from './columns.js';
import { instantiator, type WasmMemory } from '../ingest/index.js';
import type { StackTable, WeightColumn } from '../profile/index.js';
import { KeyPairs } from './key-tree.js';

interface Exports {
  memory: WasmMemory;
  allocate(size: number): number;
  release(at: number): void;
  countEntries(counts: number, nodes: number): number;
  takeEntries(
    run: number,
    ...columns: [
      ...from: [nodes: number, weights: number, counts: number, factor: number],
      ...to: [at: number, node: number, run: number, weight: number, samples: number],
    ]
  ): number;
  sumRows(
    ...columns: [
      ...weights: [entries: number, node: number, run: number, weight: number, samples: number],
      ...rows: [of: number, count: number],
      runs: number,
    ]
  ): void;
  rowWeightsAt(): number;
  rowSamplesAt(): number;
  sideTree(
    ...columns: [
      ...stacks: [nodes: number, parents: number, keys: number],
      ...weights: [entries: number, node: number, weight: number, samples: number],
      ...frames: [count: number, plain: number],
      runs: number,
    ]
  ): void;
  treeSize(): number;
  parentsAt(): number;
  keysAt(): number;
  mapAt(): number;
  selfAt(): number;
  samplesAt(): number;
  splice(
    ...columns: [
      ...tree: [nodes: number, parents: number, keys: number, self: number, samples: number],
      ...map: [stacks: number, map: number],
      ...names: [keys: number, goesBy: number],
      ...inlined: [pairs: number, callers: number, callees: number],
    ]
  ): void;
  movedAt(): number;
  edges(
    ...columns: [
      ...tree: [nodes: number, parents: number, keys: number, self: number, samples: number],
      ...kernel: [keys: number, isKernel: number],
    ]
  ): void;
  edgeOfAt(): number;
  nodeWeightAt(): number;
  edgeWeightAt(): number;
  edgeSamplesAt(): number;
  edgeSelfAt(): number;
  keySelfAt(): number;
  keyHasAt(): number;
  allWeightOf(): number;
  allSamplesOf(): number;
  unionTree(
    ...columns: [
      ...base: [size: number, parents: number, keys: number],
      ...other: [size: number, parents: number, keys: number],
      order: number,
    ]
  ): void;
  depthAt(): number;
  aboveAt(): number;
  nameAt(): number;
  basePlaceAt(): number;
  newPlaceAt(): number;
  sumFrames(
    side: number,
    ...columns: [
      ...weights: [entries: number, node: number, run: number, weight: number, samples: number],
      ...places: [stacks: number, map: number, place: number],
      ...tree: [nodes: number, parent: number],
      runs: number,
    ]
  ): void;
  pickFrames(nodes: number, parent: number, fewest: number): number;
  frameAt(): number;
  frameParentAt(): number;
  pickedWeights(side: number, count: number, runs: number): number;
  pickedSamples(side: number, count: number): number;
  frameOfStacks(side: number, stacks: number): number;
  zeros(): number;
  addAt(sums: number, places: number, values: number, count: number): void;
}

type Column = Int32Array | Uint32Array | Float64Array | Uint8Array;

const NO_COLUMNS = { weights: new Float64Array(0), counts: new Uint32Array(0) };

const columnsOf = ({ nodes, self, samples }: SideTree) => [nodes.parent, nodes.key, self, samples];

/** One instance for one comparison: what it made it need not be given again. */
export class WasmTrees {
  private keys: NodeKeys | undefined;
  private readonly wasm: Exports;
  /** Where columns that came out of the module lie in it. */
  private readonly places = new WeakMap<Column, number>();
  /** Trees that others were made of, with the last one of these. */
  private readonly spliced = new Map<SideTree, UnionSide>();
  /** What a round of splicing asked for, and the next one does not. */
  private ofRound: number[] = [];

  private constructor(make: (env: object) => Exports) {
    this.wasm = make({
      taskKey: (task: number) => this.keys?.taskKey(task),
      opKey: (node: number) => this.keys?.opKey(node),
      frameKey: (frame: number, isCallee: number) => this.keys?.frameKey(frame, isCallee === 1),
    });
  }

  /** undefined without WebAssembly. */
  static make(): WasmTrees | undefined {
    const make = instantiator<Exports>('trees.wasm');
    return make === null ? undefined : new WasmTrees(make);
  }

  /** As `weightsOf` (side.ts). */
  weights(columns: readonly (WeightColumn | undefined)[], factors: readonly number[]): SideWeights {
    const { wasm } = this;
    const runs = columns.map((column) => {
      const { weights, counts } = column?.columns ?? NO_COLUMNS;
      return { weightsAt: this.put(weights), countsAt: this.put(counts), nodes: counts.length };
    });
    const size = runs.reduce((sum, run) => sum + wasm.countEntries(run.countsAt, run.nodes), 0);
    const [nodeAt, runAt] = [wasm.allocate(4 * size), wasm.allocate(4 * size)];
    const [weightAt, samplesAt] = [wasm.allocate(8 * size), wasm.allocate(8 * size)];
    let at = 0;
    for (const [run, { weightsAt, countsAt, nodes }] of runs.entries()) {
      at = wasm.takeEntries(
        run,
        ...[nodes, weightsAt, countsAt, factors[run] ?? 1],
        ...[at, nodeAt, runAt, weightAt, samplesAt],
      );
      wasm.release(weightsAt);
      wasm.release(countsAt);
    }
    return {
      size,
      run: this.integers(runAt, size),
      node: this.integers(nodeAt, size),
      weight: this.doubles(weightAt, size),
      samples: this.doubles(samplesAt, size),
    };
  }

  /** As `sumRows` (tally.ts). */
  sumRows(weights: SideWeights, runs: number, rowOf: Int32Array, rows: number): RowSums {
    const { wasm } = this;
    const of = this.put(rowOf);
    wasm.sumRows(...this.entriesOf(weights), ...[of, rows], runs);
    const sums = {
      runs,
      weight: new Float64Array(wasm.memory.buffer, wasm.rowWeightsAt(), rows * runs).slice(),
      samples: new Float64Array(wasm.memory.buffer, wasm.rowSamplesAt(), rows).slice(),
    };
    for (const place of [of, wasm.rowWeightsAt(), wasm.rowSamplesAt()]) wasm.release(place);
    return sums;
  }

  /** As `sideTree` (side-tree.ts). `plain`: 1 for frames that are callees of no op, by frame id. */
  sideTree(
    stacks: StackTable,
    weights: SideWeights,
    plain: Uint8Array,
    keys: NodeKeys,
    runs: number,
  ): SideTree {
    const { wasm } = this;
    const { parents, keys: keyOf } = stacks.columns;
    const { size, node, weight, samples } = weights;
    this.keys = keys;
    const given = [parents, keyOf, plain].map((column) => this.put(column));
    const [parentsAt = 0, keysAt = 0, plainAt = 0] = given;
    const entries = [node, weight, samples].map((column) => this.at(column));
    const [nodeAt = 0, weightAt = 0, samplesAt = 0] = entries;
    wasm.sideTree(
      ...[stacks.size, parentsAt, keysAt],
      ...[size, nodeAt, weightAt, samplesAt],
      ...[plain.length, plainAt],
      runs,
    );
    this.keys = undefined;
    for (const at of given) wasm.release(at);
    return this.tree(stacks.size);
  }

  /** The tree that was made last. */
  private tree(stacks: number): SideTree {
    const { wasm } = this;
    const size = wasm.treeSize();
    return {
      nodes: {
        size,
        parent: this.integers(wasm.parentsAt(), size),
        key: this.integers(wasm.keysAt(), size),
      },
      map: this.integers(wasm.mapAt(), stacks),
      self: this.doubles(wasm.selfAt(), size),
      samples: this.doubles(wasm.samplesAt(), size),
    };
  }

  /** As `applied` (splice.ts). `goesBy`: the key that each key goes by. */
  splice(
    tree: SideTree,
    { size, parent: callers, key: callees }: KeyNodes,
    goesBy: Int32Array,
  ): UnionSide {
    const { wasm } = this;
    this.endRound();
    const earlier = this.spliced.get(tree);
    if (earlier !== undefined) this.forget([...columnsOf(earlier), earlier.moved, earlier.map]);
    const pairs = [callers, callees].map((column) => this.put(column.subarray(0, size)));
    const names = this.put(goesBy);
    const [callersAt = 0, calleesAt = 0] = pairs;
    wasm.splice(
      ...this.treeOf(tree),
      ...[tree.map.length, this.at(tree.map)],
      ...[goesBy.length, names],
      ...[size, callersAt, calleesAt],
    );
    for (const at of [...pairs, names]) wasm.release(at);
    const made = {
      ...this.tree(tree.map.length),
      moved: this.doubles(wasm.movedAt(), wasm.treeSize()),
    };
    this.spliced.set(tree, made);
    return made;
  }

  /** As `edgesOf` (edges.ts), but for what lies below an edge: of that `edgeOf` and `weight`, by node. */
  edges(tree: SideTree, isKernel: Uint8Array) {
    const { wasm } = this;
    const kernelAt = this.put(isKernel);
    wasm.edges(...this.treeOf(tree), isKernel.length, kernelAt);
    wasm.release(kernelAt);
    const { buffer } = wasm.memory;
    const pairs = new KeyPairs();
    const size = wasm.treeSize();
    const callers = new Int32Array(buffer, wasm.parentsAt(), size);
    const callees = new Int32Array(buffer, wasm.keysAt(), size);
    for (let edge = 0; edge < size; edge++) pairs.child(callers[edge] ?? 0, callees[edge] ?? 0);
    const [edgeOfAt, weightAt] = [wasm.edgeOfAt(), wasm.nodeWeightAt()];
    const { size: nodes } = tree.nodes;
    const doubles = (at: number, length: number) => {
      this.ofRound.push(at);
      return new Float64Array(buffer, at, length).slice();
    };
    this.ofRound.push(wasm.parentsAt(), wasm.keysAt(), wasm.keyHasAt(), edgeOfAt, weightAt);
    return {
      pairs,
      weight: doubles(wasm.edgeWeightAt(), size),
      samples: doubles(wasm.edgeSamplesAt(), size),
      self: doubles(wasm.edgeSelfAt(), size),
      selfOf: doubles(wasm.keySelfAt(), isKernel.length),
      has: new Uint8Array(buffer, wasm.keyHasAt(), isKernel.length).slice(),
      sum: { weight: wasm.allWeightOf(), samples: wasm.allSamplesOf() },
      // to be asked for before the next tree is made
      edgeOf: () => new Int32Array(wasm.memory.buffer, edgeOfAt, nodes).slice(),
      weightOf: () => new Float64Array(wasm.memory.buffer, weightAt, nodes).slice(),
    };
  }

  /** As `unionTree` (union-tree.ts). `order`: the place of each key among siblings. */
  unionTree(base: UnionSide, other: UnionSide, order: Int32Array): UnionTree {
    const { wasm } = this;
    this.endRound();
    for (const tree of this.spliced.keys()) this.forget([...columnsOf(tree), tree.map]);
    this.spliced.clear();
    const columns = ({ nodes }: UnionSide) => [
      nodes.size,
      this.at(nodes.parent),
      this.at(nodes.key),
    ];
    const [sizeA = 0, parentA = 0, keyA = 0] = columns(base);
    const [sizeB = 0, parentB = 0, keyB = 0] = columns(other);
    wasm.unionTree(sizeA, parentA, keyA, sizeB, parentB, keyB, this.at(order));
    const size = wasm.treeSize() + 1;
    const [placeA, placeB] = [wasm.basePlaceAt(), wasm.newPlaceAt()];
    const sum = (...parts: [places: number, values: Float64Array][]) => {
      const sums = wasm.zeros();
      for (const [places, values] of parts)
        wasm.addAt(sums, places, this.at(values), places === placeA ? sizeA : sizeB);
      return this.doubles(sums, size);
    };
    const union = {
      size,
      depth: this.integers(wasm.depthAt(), size),
      parent: this.integers(wasm.aboveAt(), size),
      key: this.integers(wasm.nameAt(), size),
      base: sum([placeA, base.self]),
      new: sum([placeB, other.self]),
      moved: sum([placeA, base.moved], [placeB, other.moved]),
      place: { base: this.integers(placeA, sizeA), new: this.integers(placeB, sizeB) },
    };
    // of the sides' trees their maps are looked at once more, of this one its parents
    for (const side of [base, other]) this.forget([...columnsOf(side), side.moved]);
    this.forget([union.depth, union.key, union.base, union.new, union.moved]);
    return union;
  }

  /** As `testedFrames` (tested-frames.ts): frames with `fewest` samples or more. */
  testedFrames(
    tree: UnionTree,
    sides: readonly { weights: SideWeights; map: Int32Array; place: Int32Array; runs: number }[],
    fewest: number,
  ): TestedFrames {
    const { wasm } = this;
    const parent = this.at(tree.parent);
    for (const [side, { weights, map, place, runs }] of sides.entries()) {
      wasm.sumFrames(
        side,
        ...this.entriesOf(weights),
        ...[map.length, this.at(map), this.at(place)],
        ...[tree.size, parent],
        runs,
      );
    }
    const count = wasm.pickFrames(tree.size, parent, fewest);
    const picked = sides.map(({ map, runs }, side) => ({
      sums: {
        runs,
        weight: this.doubles(wasm.pickedWeights(side, count, runs), count * runs),
        samples: this.doubles(wasm.pickedSamples(side, count), count),
      },
      of: this.integers(wasm.frameOfStacks(side, map.length), map.length),
    }));
    const [base, other] = picked;
    if (base === undefined || other === undefined) throw new Error('two sides');
    return {
      frame: this.integers(wasm.frameAt(), count),
      parent: this.integers(wasm.frameParentAt(), count),
      base: base.sums,
      new: other.sums,
      of: { base: base.of, new: other.of },
    };
  }

  private entriesOf({ size, node, run, weight, samples }: SideWeights) {
    return [size, this.at(node), this.at(run), this.at(weight), this.at(samples)] as const;
  }

  private treeOf(tree: SideTree) {
    const [parent = 0, key = 0, self = 0, samples = 0] = columnsOf(tree).map((c) => this.at(c));
    return [tree.nodes.size, parent, key, self, samples] as const;
  }

  private endRound(): void {
    for (const at of this.ofRound) this.wasm.release(at);
    this.ofRound = [];
  }

  /** Gives up the memory of columns that nobody asks for in there any more. */
  private forget(columns: readonly Column[]): void {
    for (const column of columns) {
      const at = this.places.get(column);
      if (at !== undefined) this.wasm.release(at);
      this.places.delete(column);
    }
  }

  /** Where a column lies in the module's memory; it is put there if it does not. */
  private at(column: Int32Array | Float64Array): number {
    let at = this.places.get(column);
    if (at === undefined) this.places.set(column, (at = this.put(column)));
    return at;
  }

  private put(column: Column): number {
    const at = this.wasm.allocate(column.byteLength);
    new Uint8Array(this.wasm.memory.buffer).set(
      new Uint8Array(column.buffer, column.byteOffset, column.byteLength),
      at,
    );
    return at;
  }

  private integers(at: number, length: number): Int32Array {
    const column = new Int32Array(this.wasm.memory.buffer, at, length).slice();
    this.places.set(column, at);
    return column;
  }

  private doubles(at: number, length: number): Float64Array {
    const column = new Float64Array(this.wasm.memory.buffer, at, length).slice();
    this.places.set(column, at);
    return column;
  }
}
