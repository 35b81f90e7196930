/** What a symbol, a call site, an op is. See README.md in this folder. */
export { pvSymbol, OPS, type PvSymbol, type PvRole, type OpEntry } from './catalogue/index.js';
export { frameFacts, type FrameFacts, type FrameKind } from './frames.js';
export { canonicalSymbol, canonicalKernelDso, isSectionMarker } from './symbols.js';
