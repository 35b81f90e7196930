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
  const starts = new Map<string, bigint>();
  const twice = new Set<string>();
  for (let id = 0; id < frames.size; id++) {
    const offset = frames.offset[id] ?? -1;
    if (side.facts.dso[id] !== '[kernel]' || offset < 0 || offset > 0x1000000) continue;
    if (side.facts.kind[id] === 'user' || !isUsed(id)) continue;
    const address = (BigInt(frames.addressHi[id] ?? 0) << 32n) | BigInt(frames.addressLo[id] ?? 0);
    const symbol = frames.strings.text(frames.symbol[id] ?? 0);
    const start = address - BigInt(offset);
    const known = starts.get(symbol);
    if (known === undefined) starts.set(symbol, start);
    else if (known !== start) twice.add(symbol);
  }
  for (const symbol of twice) starts.delete(symbol);
  return starts;
}
