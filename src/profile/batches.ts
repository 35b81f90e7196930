import type { Sums } from '../ingest/index.js';

/** Batches of a run; when all are full, neighbours are merged by two. */
const MOST = 64;

/**
 * Samples by stack node in batches of consecutive samples, as many to a batch as fit so that there are 32
 * to 64 of them however long the run is. Kept sparse: at most 64 entries of 8 bytes a distinct node.
 */
export class Batches {
  private nodes = new Int32Array(1 << 8);
  private counts = new Uint32Array(1 << 8);
  private used = 0;
  /** First entry of each batch, and of the current one. */
  private starts: number[] = [0];
  private start = 0;
  /** Each node's last entry; of an earlier batch where it lies before the current one's first. */
  private last = new Int32Array(1 << 8).fill(-1);
  private filled = 0;
  /** Samples a batch. */
  size = 1;

  /** Those that were filled elsewhere. */
  static of({ nodes, counts, starts, filled, size }: NonNullable<Sums['batches']>): Batches {
    const batches = new Batches();
    batches.nodes = nodes;
    batches.counts = counts;
    batches.used = nodes.length;
    batches.starts = starts;
    batches.start = starts.at(-1) ?? 0;
    batches.filled = filled;
    batches.size = size;
    return batches;
  }

  /** Takes the next sample in time. */
  add(node: number): void {
    if (this.filled === this.size) this.nextBatch();
    this.filled++;
    if (node >= this.last.length) this.last = grownTo(this.last, node);
    const at = this.last[node] ?? -1;
    if (at >= this.start) {
      this.counts[at] = (this.counts[at] ?? 0) + 1;
      return;
    }
    if (this.used === this.nodes.length) {
      this.nodes = doubled(this.nodes);
      this.counts = doubled(this.counts);
    }
    this.nodes[this.used] = node;
    this.counts[this.used] = 1;
    this.last[node] = this.used++;
  }

  /** Full batches; the samples of the last, unfinished one are in none. */
  get count(): number {
    return this.starts.length - (this.filled < this.size ? 1 : 0);
  }

  /** Calls `visit` for each node with samples in a batch. */
  each(batch: number, visit: (node: number, samples: number) => void): void {
    const end = this.starts[batch + 1] ?? this.used;
    for (let at = this.starts[batch] ?? end; at < end; at++)
      visit(this.nodes[at] ?? 0, this.counts[at] ?? 0);
  }

  /** Nodes and their samples in so many batches from `first` on: a node may be there once a batch. */
  entriesOf(first: number, batches: number): { nodes: Int32Array; counts: Uint32Array } {
    const begin = this.starts[first] ?? this.used;
    const end = this.starts[first + batches] ?? this.used;
    return { nodes: this.nodes.subarray(begin, end), counts: this.counts.subarray(begin, end) };
  }

  /** The same with other node ids (several of which may become one). */
  mapped(map: ArrayLike<number>): Batches {
    const copy = new Batches();
    copy.nodes = this.nodes.slice(0, Math.max(1, this.used)).map((node) => map[node] ?? 0);
    copy.counts = this.counts.slice(0, Math.max(1, this.used));
    copy.used = this.used;
    copy.starts = [...this.starts];
    copy.start = this.start;
    copy.filled = this.filled;
    copy.size = this.size;
    return copy;
  }

  private nextBatch(): void {
    if (this.starts.length === MOST) this.halve();
    this.starts.push(this.used);
    this.start = this.used;
    this.filled = 0;
  }

  /** Merges neighbours by two, in place: entries only move towards the front. */
  private halve(): void {
    const starts: number[] = [];
    this.last.fill(-1);
    let to = 0;
    for (let batch = 0; batch < MOST; batch += 2) {
      const first = to;
      starts.push(first);
      const end = this.starts[batch + 2] ?? this.used;
      for (let from = this.starts[batch] ?? end; from < end; from++) {
        const node = this.nodes[from] ?? 0;
        const count = this.counts[from] ?? 0;
        const at = this.last[node] ?? -1;
        if (at >= first) {
          this.counts[at] = (this.counts[at] ?? 0) + count;
          continue;
        }
        this.nodes[to] = node;
        this.counts[to] = count;
        this.last[node] = to++;
      }
    }
    this.starts = starts;
    this.used = to;
    this.size *= 2;
  }
}

function grownTo(from: Int32Array, index: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(Math.max(index + 1, from.length * 2)).fill(-1);
  to.set(from);
  return to;
}

function doubled<T extends Int32Array | Uint32Array>(from: T): T {
  const to = new (from.constructor as new (length: number) => T)(from.length * 2);
  to.set(from);
  return to;
}
