/** What comparisons make, in columns: by entry, by node, by row. Types only, for those who make it either way. */

/** The nodes of a prefix tree over key ids, or pairs of keys. */
export interface KeyNodes {
  readonly size: number;
  /** -1 at the top. */
  readonly parent: Int32Array;
  readonly key: Int32Array;
}

/** A side's samples of the compared event in columns: one entry for each stack node of each run that has any. */
export interface SideWeights {
  size: number;
  run: Int32Array;
  node: Int32Array;
  /** Normalised self weight. */
  weight: Float64Array;
  samples: Float64Array;
}

/** Sums of many rows on one side, in columns. */
export interface RowSums {
  /** Runs of the side. */
  runs: number;
  /** A row's sums stand together, a run each. */
  weight: Float64Array;
  /** All runs together. */
  samples: Float64Array;
}

/** A side's callchains by comparable keys, with op frames put in. Columns are by node. */
export interface SideTree {
  nodes: KeyNodes;
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

/** What nodes are called, as ids of a KeyTable; asked in the order in which the keys are to be made. */
export interface NodeKeys {
  /** Of a task, from its key in the stacks. */
  taskKey(task: number): number;
  /** Of the op whose callee a stack node is; -1: of none. */
  opKey(node: number): number;
  /** Of a frame, as a callee of an op or not. Asked once. */
  frameKey(frame: number, isCallee: boolean): number;
}

/** One differential tree of two sides, preorder, siblings by name. Columns are by node. */
export interface UnionTree {
  size: number;
  depth: Int32Array;
  /** -1 of the root. */
  parent: Int32Array;
  /** Key id; -1 at the root. */
  key: Int32Array;
  /** Self weight. */
  base: Float64Array;
  new: Float64Array;
  moved: Float64Array;
  /** Index in these columns of each side's nodes. */
  place: { base: Int32Array; new: Int32Array };
}

/** The graph's frames with enough samples for a verdict: few of a wide graph's. Columns are in preorder. */
export interface TestedFrames {
  /** Index in the union tree. */
  frame: Int32Array;
  /** Index in these columns of the frame above; -1 of the root. All frames above a tested one are tested. */
  parent: Int32Array;
  /** Weights and samples with all that is below. */
  base: RowSums;
  new: RowSums;
  /** The frame at or above each stack node of a side; -1: none. */
  of: { base: Int32Array; new: Int32Array };
}
