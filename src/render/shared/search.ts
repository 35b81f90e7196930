import { displayName } from './visible.js';
import { at, type FrameTree } from './tree.js';

/** What a search found. Weights are of the topmost matches, so nothing is counted twice. */
export interface SearchResult {
  /** One byte a node: 1 the node itself matches, 2 something below it does, 3 both. */
  readonly marks: Uint8Array;
  readonly frames: number;
  readonly names: number;
  readonly base: number;
  readonly new: number;
}

export const SELF_MATCH = 1;
export const INNER_MATCH = 2;

/**
 * Finds a plain substring, ignoring case, in the names (as recorded, as merged and as shown) of all
 * frames of the document, drawn or not. Null for an empty term. Never a pattern: a pattern can hang the page.
 */
export function searchTree(tree: FrameTree, term: string): SearchResult | null {
  const wanted = term.trim().toLowerCase();
  if (wanted === '') return null;
  const holds = (name: string): boolean =>
    name.toLowerCase().includes(wanted) || displayName(name).toLowerCase().includes(wanted);
  const hit = tree.graph.names.map(holds);
  for (const [id, raw] of tree.graph.raw) {
    if (holds(raw)) hit[id] = true;
  }
  const marks = new Uint8Array(tree.size);
  const seen = new Set<number>();
  let frames = 0;
  let base = 0;
  let newer = 0;
  let covered = 0;
  for (let i = 0; i < tree.size; i++) {
    const name = tree.graph.nodes.name[i] ?? -1;
    if (hit[name] !== true) continue;
    marks[i] = (marks[i] ?? 0) | SELF_MATCH;
    frames += 1;
    seen.add(name);
    if (i >= covered) {
      covered = at(tree.end, i);
      base += at(tree.base, i);
      newer += at(tree.new, i);
    }
    for (let p = at(tree.parent, i); p >= 0 && ((marks[p] ?? 0) & INNER_MATCH) === 0;) {
      marks[p] = (marks[p] ?? 0) | INNER_MATCH;
      p = at(tree.parent, p);
    }
  }
  return { marks, frames, names: seen.size, base, new: newer };
}
