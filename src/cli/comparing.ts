/**
 * What `diff` needs when both sides are read, and not before: loading it takes a thread as long as reading 20 MB, so that
 * it is packed apart (scripts/pack.mjs) and loaded while another thread still reads.
 */
export { prepare } from '../render/index.js';
export { comparePair } from './pair.js';
export { kernelSide, opsOf, sameEvent } from './sides.js';
export { writeReport } from './write-report.js';
