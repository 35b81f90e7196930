import type { Side } from './side.js';

/** Functions that both sides must share before their addresses are compared at all. */
const ENOUGH = 20;

/**
 * Whether both sides ran one and the same kernel image: their functions start at the same addresses,
 * up to one constant slide (KASLR moves the whole image by a multiple of 2 MiB).
 */
export function isSameImage(base: Side, other: Side): boolean {
  return sameStarts(functionStarts(base), functionStarts(other)) === true;
}

/** Whether two recordings' functions lie at the same places; null where they share too few to tell. */
export function sameStarts(
  base: ReadonlyMap<string, number>,
  other: ReadonlyMap<string, number>,
): boolean | null {
  const slides = new Map<number, number>();
  let common = 0;
  for (const [symbol, start] of other) {
    const from = base.get(symbol);
    if (from === undefined) continue;
    common++;
    const slide = start - from;
    slides.set(slide, (slides.get(slide) ?? 0) + 1);
  }
  if (common < ENOUGH) return null;
  const [slide, agreeing] = [...slides].reduce((best, next) => (next[1] > best[1] ? next : best));
  return agreeing >= 0.95 * common && slide % 0x200000 === 0;
}

/**
 * Start address by symbol, of the kernel's functions that were seen at one start only. The kernel's half of the addresses is
 * counted from the upper end, negative: a double holds addresses of 48 bits so.
 */
export function functionStarts(
  side: Pick<Side, 'profile' | 'facts'>,
  isUsed: (frame: number) => boolean = () => true,
): Map<string, number> {
  const { frames } = side.profile;
  const { strings, symbol: symbols, offset: offsets, addressHi, addressLo } = frames;
  const { dso, kind } = side.facts;
  // of each symbol, by its id, what `start` is below; in the order of first sight
  const first = new Float64Array(strings.size).fill(NaN);
  const twice = new Uint8Array(strings.size);
  const seen: number[] = [];
  for (let id = 0; id < frames.size; id++) {
    const offset = offsets[id] ?? -1;
    if (dso[id] !== '[kernel]' || offset < 0 || offset > 0x1000000) continue;
    if (kind[id] === 'user' || !isUsed(id)) continue;
    const symbol = symbols[id] ?? 0;
    const start = ((addressHi[id] ?? 0) | 0) * 2 ** 32 + (addressLo[id] ?? 0) - offset;
    const known = first[symbol] ?? NaN;
    if (known === start) continue;
    if (Number.isNaN(known)) {
      first[symbol] = start;
      seen.push(symbol);
    } else {
      twice[symbol] = 1;
    }
  }
  const starts = new Map<string, number>();
  for (const symbol of seen)
    if (twice[symbol] === 0) starts.set(strings.text(symbol), first[symbol] ?? 0);
  return starts;
}
