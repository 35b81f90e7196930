import type { Sums } from '../ingest/index.js';
import { Batches } from './batches.js';

/** Weight and samples of one event in one run, a column over the stack table's nodes. */
export class WeightColumn {
  private weights = new Float64Array(1 << 10);
  private counts = new Uint32Array(1 << 10);
  private used = 0;
  samples = 0;
  total = 0;
  /** Sum of the samples' squared weights. */
  squares = 0;
  /** Samples in the order in which they were taken; null where sums of samples were added. */
  batches: Batches | null;
  /** Weight of all the run's samples of this event, also of those that filters dropped. */
  unfiltered = 0;

  constructor(
    readonly event: string,
    ordered = true,
  ) {
    this.batches = ordered ? new Batches() : null;
  }

  /** Adds a sample, in file order; or, where that is lost, several of one node with their summed weight. */
  add(node: number, weight: number, samples = 1): void {
    if (node >= this.used) this.grow(node);
    const { weights, counts } = this;
    weights[node] = (weights[node] ?? 0) + weight;
    counts[node] = (counts[node] ?? 0) + samples;
    this.samples += samples;
    this.total += weight;
    if (samples === 1) {
      this.squares += weight * weight;
      this.batches?.add(node);
    } else if (samples > 1) {
      this.squares += (weight * weight) / samples;
      this.batches = null;
    }
  }

  /** Takes over what was summed elsewhere: all of a run's samples, without filters. */
  take({ weights, counts, samples, total, squares, batches }: Sums): void {
    this.weights = weights;
    this.counts = counts;
    this.used = weights.length;
    this.samples = samples;
    this.total = this.unfiltered = total;
    this.squares = squares;
    this.batches = batches === null ? null : Batches.of(batches);
  }

  private grow(node: number): void {
    this.used = node + 1;
    if (node < this.weights.length) return;
    const length = Math.max(node + 1, this.weights.length * 2);
    const weights = new Float64Array(length);
    weights.set(this.weights);
    this.weights = weights;
    const counts = new Uint32Array(length);
    counts.set(this.counts);
    this.counts = counts;
  }

  /** The same with other node ids. */
  mapped(map: ArrayLike<number>): WeightColumn {
    const copy = new WeightColumn(this.event);
    for (let node = 0; node < this.used; node++) {
      if (this.count(node) > 0) copy.add(map[node] ?? 0, this.weight(node), this.count(node));
    }
    copy.squares = this.squares;
    copy.unfiltered = this.unfiltered;
    copy.batches = this.batches?.mapped(map) ?? null;
    return copy;
  }

  /** Self weight of a node, in the event's unit. */
  weight(node: number): number {
    return this.weights[node] ?? 0;
  }

  /** Weights and samples of all nodes up to `length`, as they lie in memory. */
  get columns(): { weights: Float64Array; counts: Uint32Array } {
    return {
      weights: this.weights.subarray(0, this.used),
      counts: this.counts.subarray(0, this.used),
    };
  }

  count(node: number): number {
    return this.counts[node] ?? 0;
  }

  /** Nodes from `length` on have no weight. */
  get length(): number {
    return this.used;
  }
}
