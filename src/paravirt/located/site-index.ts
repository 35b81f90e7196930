import type { Site } from '../image/index.js';

/** An address in the top 2 GiB of the address space, by its lower 32 bits, without KASLR's slide. */
export type Place = number;

/** A call site as the comparison needs it. */
export interface CodeSite {
  place: Place;
  length: number;
  /** Canonical name of the function that holds it, and its distance from the function's start. */
  function: string;
  symbol: string;
  offset: number;
  op: string;
  /** Where instructions begin in the site once it is patched inline, after its first byte; null: never inline. */
  inlineStarts: readonly number[] | null;
  tabled: boolean;
  /** Rank among the sites of its function and op, by address. */
  ordinal: number;
  /** As the image's table has it. */
  source: Site;
}

/** A stretch of code that stands for an op: a site, or native instructions that do the same. */
export interface CodeWindow {
  start: Place;
  /** Its own bytes end here. */
  end: Place;
  /** No window reaches beyond: the next window, or the end of the function. */
  limit: Place;
  op: string;
  /** Index of the site; -1 for a native equivalent. */
  site: number;
}

/** How a call went, as its return address tells: `call *pv_ops` is 6 bytes (7 with abs32), `call` 5. */
export interface Return {
  site: number;
  how: 'direct' | 'indirect' | 'static';
}

const DIRECT_BYTES = 5;

/** Every address that a call at a site returns to. */
export function returnsOf(sites: readonly CodeSite[]): Map<Place, Return> {
  const returns = new Map<Place, Return>();
  sites.forEach((site, index) => {
    if (site.length <= DIRECT_BYTES)
      returns.set(site.place + site.length, { site: index, how: 'static' });
    else {
      returns.set(site.place + site.length, { site: index, how: 'indirect' });
      if (site.tabled) returns.set(site.place + DIRECT_BYTES, { site: index, how: 'direct' });
    }
  });
  return returns;
}

/** Sorts windows and sets their limits; `functionEnd` gives the end of the function at a place. */
export function windowsOf(
  stretches: readonly Omit<CodeWindow, 'limit'>[],
  functionEnd: (place: Place) => Place,
): CodeWindow[] {
  const sorted = [...stretches].sort((a, b) => a.start - b.start || a.site - b.site);
  return sorted.map((stretch, i) => ({
    ...stretch,
    limit: Math.min(sorted[i + 1]?.start ?? Infinity, functionEnd(stretch.start)),
  }));
}

/** The last window that begins at or before a place; undefined before the first. */
export function windowBefore(windows: readonly CodeWindow[], place: Place): CodeWindow | undefined {
  let low = 0;
  let high = windows.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((windows[mid]?.start ?? 0) <= place) low = mid + 1;
    else high = mid;
  }
  return windows[low - 1];
}
