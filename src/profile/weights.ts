/** Weight and samples of one event in one run, a column over the stack table's nodes. */
export class WeightColumn {
  private weights = new Float64Array(1 << 10);
  private counts = new Uint32Array(1 << 10);
  private used = 0;
  samples = 0;
  total = 0;

  constructor(readonly event: string) {}

  add(node: number, weight: number, samples = 1): void {
    if (node >= this.weights.length) {
      const length = Math.max(node + 1, this.weights.length * 2);
      const weights = new Float64Array(length);
      weights.set(this.weights);
      this.weights = weights;
      const counts = new Uint32Array(length);
      counts.set(this.counts);
      this.counts = counts;
    }
    this.weights[node] = (this.weights[node] ?? 0) + weight;
    this.counts[node] = (this.counts[node] ?? 0) + samples;
    this.used = Math.max(this.used, node + 1);
    this.samples += samples;
    this.total += weight;
  }

  /** Self weight of a node, in the event's unit. */
  weight(node: number): number {
    return this.weights[node] ?? 0;
  }

  count(node: number): number {
    return this.counts[node] ?? 0;
  }

  /** Nodes from `length` on have no weight. */
  get length(): number {
    return this.used;
  }
}
