/**
 * Benjamini and Hochberg (1995): adjusted p-values (q), in the order given. Ties get the same q. Of more
 * `tests` than are given the others have larger p-values: what they add to the q-values here, a level under
 * theirs does not see.
 */
export function benjaminiHochberg(p: readonly number[], tests = p.length): number[] {
  const order = p.map((_, i) => i).sort((a, b) => (p[a] ?? 1) - (p[b] ?? 1) || a - b);
  const q = new Array<number>(p.length).fill(1);
  let least = 1;
  for (let rank = order.length; rank >= 1; rank--) {
    const at = order[rank - 1] ?? 0;
    least = Math.min(least, ((p[at] ?? 1) * tests) / rank);
    q[at] = least;
  }
  return q;
}

/** p-value of "nothing in this family changed" (Simes 1986): the least of its adjusted p-values. */
export function simes(p: readonly number[]): number {
  return benjaminiHochberg(p).reduce((a, b) => Math.min(a, b), 1);
}
