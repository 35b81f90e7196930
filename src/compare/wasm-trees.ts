/**
 * A comparison's sums and trees through WebAssembly (assembly/trees.ts): some hundred thousand entries and nodes that are
 * looked at once.
 */
import { instantiator, leaveMemory, type WasmAllocator } from '../ingest/index.js';
import type { StackTable, WeightColumn } from '../profile/index.js';
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
import { KeyPairs } from './key-tree.js';
import { WasmColumns } from './wasm-columns.js';

interface Exports extends WasmAllocator {
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
  slotsAt(): number;
  slotCount(): number;
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

const NO_COLUMNS = { weights: new Float64Array(0), counts: new Uint32Array(0) };

const columnsOf = ({ nodes, self, samples }: SideTree) => [nodes.parent, nodes.key, self, samples];

/** One instance for one comparison: what it made it need not be given again. */
export class WasmTrees {
  private keys: NodeKeys | undefined;
  private readonly wasm: Exports;
  private readonly columns: WasmColumns;
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
    this.columns = new WasmColumns(this.wasm);
  }

  /** undefined without WebAssembly. */
  static make(): WasmTrees | undefined {
    const make = instantiator<Exports>('trees.wasm');
    return make === null ? undefined : new WasmTrees(make);
  }

  /** As `weightsOf` (side.ts). */
  weights(
    columns: readonly (WeightColumn | undefined)[],
    factors: readonly number[],
    repetition: readonly number[],
  ): SideWeights {
    const { wasm } = this;
    const runs = columns.map((column) => {
      const { weights, counts } = column?.columns ?? NO_COLUMNS;
      return {
        weightsAt: this.columns.put(weights),
        countsAt: this.columns.put(counts),
        nodes: counts.length,
      };
    });
    const size = runs.reduce((sum, run) => sum + wasm.countEntries(run.countsAt, run.nodes), 0);
    const [nodeAt, runAt] = [wasm.allocate(4 * size), wasm.allocate(4 * size)];
    const [weightAt, samplesAt] = [wasm.allocate(8 * size), wasm.allocate(8 * size)];
    let at = 0;
    for (const [run, { weightsAt, countsAt, nodes }] of runs.entries()) {
      at = wasm.takeEntries(
        repetition[run] ?? run,
        ...[nodes, weightsAt, countsAt, factors[run] ?? 1],
        ...[at, nodeAt, runAt, weightAt, samplesAt],
      );
      this.columns.release([weightsAt, countsAt]);
    }
    return {
      size,
      run: this.columns.kept(Int32Array, runAt, size),
      node: this.columns.kept(Int32Array, nodeAt, size),
      weight: this.columns.kept(Float64Array, weightAt, size),
      samples: this.columns.kept(Float64Array, samplesAt, size),
    };
  }

  /** As `sumRows` (tally.ts). */
  sumRows(weights: SideWeights, runs: number, rowOf: Int32Array, rows: number): RowSums {
    const { wasm } = this;
    const of = this.columns.put(rowOf);
    wasm.sumRows(...this.entriesOf(weights), ...[of, rows], runs);
    this.columns.release([of]);
    return {
      runs,
      weight: this.columns.taken(Float64Array, wasm.rowWeightsAt(), rows * runs),
      samples: this.columns.taken(Float64Array, wasm.rowSamplesAt(), rows),
    };
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
    const given = [parents, keyOf, plain].map((column) => this.columns.put(column));
    const [parentsAt = 0, keysAt = 0, plainAt = 0] = given;
    const entries = [node, weight, samples].map((column) => this.columns.at(column));
    const [nodeAt = 0, weightAt = 0, samplesAt = 0] = entries;
    wasm.sideTree(
      ...[stacks.size, parentsAt, keysAt],
      ...[size, nodeAt, weightAt, samplesAt],
      ...[plain.length, plainAt],
      runs,
    );
    this.keys = undefined;
    this.columns.release(given);
    return this.tree(stacks.size);
  }

  /** The tree that was made last. */
  private tree(stacks: number): SideTree {
    const { wasm } = this;
    const size = wasm.treeSize();
    return {
      nodes: {
        size,
        parent: this.columns.kept(Int32Array, wasm.parentsAt(), size),
        key: this.columns.kept(Int32Array, wasm.keysAt(), size),
      },
      map: this.columns.kept(Int32Array, wasm.mapAt(), stacks),
      self: this.columns.kept(Float64Array, wasm.selfAt(), size),
      samples: this.columns.kept(Float64Array, wasm.samplesAt(), size),
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
    if (earlier !== undefined)
      this.columns.forget([...columnsOf(earlier), earlier.moved, earlier.map]);
    const pairs = [callers, callees].map((column) => this.columns.put(column.subarray(0, size)));
    const names = this.columns.put(goesBy);
    const [callersAt = 0, calleesAt = 0] = pairs;
    wasm.splice(
      ...this.treeOf(tree),
      ...[tree.map.length, this.columns.at(tree.map)],
      ...[goesBy.length, names],
      ...[size, callersAt, calleesAt],
    );
    this.columns.release([...pairs, names]);
    const made = {
      ...this.tree(tree.map.length),
      moved: this.columns.kept(Float64Array, wasm.movedAt(), wasm.treeSize()),
    };
    this.spliced.set(tree, made);
    return made;
  }

  /** As `edgesOf` (edges.ts), but for what lies below an edge: of that `edgeOf` and `weight`, by node. */
  edges(tree: SideTree, isKernel: Uint8Array) {
    const { wasm, columns } = this;
    const kernelAt = columns.put(isKernel);
    wasm.edges(...this.treeOf(tree), isKernel.length, kernelAt);
    columns.release([kernelAt]);
    const size = wasm.treeSize();
    const pairs = KeyPairs.of(
      columns.taken(Int32Array, wasm.parentsAt(), size),
      columns.taken(Int32Array, wasm.keysAt(), size),
      columns.taken(Int32Array, wasm.slotsAt(), wasm.slotCount()),
    );
    const [edgeOfAt, weightAt] = [wasm.edgeOfAt(), wasm.nodeWeightAt()];
    this.ofRound.push(edgeOfAt, weightAt);
    const { size: nodes } = tree.nodes;
    return {
      pairs,
      weight: columns.taken(Float64Array, wasm.edgeWeightAt(), size),
      samples: columns.taken(Float64Array, wasm.edgeSamplesAt(), size),
      self: columns.taken(Float64Array, wasm.edgeSelfAt(), size),
      selfOf: columns.taken(Float64Array, wasm.keySelfAt(), isKernel.length),
      has: columns.taken(Uint8Array, wasm.keyHasAt(), isKernel.length),
      sum: { weight: wasm.allWeightOf(), samples: wasm.allSamplesOf() },
      // to be asked for before the next tree is made
      edgeOf: () => columns.copied(Int32Array, edgeOfAt, nodes),
      weightOf: () => columns.copied(Float64Array, weightAt, nodes),
    };
  }

  /** As `unionTree` (union-tree.ts). `order`: the place of each key among siblings. */
  unionTree(base: UnionSide, other: UnionSide, order: Int32Array): UnionTree {
    const { wasm } = this;
    this.endRound();
    for (const tree of this.spliced.keys()) this.columns.forget([...columnsOf(tree), tree.map]);
    this.spliced.clear();
    const columns = ({ nodes }: UnionSide) => [
      nodes.size,
      this.columns.at(nodes.parent),
      this.columns.at(nodes.key),
    ];
    const [sizeA = 0, parentA = 0, keyA = 0] = columns(base);
    const [sizeB = 0, parentB = 0, keyB = 0] = columns(other);
    wasm.unionTree(sizeA, parentA, keyA, sizeB, parentB, keyB, this.columns.at(order));
    const size = wasm.treeSize() + 1;
    const [placeA, placeB] = [wasm.basePlaceAt(), wasm.newPlaceAt()];
    const sum = (...parts: [places: number, values: Float64Array][]) => {
      const sums = wasm.zeros();
      for (const [places, values] of parts)
        wasm.addAt(sums, places, this.columns.at(values), places === placeA ? sizeA : sizeB);
      return this.columns.kept(Float64Array, sums, size);
    };
    const union = {
      size,
      depth: this.columns.kept(Int32Array, wasm.depthAt(), size),
      parent: this.columns.kept(Int32Array, wasm.aboveAt(), size),
      key: this.columns.kept(Int32Array, wasm.nameAt(), size),
      base: sum([placeA, base.self]),
      new: sum([placeB, other.self]),
      moved: sum([placeA, base.moved], [placeB, other.moved]),
      place: {
        base: this.columns.kept(Int32Array, placeA, sizeA),
        new: this.columns.kept(Int32Array, placeB, sizeB),
      },
    };
    // of the sides' trees their maps are looked at once more, of this one its parents
    for (const side of [base, other]) this.columns.forget([...columnsOf(side), side.moved]);
    this.columns.forget([union.depth, union.key, union.base, union.new, union.moved]);
    return union;
  }

  /** As `testedFrames` (tested-frames.ts): frames with `fewest` samples or more. */
  testedFrames(
    tree: UnionTree,
    sides: readonly { weights: SideWeights; map: Int32Array; place: Int32Array; runs: number }[],
    fewest: number,
  ): TestedFrames {
    const { wasm } = this;
    const parent = this.columns.at(tree.parent);
    for (const [side, { weights, map, place, runs }] of sides.entries()) {
      wasm.sumFrames(
        side,
        ...this.entriesOf(weights),
        ...[map.length, this.columns.at(map), this.columns.at(place)],
        ...[tree.size, parent],
        runs,
      );
    }
    const count = wasm.pickFrames(tree.size, parent, fewest);
    const picked = sides.map(({ map, runs }, side) => ({
      sums: {
        runs,
        weight: this.columns.kept(
          Float64Array,
          wasm.pickedWeights(side, count, runs),
          count * runs,
        ),
        samples: this.columns.kept(Float64Array, wasm.pickedSamples(side, count), count),
      },
      of: this.columns.kept(Int32Array, wasm.frameOfStacks(side, map.length), map.length),
    }));
    const [base, other] = picked;
    if (base === undefined || other === undefined) throw new Error('two sides');
    return {
      frame: this.columns.kept(Int32Array, wasm.frameAt(), count),
      parent: this.columns.kept(Int32Array, wasm.frameParentAt(), count),
      base: base.sums,
      new: other.sums,
      of: { base: base.of, new: other.of },
    };
  }

  /** Nothing more is asked for. */
  end(): void {
    leaveMemory(this.wasm);
  }

  private entriesOf({ size, node, run, weight, samples }: SideWeights) {
    return [
      size,
      this.columns.at(node),
      this.columns.at(run),
      this.columns.at(weight),
      this.columns.at(samples),
    ] as const;
  }

  private treeOf(tree: SideTree) {
    const [parent = 0, key = 0, self = 0, samples = 0] = columnsOf(tree).map((c) =>
      this.columns.at(c),
    );
    return [tree.nodes.size, parent, key, self, samples] as const;
  }

  private endRound(): void {
    this.columns.release(this.ofRound);
    this.ofRound = [];
  }
}
