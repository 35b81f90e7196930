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

/**
 * Takes samples from a scanner (ingest/scanner.ts), one run after another. Without filters they are summed in its
 * memory, where its tree is the profile's, and taken over at the end; else they come in blocks, and what the filters
 * keep goes into the profile's own stacks and columns.
 */
export class BlockIntake implements BlockSink {
  /** The scanner's columns of the current run. */
  private columns = new Map<WeightColumn, number>();
  /** With filters: the current run's column of each form, and whether its comm is kept. */
  private ofForm: WeightColumn[] = [];
  private readonly kept: boolean[] = [];
  /** The profile's node of each of the scanner's, -1 where no kept sample needed it yet. */
  private map = new Int32Array(1 << 12).fill(-1);
  private readonly path: number[] = [];
  readonly sums: boolean;
  scanner?: Scanner | null;

  constructor(
    private readonly target: IntakeTarget,
    readonly byThread: boolean,
    readonly addresses: Addresses,
  ) {
    this.sums = target.keepsAll;
  }

  /** Where a sample that came alone goes, if samples are summed by a scanner; null: it is the profile's own business. */
  get summing(): Scanner | null {
    return this.sums ? (this.scanner ?? null) : null;
  }

  begin(scanner: Scanner): void {
    const { stacks } = this.target;
    if (this.sums)
      for (let node = 0; node < stacks.size; node++)
        scanner.child(stacks.parent(node), stacks.key(node));
  }

  endRun(): void {
    const { scanner, columns } = this;
    if (!scanner) return;
    for (const [column, at] of columns) column.take(scanner.takeColumn(at));
    scanner.endRun();
    this.columns = new Map();
    this.ofForm = [];
  }

  /** Ends reading: the profile is on its own. */
  release(): void {
    const { scanner, sums } = this;
    if (!scanner) return;
    if (sums) this.target.stacks.take(scanner.tree());
    scanner.release();
    this.scanner = null;
  }

  taskKey(sample: Readonly<SampleLine>): number {
    return this.target.taskKey(sample);
  }

  columnOf(sample: Readonly<Pick<SampleLine, 'event'>>): number {
    const column = this.target.column(sample.event);
    let at = this.columns.get(column);
    if (at === undefined)
      this.columns.set(column, (at = this.scanner?.openColumn(column.batches !== null) ?? 0));
    return at;
  }

  block(block: ScannedBlock, forms: readonly SampleLine[]): void {
    this.reserve(block.nodeCount);
    const { nodes, periods, forms: formOf, samples } = block;
    const { stacks } = this.target;
    for (let i = 0; i < samples; i++) {
      const form = formOf[i] ?? 0;
      const column = this.ofForm[form] ?? this.open(form, forms);
      const period = periods[i] ?? -1;
      const weight = period < 0 ? 1 : period;
      column.unfiltered += weight;
      if (this.kept[form] !== true) continue;
      const scanned = nodes[i] ?? 0;
      const known = this.map[scanned] ?? -1;
      const node = known >= 0 ? known : this.mapNode(scanned, block.tree);
      // nothing but the task is left of a stack without a kernel frame
      if (stacks.parent(node) >= 0) column.add(node, weight);
    }
  }

  private open(form: number, forms: readonly SampleLine[]): WeightColumn {
    const sample = forms[form];
    const column = this.target.column(sample?.event ?? '');
    this.ofForm[form] = column;
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
      if (parent < 0) mapped = stacks.child(-1, key);
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
