import type { Addresses, BlockSink, SampleLine, ScannedBlock } from '../ingest/index.js';
import type { StackTable } from './stacks.js';
import type { WeightColumn } from './weights.js';

/** What the intake asks of the profile under construction. */
export interface IntakeTarget {
  readonly stacks: StackTable;
  /** The stack table's key of a sample's task. */
  taskKey(sample: Readonly<SampleLine>): number;
  column(event: string): WeightColumn;
  /** Whether the filters keep a sample of this comm, and a frame. */
  keepsComm(comm: string): boolean;
  keepsFrame(frame: number): boolean;
}

/** Takes one run's samples in blocks (ingest/scanner.ts) into the profile's own stacks and columns. */
export class BlockIntake implements BlockSink {
  private readonly taskIds = new Map<number, number>();
  private readonly taskKeys: number[] = [];
  private readonly columns: WeightColumn[] = [];
  private readonly kept: boolean[] = [];
  /** The profile's node of each of the scanner's, -1 where no kept sample needed it yet. */
  private map = new Int32Array(1 << 12).fill(-1);
  private readonly path: number[] = [];

  constructor(
    private readonly target: IntakeTarget,
    readonly byThread: boolean,
    readonly addresses: Addresses,
  ) {}

  task(sample: Readonly<SampleLine>): number {
    const key = this.target.taskKey(sample);
    const known = this.taskIds.get(key);
    if (known !== undefined) return known;
    this.taskIds.set(key, this.taskKeys.length);
    return this.taskKeys.push(key) - 1;
  }

  block(block: ScannedBlock, forms: readonly SampleLine[]): void {
    this.reserve(block.nodeCount);
    const { nodes, periods } = block;
    const { stacks } = this.target;
    for (let i = 0; i < block.samples; i++) {
      const form = block.forms[i] ?? 0;
      const column = this.columns[form] ?? this.open(form, forms);
      const period = periods[i] ?? -1;
      const weight = period < 0 ? 1 : period;
      column.unfiltered += weight;
      if (this.kept[form] !== true) continue;
      const scanned = nodes[i] ?? 0;
      const known = this.map[scanned] ?? -1;
      const node = known >= 0 ? known : this.mapNode(scanned, block);
      // nothing but the task is left of a stack without a kernel frame
      if (stacks.parent(node) >= 0) column.add(node, weight);
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
  private mapNode(node: number, { parents, keys }: ScannedBlock): number {
    const { map, path } = this;
    const { stacks } = this.target;
    for (let at = node; at >= 0 && (map[at] ?? -1) < 0; at = parents[at] ?? -1) path.push(at);
    let mapped = -1;
    for (let at = path.pop(); at !== undefined; at = path.pop()) {
      const parent = parents[at] ?? -1;
      const key = keys[at] ?? 0;
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
