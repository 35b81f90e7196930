/** What a node of the comparison's tree is. The report uses the same names. */
export type NodeKind = 'root' | 'comm' | 'user' | 'kernel' | 'op' | 'callee' | 'wait' | 'entry';

export interface NodeKey {
  kind: NodeKind;
  name: string;
  dso: string;
}

/** Interns what both sides' frames are called, so that equal ids mean comparable frames. */
export class KeyTable {
  readonly keys: NodeKey[] = [];
  /** Last key of each name; few names have more than one, and those are chained. */
  private readonly named = new Map<string, number>();
  private readonly before: number[] = [];
  /** Names as recorded behind a canonical name, where they differ, by key id. */
  private readonly raw = new Map<number, Set<string>>();

  id(kind: NodeKind, name: string, dso: string): number {
    const last = this.named.get(name) ?? -1;
    for (let id = last; id >= 0; id = this.before[id] ?? -1) {
      const known = this.keys[id];
      if (known?.kind === kind && known.dso === dso) return id;
    }
    const id = this.keys.length;
    this.named.set(name, id);
    this.before.push(last);
    this.keys.push({ kind, name, dso });
    return id;
  }

  /** Whether a key is the one of these fields; asked of texts that mostly are the same object. */
  is(id: number, kind: NodeKind, name: string, dso: string): boolean {
    const key = this.keys[id];
    return key !== undefined && key.kind === kind && key.name === name && key.dso === dso;
  }

  get size(): number {
    return this.keys.length;
  }

  key(id: number): NodeKey {
    const key = this.keys[id];
    if (key === undefined) throw new RangeError(`key ${id} of ${this.keys.length}`);
    return key;
  }

  noteRaw(id: number, raw: string): void {
    if (raw === this.keys[id]?.name) return;
    const known = this.raw.get(id);
    if (known === undefined) this.raw.set(id, new Set([raw]));
    else known.add(raw);
  }

  /** Names as recorded that are not the key's own, sorted. */
  rawOf(id: number): string[] {
    return [...(this.raw.get(id) ?? [])].sort();
  }

  /** Keys with other names as recorded, in the order of their ids. */
  merged(): number[] {
    return [...this.raw.keys()].sort((a, b) => a - b);
  }
}

/** Places of keys in the order of their texts, so that lists of keys are sorted by numbers. */
export interface KeyOrder {
  /** By name, dso, kind: no two keys share a place. */
  full: Int32Array;
  /** By name and dso alone. */
  named: Int32Array;
}

/** Sorts the keys of a table once, after the last one was given its id. */
export function keyOrder({ keys }: KeyTable): KeyOrder {
  const order = keys.map((_, id) => id);
  // field by field is the order of the joined text, as no field holds its separator
  order.sort((a, b) => compareKeys(keys[a], keys[b]) || compare(keys[a]?.kind, keys[b]?.kind));
  const full = new Int32Array(keys.length);
  const named = new Int32Array(keys.length);
  let last = 0;
  order.forEach((id, place) => {
    full[id] = place;
    if (place > 0 && compareKeys(keys[order[place - 1] ?? 0], keys[id]) !== 0) last = place;
    named[id] = last;
  });
  return { full, named };
}

function compareKeys(a: NodeKey | undefined, b: NodeKey | undefined): number {
  return compare(a?.name, b?.name) || compare(a?.dso, b?.dso);
}

function compare(a = '', b = ''): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
