/**
 * Other trees from the report's columns: without user space, with paravirt ops alone, what a function
 * calls, what calls it. Their sums are those of the document's frames; frames of several places that come
 * to stand for one were never tested together, and say so.
 */
import {
  KIND_NAMES,
  NODE_KIND_OP,
  TOGETHER_PART,
  TOGETHER_SEVERAL,
  VERDICT_TOO_LITTLE,
} from './codes.js';
import { at, buildTree, type FrameTree } from './tree.js';

export type View =
  | { readonly kind: 'all' | 'kernel' | 'paravirt' }
  /** Both directions around every frame of one name. */
  | { readonly kind: 'around'; readonly name: string };

const USER = KIND_NAMES.indexOf('user');
const ROOT = KIND_NAMES.indexOf('root');

/** The document's tree without its user-space frames; their own weight is left out. */
export function kernelTree(tree: FrameTree): FrameTree {
  const trie = new Trie(tree);
  const place = new Int32Array(tree.size).fill(-1);
  for (let i = 0; i < tree.size; i++) {
    const above = i === 0 ? -1 : (place[at(tree.parent, i)] ?? -1);
    const user = kindOf(tree, i) === USER;
    place[i] = user ? above : trie.child(above, i);
    if (!user) trie.add(place[i] ?? 0, self(tree, 'base', i), self(tree, 'new', i));
  }
  return trie.tree(tree.tested);
}

/** Only what was measured in paravirt ops and the code behind them, with the frames that lead there. */
export function paravirtTree(tree: FrameTree): FrameTree {
  const trie = new Trie(tree);
  trie.child(-1, 0);
  const path: number[] = [];
  for (let i = 0; i < tree.size; i++) {
    if (kindOf(tree, i) !== NODE_KIND_OP) continue;
    let place = placeOfAncestors(tree, trie, i, path);
    const end = at(tree.end, i);
    const places = new Map<number, number>([[at(tree.parent, i), place]]);
    for (; i < end; i++) {
      place = trie.child(places.get(at(tree.parent, i)) ?? place, i);
      places.set(i, place);
      trie.add(place, self(tree, 'base', i), self(tree, 'new', i));
    }
    i = end - 1;
  }
  return trie.tree(tree.tested);
}

/** What the frames of a name call, the topmost of each path taken together. */
export function calleesTree(tree: FrameTree, name: string): FrameTree {
  const trie = new Trie(tree);
  for (const top of topmost(tree, name)) {
    const places = new Map<number, number>();
    for (let i = top; i < at(tree.end, top); i++) {
      const place = trie.child(i === top ? -1 : (places.get(at(tree.parent, i)) ?? -1), i);
      places.set(i, place);
      trie.add(place, self(tree, 'base', i), self(tree, 'new', i));
    }
  }
  return trie.tree(false);
}

/** What calls the frames of a name, nearest caller first; weights are those of the name with all below it. */
export function callersTree(tree: FrameTree, name: string): FrameTree {
  const trie = new Trie(tree);
  for (const top of topmost(tree, name)) {
    let place = trie.child(-1, top);
    for (let p = at(tree.parent, top); p > 0; p = at(tree.parent, p)) place = trie.child(place, p);
    trie.add(place, at(tree.base, top), at(tree.new, top));
  }
  return trie.tree(false);
}

/** Whether the document's graph has a frame of this name. */
export function hasName(tree: FrameTree, name: string): boolean {
  return topmost(tree, name).length > 0;
}

function topmost(tree: FrameTree, name: string): number[] {
  const found: number[] = [];
  for (let i = 0; i < tree.size; i++) {
    if (kindOf(tree, i) === ROOT || nameOf(tree, i) !== name) continue;
    found.push(i);
    i = at(tree.end, i) - 1;
  }
  return found;
}

function nameOf(tree: FrameTree, node: number): string | undefined {
  return tree.graph.names[tree.graph.nodes.name[node] ?? -1];
}

function placeOfAncestors(tree: FrameTree, trie: Trie, node: number, path: number[]): number {
  path.length = 0;
  for (let p = at(tree.parent, node); p >= 0; p = at(tree.parent, p)) path.push(p);
  let place = -1;
  while (path.length > 0) place = trie.child(place, path.pop() ?? 0);
  return place;
}

function kindOf(tree: FrameTree, node: number): number {
  return tree.graph.nodes.kind[node] ?? 0;
}

function self(tree: FrameTree, side: 'base' | 'new', node: number): number {
  return tree.graph.nodes[side][node] ?? 0;
}

/** A tree under construction: frames of one name and kind under one parent are one. */
class Trie {
  private readonly ids = new Map<string, number>();
  private readonly children: number[][] = [];
  /** The first frame of the document that stands here. */
  private readonly source: number[] = [];
  private readonly sources: Set<number>[] = [];
  private readonly base: number[] = [];
  private readonly new: number[] = [];
  private top = -1;

  constructor(private readonly from: FrameTree) {}

  /** The place of the document's frame `node` under a place; -1 is above the root. */
  child(parent: number, node: number): number {
    const { name } = this.from.graph.nodes;
    const key = `${String(parent)},${String(name[node] ?? 0)},${String(kindOf(this.from, node))}`;
    // whatever is above the root, there is one root
    const known = parent < 0 && this.top >= 0 ? this.top : this.ids.get(key);
    if (known !== undefined) {
      this.sources[known]?.add(node);
      return known;
    }
    const place = this.source.length;
    this.ids.set(key, place);
    this.source.push(node);
    this.sources.push(new Set([node]));
    this.children.push([]);
    this.base.push(0);
    this.new.push(0);
    if (parent < 0) this.top = place;
    else this.children[parent]?.push(place);
    return place;
  }

  add(place: number, base: number, newer: number): void {
    this.base[place] = (this.base[place] ?? 0) + base;
    this.new[place] = (this.new[place] ?? 0) + newer;
  }

  tree(tested: boolean): FrameTree {
    const { graph } = this.from;
    const order: number[] = [];
    const depth: number[] = [];
    const waiting: [number, number][] = this.top < 0 ? [] : [[this.top, 0]];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [place, level] = next;
      order.push(place);
      depth.push(level);
      for (const child of [...(this.children[place] ?? [])].reverse())
        waiting.push([child, level + 1]);
    }
    const column = (values: ArrayLike<number>): number[] =>
      order.map((place) => values[this.source[place] ?? 0] ?? 0);
    const tree = buildTree({
      ...graph,
      nodes: {
        depth,
        name: column(graph.nodes.name),
        kind: column(graph.nodes.kind),
        base: order.map((place) => this.base[place] ?? 0),
        new: order.map((place) => this.new[place] ?? 0),
        verdict: order.map(() => VERDICT_TOO_LITTLE),
        moved: order.map((place) =>
          [...(this.sources[place] ?? [])].reduce(
            (a, node) => a + (graph.nodes.moved[node] ?? 0),
            0,
          ),
        ),
      },
    });
    return this.judged(tree, order, tested);
  }

  /** A frame that stands for just one of the document, whole, keeps that one's verdict. */
  private judged(tree: FrameTree, order: readonly number[], tested: boolean): FrameTree {
    const together = new Uint8Array(tree.size);
    const sides = new Uint8Array(tree.size);
    order.forEach((place, i) => {
      const source = this.source[place] ?? 0;
      const one = this.sources[place]?.size === 1;
      const whole =
        at(tree.base, i) === at(this.from.base, source) &&
        at(tree.new, i) === at(this.from.new, source);
      if (one && whole) {
        tree.graph.nodes.verdict[i] = this.from.graph.nodes.verdict[source] ?? VERDICT_TOO_LITTLE;
      } else {
        together[i] = one ? TOGETHER_PART : TOGETHER_SEVERAL;
      }
      for (const node of this.sources[place] ?? [])
        sides[i] =
          (sides[i] ?? 0) |
          (at(this.from.base, node) > 0 ? 1 : 0) |
          (at(this.from.new, node) > 0 ? 2 : 0);
    });
    return { ...tree, tested, together, sides };
  }
}
