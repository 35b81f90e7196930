/** Bytes to samples. See README.md in this folder. */
export { FrameTable, StringTable, type RawFrame, type TextPool } from './tables.js';
export {
  NO_ADDRESS,
  PerfScriptReader,
  type Recording,
  type Sample,
  type SampleSink,
} from './perf-script.js';
export type { Addresses, BlockSink, ScannedBlock, Scanner, Sums } from './scanner.js';
export {
  bytesIn,
  columnIn,
  instantiator,
  leaveMemory,
  putInto,
  modulesSoFar,
  takeOverModules,
  takeUpModules,
  TO_FOLD,
  type WasmModules,
  type Column,
  type ColumnType,
  type WasmAllocator,
} from './wasm.js';
export { LineLedger, type SkippedLines } from './line-ledger.js';
export { emptyHeader, type RecordingHeader } from './header-block.js';
export { parseSampleLine, type SampleLine } from './sample-line.js';
export { parseFrameLine } from './frame-line.js';
export { openInput, type OpenInput } from './source.js';
export { openKallsyms, openPerfScript } from './perf-data.js';
export { kernelBuildId } from './perf-build-id.js';
// parsePerfStat is imported from ./perf-stat.js itself: few commands need it, and it brings zod
export type { PerfStat } from './perf-stat.js';
export type { StatRow } from './perf-stat-row.js';
