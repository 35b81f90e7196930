import { benjaminiHochberg, simes } from './fdr.js';
import { ALPHA } from './verdict.js';

/** A hypothesis in a tree of them. */
export interface TreeTest {
  /** Index of the parent, which stands before its children; -1 at the top. */
  parent: number;
  /** null: a mere group, rejected by Simes' p-value of its children. */
  p: number | null;
}

/**
 * q-values over a tree of tests: children form a family, tested only where their parent is rejected, at a
 * level shrunk by the share of rejected hypotheses in every family above (Benjamini and Bogomolov 2014;
 * for more than two levels Bogomolov, Peterson, Benjamini and Sabatti 2021). Returned are q-values that
 * may be compared with `level` anywhere in the tree; 1 below a parent that is not rejected. With nothing
 * changed anywhere, the chance of any rejection is `level` for the whole tree.
 */
export function hierarchicalQ(tests: readonly TreeTest[], level = ALPHA): number[] {
  const families = new Map<number, number[]>();
  tests.forEach(({ parent }, i) => {
    const family = families.get(parent);
    if (family === undefined) families.set(parent, [i]);
    else family.push(i);
  });
  const p = groupValues(tests, families);
  const q = new Array<number>(tests.length).fill(1);
  // What a family's q-values are multiplied by: all over rejected, along the way from the top.
  const factor = new Array<number>(tests.length).fill(1);
  for (const [parent, family] of [...families].sort(([a], [b]) => a - b)) {
    if (parent >= 0 && !((q[parent] ?? 1) <= level)) continue;
    const above = parent < 0 ? 1 : (factor[parent] ?? 1);
    const adjusted = benjaminiHochberg(family.map((i) => p[i] ?? 1));
    let rejected = 0;
    family.forEach((i, at) => {
      q[i] = Math.min(1, (adjusted[at] ?? 1) * above);
      if ((q[i] ?? 1) <= level) rejected++;
    });
    for (const i of family) factor[i] = above * (family.length / Math.max(1, rejected));
  }
  return q;
}

/** Fills in the groups' p-values, children first. */
function groupValues(
  tests: readonly TreeTest[],
  families: ReadonlyMap<number, readonly number[]>,
): number[] {
  const p = tests.map((test) => test.p ?? 1);
  for (let i = tests.length - 1; i >= 0; i--) {
    if (tests[i]?.p !== null) continue;
    p[i] = simes((families.get(i) ?? []).map((child) => p[child] ?? 1));
  }
  return p;
}
