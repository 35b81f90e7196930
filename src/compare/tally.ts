/** Weight of one row on one side: each run's own normalised sum, and the samples behind all of them. */
export interface Measured {
  runs: Float64Array;
  samples: number;
}

export function nothing(runs: number): Measured {
  return { runs: new Float64Array(runs), samples: 0 };
}

/** Mean over the side's runs, in the event's unit. */
export function mean(measured: Measured): number {
  let sum = 0;
  for (const weight of measured.runs) sum += weight;
  return measured.runs.length === 1 ? sum : sum / measured.runs.length;
}

/** The difference of the two means, new - base. */
export function delta(row: { base: Measured; new: Measured }): number {
  return mean(row.new) - mean(row.base);
}

/** Sums weights by key over the runs of a side. */
export class Tally<K> {
  readonly rows = new Map<K, Measured>();
  /** The row that each stack node was added to. */
  readonly nodes: Measured[] = [];
  constructor(private readonly runs: number) {}

  add(key: K, run: number, weight: number, samples: number, node: number): void {
    let row = this.rows.get(key);
    if (row === undefined) {
      row = nothing(this.runs);
      this.rows.set(key, row);
    }
    row.runs[run] = (row.runs[run] ?? 0) + weight;
    row.samples += samples;
    this.nodes[node] = row;
  }

  get(key: K): Measured {
    return this.rows.get(key) ?? nothing(this.runs);
  }
}
