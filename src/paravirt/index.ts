/** What a symbol, a call site, an op is. See README.md in this folder. */
export {
  hasEquivalent,
  isFreeNatively,
  pvSymbol,
  OPS,
  type KernelOps,
  type PvSymbol,
  type PvRole,
  type OpEntry,
} from './catalogue/index.js';
export { frameFacts, type FactOptions, type FrameFacts, type FrameKind } from './frames.js';
export { canonicalSymbol, canonicalKernelDso, isSectionMarker } from './symbols.js';
export {
  imageCode,
  savedCode,
  functionAt,
  type ImageCode,
  type CodeFunction,
} from './located/code.js';
export { locate, renameByImage, type Located } from './located/locate.js';
export {
  windowBefore,
  type CodeSite,
  type CodeWindow,
  type Place,
  type Return,
} from './located/site-index.js';
export type { SiteCode } from './image/index.js';
