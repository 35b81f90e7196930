import type { Attributor } from './attribute.js';
import { ImageAttributor } from './attribute-image.js';
import { SymbolAttributor } from './attribute-symbols.js';
import type { Side } from './side.js';

/** By address where an image is at hand, else by symbols. */
export function makeAttributor(side: Side, withSites: ReadonlySet<string>): Attributor {
  return side.located === undefined
    ? new SymbolAttributor(side)
    : new ImageAttributor(side, side.located, withSites);
}
