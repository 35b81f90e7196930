import { stackColumns, type FoldSide } from '../profile/index.js';
import { joined, opened } from './json-parts.js';
import type { Graph } from './schema.js';
import { MOST_STACKS, STACKS_SCHEMA } from './stacks-schema.js';

/**
 * Both sides' folded stacks for the page, a document of `stacksSchema` as JSON; a side with more than `limit` stacks is
 * only counted.
 */
export function packStacks(
  base: FoldSide,
  other: FoldSide,
  graph: Pick<Graph, 'names'>,
  limit = MOST_STACKS,
): Uint8Array {
  const { stacks, names: all, fresh, up, rank, ends } = stackColumns([base, other], limit);
  const { ids, names } = nameTable(all, graph);
  const counts = { base: stacks[0] ?? 0, new: stacks[1] ?? 0 };
  const head = opened({ schema: STACKS_SCHEMA, limit, stacks: counts, names });
  const firsts = JSON.stringify(Array.from(fresh, (id) => ids[id]));
  const parts = [head, ',"nodes":{"up":', up, ',"rank":', rank, ',"fresh":', firsts, '}'];
  for (const [i, side] of (['base', 'new'] as const).entries()) {
    const own = ends[i] ?? null;
    parts.push(`,"${side}":`);
    if (own === null) parts.push('null');
    else parts.push('{"at":', own.at, ',"weight":', own.weight, '}');
  }
  return joined([...parts, '}']);
}

/** Ids of names as the document counts them, and those that the report has not, which follow on its own. */
function nameTable(
  all: readonly string[],
  graph: Pick<Graph, 'names'>,
): { ids: number[]; names: string[] } {
  if (all.length === 0) return { ids: [], names: [] };
  const shared = new Map<string, number>();
  for (let id = 0; id < graph.names.length; id++) shared.set(graph.names[id] ?? '', id);
  const names: string[] = [];
  const ids = all.map((name) => shared.get(name) ?? graph.names.length + names.push(name) - 1);
  return { ids, names };
}
