import { isSectionMarker } from '../paravirt/index.js';
import type { EdgeSide } from './edges.js';
import type { KeyTable } from './keys.js';
import { mayInline } from './splice-rules.js';

/** A function that one side has and the other has not, with what surrounds it. */
export interface OneSided {
  key: number;
  name: string;
  /** The name without leading underscores. */
  bare: string;
  isMarker: boolean;
  self: number;
  samples: number;
  weight: number;
  /** Weight by key. */
  callers: Map<number, number>;
  readonly callees: Map<number, number>;
}

/** By weight, then by name, so that swapped sides pair alike. */
export function oneSided(here: EdgeSide, there: EdgeSide, keys: KeyTable): OneSided[] {
  const all = new Map<number, Entry>();
  for (let edge = 0; edge < here.pairs.size; edge++) {
    const callee = here.pairs.key[edge] ?? -1;
    if (there.has[callee] === 1) continue;
    const caller = here.pairs.parent[edge] ?? -1;
    if (!mayInline(caller, callee, keys)) continue;
    let entry = all.get(callee);
    if (entry === undefined) {
      entry = new Entry(callee, keys.key(callee).name, here);
      all.set(callee, entry);
    }
    entry.add(caller, edge);
  }
  return [...all.values()].sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1));
}

class Entry implements OneSided {
  self = 0;
  samples = 0;
  weight = 0;
  readonly callers = new Map<number, number>();
  readonly bare: string;
  readonly isMarker: boolean;
  private readonly edges: number[] = [];
  private below: Map<number, number> | undefined;

  constructor(
    readonly key: number,
    readonly name: string,
    private readonly side: EdgeSide,
  ) {
    this.bare = bareName(name);
    this.isMarker = isSectionMarker(name);
  }

  add(caller: number, edge: number): void {
    const weight = this.side.weight[edge] ?? 0;
    this.self += this.side.self[edge] ?? 0;
    this.samples += this.side.samples[edge] ?? 0;
    this.weight += weight;
    this.callers.set(caller, (this.callers.get(caller) ?? 0) + weight);
    this.edges.push(edge);
  }

  /** Summed only when asked for: most functions are told apart by less. */
  get callees(): Map<number, number> {
    if (this.below !== undefined) return this.below;
    const sums = new Map<number, number>();
    for (const edge of this.edges) {
      for (const [piece, weight] of this.side.below(edge))
        sums.set(piece, (sums.get(piece) ?? 0) + weight);
    }
    return (this.below = sums);
  }
}

function bareName(name: string): string {
  return name.replace(/^_+/, '').replace(/^(?:raw_)?/, '');
}
