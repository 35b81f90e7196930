/** What a node of the comparison's tree is. The report uses the same names. */
export type NodeKind = 'root' | 'comm' | 'user' | 'kernel' | 'op' | 'callee' | 'wait' | 'entry';

export interface NodeKey {
  kind: NodeKind;
  name: string;
  dso: string;
}

/** Interns what both sides' frames are called, so that equal ids mean comparable frames. */
export class KeyTable {
  private readonly ids = new Map<string, number>();
  readonly keys: NodeKey[] = [];
  /** Names as recorded behind a canonical name, where they differ. */
  readonly raw: Set<string>[] = [];

  id(kind: NodeKind, name: string, dso: string): number {
    const text = `${kind}\0${name}\0${dso}`;
    const known = this.ids.get(text);
    if (known !== undefined) return known;
    const id = this.keys.length;
    this.ids.set(text, id);
    this.keys.push({ kind, name, dso });
    this.raw.push(new Set());
    return id;
  }

  key(id: number): NodeKey {
    const key = this.keys[id];
    if (key === undefined) throw new RangeError(`key ${id} of ${this.keys.length}`);
    return key;
  }

  noteRaw(id: number, raw: string): void {
    if (raw !== this.keys[id]?.name) this.raw[id]?.add(raw);
  }
}
