import type { Addresses, BlockSink, SampleLine, ScannedBlock, Scanner } from '../ingest/index.js';
import type { StackTable } from './stacks.js';
import type { WeightColumn } from './weights.js';

/** What the intake asks of the profile under construction. */
export interface IntakeTarget {
  readonly stacks: StackTable;
  /** Whether there are no filters: every sample is kept whole. */
  readonly keepsAll: boolean;
  /** The stack table's key of a sample's task. */
  taskKey(sample: Readonly<SampleLine>): number;
  column(event: string): WeightColumn;
  /** Whether the filters keep a sample of this comm, and a frame. */
  keepsComm(comm: string): boolean;
  keepsFrame(frame: number): boolean;
}

/** Takes samples in blocks (ingest/scanner.ts) into the profile's own stacks and columns, one run after another. */
export class BlockIntake implements BlockSink {
  private readonly taskIds = new Map<number, number>();
  private readonly taskKeys: number[] = [];
  /** The current run's column of each form. */
  private columns: WeightColumn[] = [];
  private readonly kept: boolean[] = [];
  /** The profile's node of each of the scanner's, -1 where no kept sample needed it yet. */
  private map = new Int32Array(1 << 12).fill(-1);
  private readonly path: number[] = [];
  /** Whether the scanner's tree is the profile's, under the same numbers: without filters nothing is left out. */
  private readonly adopts: boolean;
  scanner?: Scanner | null;

  constructor(
    private readonly target: IntakeTarget,
    readonly byThread: boolean,
    readonly addresses: Addresses,
  ) {
    this.adopts = target.keepsAll;
  }

  endRun(): void {
    this.columns = [];
  }

  /** Nodes of samples that came one by one, or before this intake was there. */
  ahead(size: number): readonly number[] {
    const { stacks } = this.target;
    const nodes: number[] = [];
    for (let node = this.adopts ? size : stacks.size; node < stacks.size; node++) {
      const key = stacks.key(node);
      nodes.push(stacks.parent(node), key < 0 ? -1 - this.taskId(key) : key);
    }
    return nodes;
  }

  task(sample: Readonly<SampleLine>): number {
    return this.taskId(this.target.taskKey(sample));
  }

  private taskId(key: number): number {
    const known = this.taskIds.get(key);
    if (known !== undefined) return known;
    this.taskIds.set(key, this.taskKeys.length);
    return this.taskKeys.push(key) - 1;
  }

  block(block: ScannedBlock, forms: readonly SampleLine[]): void {
    this.adopt(block);
    const { nodes, periods, forms: formOf, samples } = block;
    const { stacks } = this.target;
    let form = -1;
    let column: WeightColumn | undefined;
    for (let i = 0; i < samples; i++) {
      const next = formOf[i] ?? 0;
      if (next !== form || column === undefined) {
        form = next;
        column = this.columns[form] ?? this.open(form, forms);
      }
      const period = periods[i] ?? -1;
      const weight = period < 0 ? 1 : period;
      column.unfiltered += weight;
      let node = nodes[i] ?? 0;
      if (!this.adopts) {
        if (this.kept[form] !== true) continue;
        const known = this.map[node] ?? -1;
        node = known >= 0 ? known : this.mapNode(node, block.tree);
        // nothing but the task is left of a stack without a kernel frame
        if (stacks.parent(node) < 0) continue;
      }
      column.add(node, weight);
    }
  }

  /** Takes over the scanner's new nodes as they are; with filters, only makes room for them. */
  private adopt({ nodeCount, tree }: ScannedBlock): void {
    const { stacks } = this.target;
    if (!this.adopts) this.reserve(nodeCount);
    else
      for (let node = stacks.size; node < nodeCount; node++) {
        const key = tree[2 * node + 1] ?? 0;
        stacks.append(tree[2 * node] ?? -1, key < 0 ? (this.taskKeys[-1 - key] ?? 0) : key);
      }
  }

  private open(form: number, forms: readonly SampleLine[]): WeightColumn {
    const sample = forms[form];
    const column = this.target.column(sample?.event ?? '');
    this.columns[form] = column;
    this.kept[form] = this.target.keepsComm(sample?.comm ?? '');
    return column;
  }

  /** Maps a node and those above it: only what a kept sample has, or the graph would show empty frames. */
  private mapNode(node: number, tree: Int32Array): number {
    const { map, path } = this;
    const { stacks } = this.target;
    for (let at = node; at >= 0 && (map[at] ?? -1) < 0; at = tree[2 * at] ?? -1) path.push(at);
    let mapped = -1;
    for (let at = path.pop(); at !== undefined; at = path.pop()) {
      const parent = tree[2 * at] ?? -1;
      const key = tree[2 * at + 1] ?? 0;
      const above = parent < 0 ? -1 : (map[parent] ?? -1);
      if (parent < 0) mapped = stacks.child(-1, this.taskKeys[-1 - key] ?? 0);
      else mapped = this.target.keepsFrame(key) ? stacks.child(above, key) : above;
      map[at] = mapped;
    }
    return mapped;
  }

  private reserve(nodeCount: number): void {
    if (nodeCount <= this.map.length) return;
    const grown = new Int32Array(Math.max(nodeCount, this.map.length * 2)).fill(-1);
    grown.set(this.map);
    this.map = grown;
  }
}
