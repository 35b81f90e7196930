export type { Alternative } from './alternatives.js';
export type { FlatStruct, Btf } from './btf.js';
export {
  readKernelImage,
  type ImageKind,
  type ImageOptions,
  type KernelImage,
} from './kernel-image.js';
export type { ImageMemory, Region } from './memory.js';
export { initialTargets, type NamedBy, type OpTable } from './op-tables.js';
export { findSites, type Site, type SiteSource, type SiteTable } from './sites.js';
export { readListing, type Listing } from './kallsyms.js';
export { readListingFile } from './listing-file.js';
export type { FunctionSymbol, SymbolOrigin, SymbolTable } from './symbols.js';
export type { Packing } from './unpack.js';
export { siteCoder, type Code, type SiteCode } from './site-code.js';
