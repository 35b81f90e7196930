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
  base: ReadonlyMap<string, bigint>,
  other: ReadonlyMap<string, bigint>,
): boolean | null {
  const slides = new Map<bigint, number>();
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
  return agreeing >= 0.95 * common && slide % 0x200000n === 0n;
}

/** Start address by symbol, of the kernel's functions that were seen at one start only. */
export function functionStarts(
  side: Pick<Side, 'profile' | 'facts'>,
  isUsed: (frame: number) => boolean = () => true,
): Map<string, bigint> {
  const { frames } = side.profile;
  const { strings, symbol: symbols, offset: offsets, addressHi, addressLo } = frames;
  const { dso, kind } = side.facts;
  // of each symbol, by its id: the start's upper and lower half; in the order of first sight
  const hi = new Float64Array(strings.size);
  const lo = new Float64Array(strings.size).fill(-1);
  const twice = new Uint8Array(strings.size);
  const seen: number[] = [];
  for (let id = 0; id < frames.size; id++) {
    const offset = offsets[id] ?? -1;
    if (dso[id] !== '[kernel]' || offset < 0 || offset > 0x1000000) continue;
    if (kind[id] === 'user' || !isUsed(id)) continue;
    const symbol = symbols[id] ?? 0;
    const below = (addressLo[id] ?? 0) - offset;
    const upper = (addressHi[id] ?? 0) - (below < 0 ? 1 : 0);
    const lower = below < 0 ? below + 2 ** 32 : below;
    if (lo[symbol] === -1) {
      hi[symbol] = upper;
      lo[symbol] = lower;
      seen.push(symbol);
    } else if (hi[symbol] !== upper || lo[symbol] !== lower) {
      twice[symbol] = 1;
    }
  }
  const starts = new Map<string, bigint>();
  for (const symbol of seen) {
    if (twice[symbol] === 1) continue;
    const start = (BigInt(hi[symbol] ?? 0) << 32n) + BigInt(lo[symbol] ?? 0);
    starts.set(strings.text(symbol), start);
  }
  return starts;
}
