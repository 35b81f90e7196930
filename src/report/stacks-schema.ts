/**
 * Both sides' folded stacks as the page carries them beside the report document: a prefix tree in
 * preorder that shares the report's name table. docs/report.md describes it.
 */
import * as z from 'zod';
import type { Graph } from './schema.js';

export const STACKS_SCHEMA = 'pvflame-stacks/1';

/** Stacks a side that a page carries: what a 50,000-node pair has, in some 100 KB. */
export const MOST_STACKS = 50_000;

/** Characters of folded text a side: more than 50,000 stacks of any depth that perf records. */
const MOST_TEXT = 1 << 28;

const count = z.number().int().nonnegative();
const ends = z
  .object({
    /** Nodes at which a stack of this side ends: the distance from the one before. */
    at: z.array(count),
    weight: z.array(z.number()),
  })
  .nullable();

export const stacksSchema = z.object({
  schema: z.literal(STACKS_SCHEMA),
  limit: count,
  stacks: z.object({ base: count, new: count }),
  /** Names that are not in the report's `graph.names`; their ids follow on those. */
  names: z.array(z.string()),
  nodes: z.object({
    /** Levels up from the node before to the parent: 0, the parent is the node before. */
    up: z.array(count),
    /** Which of the names seen below the parent's name so far; one past them, the next in `fresh`. */
    rank: z.array(count),
    fresh: z.array(count),
  }),
  /** null: more stacks than the limit. */
  base: ends,
  new: ends,
});

export type Stacks = z.infer<typeof stacksSchema>;

/** The names seen below a name so far, in the order of first sight. */
function seenBelow(below: Map<number, number[]>, parent: number): number[] {
  let seen = below.get(parent);
  if (seen === undefined) below.set(parent, (seen = []));
  return seen;
}

/**
 * A side's folded stacks as `pvflame fold` prints them, in its order; undefined where the page does
 * not carry them. Throws RangeError where the columns do not fit each other.
 */
export function foldedLines(
  { nodes, names, ...sides }: Stacks,
  side: 'base' | 'new',
  graph: Pick<Graph, 'names'>,
): string[] | undefined {
  const ends = sides[side];
  if (ends === null) return undefined;
  if (nodes.up.length !== nodes.rank.length || ends.at.length !== ends.weight.length)
    throw new RangeError('columns differ in length');
  const nameOf = (id: number) => {
    const name = graph.names[id] ?? names[id - graph.names.length];
    if (name === undefined) throw new RangeError(`name ${id} is not there`);
    return name;
  };
  const sums = new Map<string, number>();
  const path: string[] = [];
  const ids: number[] = [];
  const below = new Map<number, number[]>();
  let fresh = 0;
  let size = 0;
  let node = -1;
  ends.at.forEach((step, i) => {
    for (const target = node + step; node < target;) {
      node++;
      const up = nodes.up[node];
      if (up === undefined || up > path.length) throw new RangeError(`node ${node} is not there`);
      path.length -= up;
      ids.length -= up;
      const seen = seenBelow(below, ids.at(-1) ?? -1);
      const rank = nodes.rank[node] ?? -1;
      if (rank === seen.length) seen.push(nodes.fresh[fresh++] ?? -1);
      const id = seen[rank] ?? -1;
      ids.push(id);
      path.push(nameOf(id));
    }
    const stack = path.join(';');
    size += stack.length;
    if (size > MOST_TEXT) throw new RangeError(`its text is longer than ${MOST_TEXT} characters`);
    sums.set(stack, (sums.get(stack) ?? 0) + (ends.weight[i] ?? 0));
  });
  return [...sums]
    .map(([stack, weight]) => [Buffer.from(stack, 'utf8'), weight] as const)
    .sort(([a], [b]) => Buffer.compare(a, b))
    .map(([stack, weight]) => `${stack.toString('utf8')} ${weight}`);
}
